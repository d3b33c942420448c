"""The shapes of what volunteers write about their time; what it means is decided in services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    FloatField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.day_parts import USUAL_PARTS
from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import Limits
from scheduler.services.week_boxes import LAST_TERM, blocks_of, lines_of

FARTHEST_KM = 2000
LONGEST_BUFFER_MINUTES = 240
LONGEST_NOTICE_DAYS = 180
BACKWARDS = _("The last day is before the first")


# The stubs do not know yet that a field takes its own words for what it cannot read.
day_field = partial(  # type: ignore[call-arg]
    DateField, invalid_value_message=_("Pick a day, such as 14 December 2026")
)
clock_field = partial(  # type: ignore[call-arg]
    TimeField, invalid_value_message=_("Write a time, such as 17:30")
)


def whole_number(label: LazyString, last: int, *, first: int = 0) -> IntegerField:
    """Return a field for a whole number between two limits, both included."""
    say = _("%(label)s: write a number from %(first)s to %(last)s", **_between(label, first, last))
    validators = [InputRequired(say), NumberRange(first, last, say)]
    return IntegerField(label, validators, invalid_value_message=say)  # type: ignore[call-arg]


def distance(label: LazyString, last: int) -> FloatField:
    """Return a field for kilometres up to a limit, or nothing."""
    say = _("%(label)s: write a number from %(first)s to %(last)s", **_between(label, 0, last))
    validators = [Optional(), NumberRange(0, last, say)]
    return FloatField(label, validators, invalid_value_message=say)  # type: ignore[call-arg]


def not_before(first: str, say: LazyString = BACKWARDS) -> Callable[[FlaskForm, Field], None]:
    """Return a check that a day is not before that of the field ``first``, where both are given."""

    def check(form: FlaskForm, field: Field) -> None:
        begins = form[first].data
        if begins and field.data and field.data < begins:
            raise ValidationError(say)

    return check


def _between(label: LazyString, first: int, last: int) -> dict[str, object]:
    return {"label": label, "first": first, "last": last}


_GONE = _("The parts of the day are others now. Look at your week once more")


class WeekForm(FlaskForm):  # type: ignore[misc]
    """The boxes and the limits; ``fill`` is the button that fills or clears a line, if any.

    A page may be older than the ``parts`` of a day: a box that is gone is refused.
    """

    parts = USUAL_PARTS

    free = SelectMultipleField(validate_choice=False)
    fill = StringField(validators=[Optional()])
    max_per_day = whole_number(_("Most visits a day"), 8, first=1)
    max_per_week = whole_number(_("Most visits a week"), 20, first=1)
    max_per_month = whole_number(_("Most visits a month"), 60)
    max_km = distance(_("Longest way there, in km"), FARTHEST_KM)
    buffer_minutes = whole_number(_("Free minutes before and after"), LONGEST_BUFFER_MINUTES)
    notice_days = whole_number(_("Days I need to know ahead"), LONGEST_NOTICE_DAYS)

    def validate_free(self, field: Field) -> None:
        """Refuse boxes that the day has no more."""
        if not set(field.data or ()) <= set(blocks_of(self.parts)):
            raise ValidationError(_GONE)

    def validate_fill(self, field: Field) -> None:
        """Refuse a line that the week has no more."""
        if field.data not in (*lines_of(self.parts), LAST_TERM):
            raise ValidationError(_GONE)

    @classmethod
    def of(cls, boxes: frozenset[str], limits: Limits) -> WeekForm:
        """Return the form as it stands before anything is changed."""
        return cls(
            formdata=None,
            free=sorted(boxes),
            max_per_day=limits.max_per_day,
            max_per_week=limits.max_per_week,
            max_per_month=limits.max_per_month,
            max_km="" if limits.max_km is None else f"{limits.max_km:g}",
            buffer_minutes=limits.buffer_minutes,
            notice_days=limits.notice_days,
        )

    def limits(self, present: Limits) -> Limits:
        """Return the limits as written; what the form does not ask stays."""
        return replace(
            present,
            max_per_day=self.max_per_day.data or 0,
            max_per_week=self.max_per_week.data or 0,
            max_per_month=self.max_per_month.data or 0,
            max_km=self.max_km.data,
            buffer_minutes=self.buffer_minutes.data or 0,
            notice_days=self.notice_days.data or 0,
        )


class TimeForm(FlaskForm):  # type: ignore[misc]
    """An exact time of the week, with or without a first and a last day."""

    weekday = SelectField(
        _("Day"),
        coerce=int,
        choices=list("0123456"),  # type: ignore[arg-type]
    )
    start = clock_field(_("From"), validators=[InputRequired(_("Tell us when it starts"))])
    end = clock_field(_("To"), validators=[InputRequired(_("Tell us when it ends"))])
    first = day_field(_("First day"), validators=[Optional()])
    last = day_field(_("Last day"), validators=[Optional(), not_before("first")])

    def validate_end(self, field: Field) -> None:
        """Refuse a time that ends before it starts."""
        if self.start.data and field.data and field.data <= self.start.data:
            raise ValidationError(_("The end must be after the start"))

    @property
    def block(self) -> WeeklyAvailability:
        """Return the time as written."""
        start, end = self.start.data, self.end.data
        assert start is not None
        assert end is not None
        return WeeklyAvailability(self.weekday.data, start, end, self.first.data, self.last.data)


class AwayForm(FlaskForm):  # type: ignore[misc]
    """Days away; without a last day, one day. They may not all lie before ``today``."""

    today = date.min

    away_first = day_field(_("First day away"), validators=[InputRequired(_("Pick the first day"))])
    away_last = day_field(_("Last day away"), validators=[Optional(), not_before("away_first")])

    def validate_away_first(self, field: Field) -> None:
        """Refuse days that are over."""
        last = self.away_last.data or field.data
        if last and last < self.today:
            raise ValidationError(_("These days are over. Pick later ones"))

    @property
    def days(self) -> DateRange:
        """Return the days as written."""
        first = self.away_first.data
        assert first is not None
        return DateRange(first, self.away_last.data or first)
