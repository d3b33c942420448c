"""The shapes of the changes that a coordinator tries out; what they do is found out in services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from scheduler.domain.batches import WhatIf, WhatIfKind
from scheduler.services.batch_pages import Choices
from scheduler.web.availability_forms import day_field, whole_number

EVERY_SCHOOL = "*"
MOVES = MappingProxyType({"0": "None", "2": "Up to 2", "5": "Up to 5", "20": "Up to 20"})
LIMITS = MappingProxyType(
    {
        "max_per_week": "Most visits a week",
        "max_per_month": "Most visits a month",
        "max_per_day": "Most visits a day",
        "max_km": "Longest way there, in km",
    }
)
WEIGHTS = MappingProxyType(
    {
        "fit": "How well the speaker knows the topic",
        "preference": "The teacher’s first choice of time",
        "preferred": "A speaker the teacher asked for",
        "fairness": "Visits shared among speakers",
        "equity": "Visits shared among schools",
        "travel": "A short way there",
        "same_start": "Keeping what was proposed before",
        "same_volunteer": "Keeping who was proposed before",
    }
)


class ChangeForm(FlaskForm):  # type: ignore[misc]
    """What every change is asked: how many others may make room."""

    moves = SelectField(choices=dict(MOVES), default="2")
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

    who = StringField(validators=[InputRequired("Write a name or an e-mail address")])


class DaysForm(ChangeForm):
    """From when until when; one day unless a last one is given."""

    first = day_field(validators=[InputRequired("Pick the day")])
    last = day_field(validators=[Optional()])

    def validate_last(self, field: object) -> None:
        """Refuse a last day before the first.

        Raises:
            ValidationError: if it is.
        """
        first, last = self.first.data, self.last.data
        if first and last and last < first:
            raise ValidationError("The last day is before the first")


class AbsenceForm(DaysForm, PersonForm):
    """A volunteer who cannot come, or a teacher who is ill."""


class ClosureForm(DaysForm):
    """Schools that are closed, and what to call it."""

    schools = SelectMultipleField(validators=[InputRequired("Tick the schools")])
    name = StringField(validators=[Length(max=80, message="Use at most 80 letters")])


class LimitForm(PersonForm):
    """A volunteer's limit."""

    name = SelectField(choices=dict(LIMITS))
    value = whole_number("New limit", 2000)


class WeightForm(ChangeForm):
    """How much something counts."""

    name = SelectField(choices=dict(WEIGHTS))
    value = whole_number("New weight", 10_000)


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
    if given and "first" in given:
        fill["first"] = _day(given["first"])
    form = FORMS[kind](formdata=None, **fill) if given is not None else FORMS[kind]()
    if isinstance(form, ClosureForm):
        form.schools.choices = {EVERY_SCHOOL: "Every school", **dict(known.schools)}
        if given and given.get("schools"):
            form.schools.data = [given["schools"]]
    return form


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
