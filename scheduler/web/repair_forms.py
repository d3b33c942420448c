"""The shapes of the changes that a coordinator tries out; what they do is found out in services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from types import MappingProxyType

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from scheduler.domain.batches import WhatIf, WhatIfKind
from scheduler.services.batch_pages import Choices
from scheduler.web.availability_forms import day_field, not_before, whole_number

EVERY_SCHOOL = "*"
MOVES = MappingProxyType(
    {
        "0": lazy_gettext("None"),
        "2": lazy_gettext("Up to 2"),
        "5": lazy_gettext("Up to 5"),
        "20": lazy_gettext("Up to 20"),
    }
)
LIMITS = MappingProxyType(
    {
        "max_per_week": lazy_gettext("Most visits a week"),
        "max_per_month": lazy_gettext("Most visits a month"),
        "max_per_day": lazy_gettext("Most visits a day"),
        "max_km": lazy_gettext("Longest way there, in km"),
    }
)
WEIGHTS = MappingProxyType(
    {
        "fit": lazy_gettext("How well the speaker knows the topic"),
        "preference": lazy_gettext("The teacher’s first choice of time"),
        "preferred": lazy_gettext("A speaker the teacher asked for"),
        "fairness": lazy_gettext("Visits shared among speakers"),
        "equity": lazy_gettext("Visits shared among schools"),
        "travel": lazy_gettext("A short way there"),
        "same_start": lazy_gettext("Keeping what was proposed before"),
        "same_volunteer": lazy_gettext("Keeping who was proposed before"),
    }
)


def said_now(words: Mapping[str, str]) -> dict[str, str]:
    """Return these words in the language spoken now: a field takes no lazy text for a choice."""
    return {value: str(said) for value, said in words.items()}


class ChangeForm(FlaskForm):  # type: ignore[misc]
    """What every change is asked: how many others may make room."""

    moves = SelectField(choices=partial(said_now, MOVES), default="2")
    releases_confirmed = BooleanField()

    def what_if(self, kind: WhatIfKind, *, email: str) -> WhatIf:
        """Return the change that was written; ``email`` of the person it is about."""
        facts = {name: field.data for name, field in self._fields.items()}
        first, last = facts.get("first"), facts.get("last")
        schools = facts.get("schools") or ()
        return WhatIf(
            kind,
            first if isinstance(first, date) else None,
            last if isinstance(last, date) else None,
            email=email,
            schools=() if EVERY_SCHOOL in schools else tuple(schools),
            name=" ".join(str(facts.get("name") or "").split()),
            value=facts.get("value"),
            releases_confirmed=bool(self.releases_confirmed.data),
        )


class PersonForm(ChangeForm):
    """Whom it is about."""

    who = StringField(validators=[InputRequired(lazy_gettext("Write a name or an e-mail address"))])


class DaysForm(ChangeForm):
    """From when until when; one day unless a last one is given."""

    first = day_field(validators=[InputRequired(lazy_gettext("Pick the day"))])
    last = day_field(validators=[Optional(), not_before("first")])


class AbsenceForm(DaysForm, PersonForm):
    """A volunteer who cannot come, or a teacher who is ill."""


class ClosureForm(DaysForm):
    """Schools that are closed, and what to call it."""

    schools = SelectMultipleField(validators=[InputRequired(lazy_gettext("Tick the schools"))])
    name = StringField(validators=[Length(max=80, message=lazy_gettext("Use at most 80 letters"))])


class LimitForm(PersonForm):
    """A volunteer's limit."""

    name = SelectField(choices=partial(said_now, LIMITS))
    value = whole_number(lazy_gettext("New limit"), 2000)


class WeightForm(ChangeForm):
    """How much something counts."""

    name = SelectField(choices=partial(said_now, WEIGHTS))
    value = whole_number(lazy_gettext("New weight"), 10_000)


FORMS: Mapping[WhatIfKind, type[ChangeForm]] = MappingProxyType(
    {
        WhatIfKind.AWAY: AbsenceForm,
        WhatIfKind.CLOSED: ClosureForm,
        WhatIfKind.ILL: AbsenceForm,
        WhatIfKind.LIMIT: LimitForm,
        WhatIfKind.WEIGHT: WeightForm,
    }
)


def form_of(
    kind: WhatIfKind, known: Choices, *, given: Mapping[str, str] | None = None
) -> ChangeForm:
    """Return the form of a change: as it was sent, or else filled with what is ``given``."""
    fill: dict[str, object] = dict(given or {})
    for day in {"first", "last"} & fill.keys():
        fill[day] = _day(str(fill[day]))
    form = FORMS[kind](formdata=None, **fill) if given is not None else FORMS[kind]()
    if isinstance(form, ClosureForm):
        form.schools.choices = {EVERY_SCHOOL: gettext("Every school"), **dict(known.schools)}
        if given and given.get("schools"):
            form.schools.data = [given["schools"]]
    return form


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
