"""The shapes of an answer: yes, no with a reason, other times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from scheduler.domain.other_times import MOST_TIMES
from scheduler.services.invitations import Invitation

YES, NO = "yes", "no"
REASONS: Mapping[str, LazyString] = MappingProxyType(
    {
        "not_free": _("I am not free then"),
        "too_far": _("It is too far"),
        "topic": _("The topic is not for me"),
        "came_up": _("Something came up"),
    }
)


class NoForm(FlaskForm):  # type: ignore[misc]
    """A no: the days it is about, and a reason, picked or in one's own words, or none."""

    days = SelectMultipleField(validate_choice=False)
    reason = StringField(validators=[Optional(), AnyOf(tuple(REASONS))])
    words = StringField(validators=[Length(max=300, message=_("Use at most 300 letters"))])

    @property
    def why(self) -> str:
        """Return the reason as one sentence, empty when none was given."""
        told = (str(REASONS.get(self.reason.data or "", "")), (self.words.data or "").strip())
        return ": ".join(filter(None, told))

    def days_of(self, invitation: Invitation) -> frozenset[str]:
        """Return the UIDs that a no is about: of a series those picked, else the only one."""
        if len(invitation.open_sheets) < 2:
            return all_days(invitation)
        return frozenset(self.days.data or ())


class ReplyForm(NoForm):
    """A yes, or a no."""

    answer = StringField(validators=[InputRequired(_("Say yes or no")), AnyOf((YES, NO))])

    @property
    def says_yes(self) -> bool:
        """Tell whether the answer is a yes."""
        return bool(self.answer.data == YES)

    def days_of(self, invitation: Invitation) -> frozenset[str]:
        """Return the UIDs that the answer is about; a yes is to all there are."""
        return all_days(invitation) if self.says_yes else super().days_of(invitation)


class TimesForm(FlaskForm):  # type: ignore[misc]
    """Other times: up to three of those that suit the class, or words."""

    starts = SelectMultipleField(
        validate_choice=False,
        validators=[Length(max=MOST_TIMES, message=_("Pick up to three times"))],
    )
    other = TextAreaField(validators=[Length(max=300, message=_("Use at most 300 letters"))])


def all_days(invitation: Invitation) -> frozenset[str]:
    """Return the UIDs of every visit that is left to answer."""
    return frozenset(sheet.visit.uid for sheet in invitation.open_sheets)


def moments_of(texts: Iterable[str]) -> tuple[datetime, ...]:
    """Return the starts that a form named.

    Raises:
        ValueError: if one is no moment with its zone.
    """
    found = tuple(datetime.fromisoformat(text) for text in texts)
    if any(moment.tzinfo is None for moment in found):
        raise ValueError("A start needs its zone.")
    return found
