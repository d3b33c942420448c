"""The form by which a teacher asks: its fields, its lesson tiles, and what is wrong in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, ValidationError

from scheduler.domain.assignments import Finding
from scheduler.domain.requests import (
    RangeWindow,
    RequestKind,
    TimeWindow,
    Window,
    parse_window,
)
from scheduler.domain.volunteers import Format
from scheduler.services.asking import AskSheet
from scheduler.services.lessons import ClosedLesson, LessonAhead, LessonWeek
from scheduler.services.requests import Answers
from scheduler.services.telling import Told, reason_of
from scheduler.web.phrasing import clock, in_days, long_day, tile
from scheduler.web.tiles import day_tile, short_range

NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
Flaw = dict[str, str]


class AskForm(FlaskForm):  # type: ignore[misc]
    """Four questions, and a few more for those who want them."""

    title = StringField(
        validators=[
            InputRequired("Tell us what the visit should be about"),
            Length(max=200, message="Use at most 200 letters"),
        ]
    )
    topic = StringField(validators=[InputRequired("Pick a topic from the list")])
    classroom = StringField()
    lessons = SelectMultipleField(validate_choice=False)
    other_day = DateField(validators=[Optional()])
    other_start = TimeField(validators=[Optional()])
    other_end = TimeField(validators=[Optional()])
    format = StringField(
        default=str(Format.IN_PERSON), validators=[AnyOf(tuple(Format), "Pick one of the three")]
    )
    kind = StringField(
        default=str(RequestKind.TALK), validators=[AnyOf(tuple(RequestKind), "Pick one of the two")]
    )
    language = StringField()
    speakers = IntegerField(
        default=1, validators=[NumberRange(1, 6, "Ask for one to six speakers")]
    )
    sessions = IntegerField(default=1, validators=[NumberRange(1, 10, "Ask for one to ten visits")])
    every_days = IntegerField(
        default=7, validators=[NumberRange(1, 28, "Leave one to 28 days between visits")]
    )
    preferred = StringField()
    note = TextAreaField(validators=[Length(max=2000, message="Use at most 2,000 letters")])

    def validate_lessons(self, field: SelectMultipleField) -> None:
        """Refuse what is no lesson; a form can be sent by anybody."""
        try:
            tuple(map(parse_window, field.data or ()))
        except ValueError as error:
            raise ValidationError("Pick lessons from the list") from error

    def validate_other_day(self, field: DateField) -> None:
        """Ask for all three of day, start and end, and for an end after the start."""
        start, end = self.other_start.data, self.other_end.data
        given = (field.data, start, end)
        if any(given) and None in given:
            raise ValidationError("Give the day, the start and the end")
        if start and end and end <= start:
            raise ValidationError("The visit must end after it starts")


def answers_of(form: AskForm, *, sheet: AskSheet | None = None) -> Answers:
    """Return what was answered so far; what cannot be read is left out."""
    familiar = {each.reference: each.email for each in sheet.familiar} if sheet else {}
    preferred = familiar.get(form.preferred.data or "", "")
    return Answers(
        title=form.title.data or "",
        topic=form.topic.data or "",
        classroom=form.classroom.data or "",
        windows=tuple(_windows(form)),
        format=Format(form.format.data) if form.format.data in set(Format) else Format.IN_PERSON,
        kind=RequestKind(form.kind.data)
        if form.kind.data in set(RequestKind)
        else RequestKind.TALK,
        language=form.language.data or "",
        speakers=form.speakers.data or 1,
        sessions=form.sessions.data or 1,
        every_days=form.every_days.data or 7,
        note=form.note.data or "",
        preferred=(preferred,) if preferred else (),
    )


def flaws_of(form: AskForm) -> tuple[Flaw, ...]:
    """Return what is wrong with the shape of the answers, for the summary on top."""
    return tuple(
        {"field": name, "message": str(messages[0])}
        for name, messages in form.errors.items()
        if name and messages
    )


def flaws_told(findings: Iterable[Finding], form: AskForm) -> tuple[Flaw, ...]:
    """Return what does not fit the school's time, in words, each at its field."""
    return tuple(_flaw(finding, form) for finding in findings)


def lesson_weeks(
    sheet: AskSheet, *, chosen: Collection[str], today: date
) -> tuple[dict[str, object], ...]:
    """Return the weeks as the lesson tiles take them."""
    return tuple(_week(week, sheet, chosen=chosen, today=today) for week in sheet.weeks)


def picked_days(windows: Sequence[Window]) -> tuple[date, ...]:
    """Return the days asked for, in order, each once."""
    days = {window.day for window in windows if not isinstance(window, RangeWindow)}
    return tuple(sorted(days))


def _windows(form: AskForm) -> Iterator[Window]:
    for text in form.lessons.data or ():
        try:
            yield parse_window(text)
        except ValueError:
            continue
    day, start, end = form.other_day.data, form.other_start.data, form.other_end.data
    if day and start and end and start < end:
        yield TimeWindow(day, start, end)


def _flaw(finding: Finding, form: AskForm) -> Flaw:
    facts = reason_of(finding).facts
    day = facts.get("day")
    at_day = "other_day" if day and day == form.other_day.data else "lessons"
    when = long_day(day) if isinstance(day, date) else ""
    field, message = {
        "title_given": ("title", "Tell us what the visit should be about"),
        "topic_known": ("topic", "Pick a topic from the list"),
        "class_known": ("classroom", "Pick one of your classes"),
        "few_windows": ("lessons", _too_many(facts.get("count"))),
        "after_today": (at_day, "The visit must be after today"),
        "school_open": (at_day, _closed(facts, when)),
        "window_fits": (at_day, f"The visit does not fit the bells on {when}. Pick another time"),
        "series_fits": (
            "sessions",
            "One of the visits would fall on a day without lessons. "
            "Pick another lesson or fewer visits",
        ),
    }[finding.rule]
    return {"field": field, "message": message}


def _too_many(count: object) -> str:
    if not isinstance(count, int) or not count:
        return "Pick at least one lesson"
    words = NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else str(count)
    return f"Pick up to three lessons. You picked {words}"


def _closed(facts: Mapping[str, Told], when: str) -> str:
    verb = "is closed" if facts.get("closure") else "has no lessons"
    return f"{facts.get('school')} {verb} on {when}. Pick another day"


def _week(
    week: LessonWeek, sheet: AskSheet, *, chosen: Collection[str], today: date
) -> dict[str, object]:
    label = short_range(week.days)
    if week.closure:
        resumes = f" Lessons start again on {long_day(week.resumes)}." if week.resumes else ""
        closed = f"{week.closure}.{resumes}"
        return {"label": label, "note": "school closed", "closed": closed, "lessons": ()}
    whole_weeks = (week.days.first - today) // timedelta(days=7)
    lessons = tuple(_lesson(each, sheet, chosen=chosen) for each in week.lessons)
    empty = {} if lessons else {"closed": "No lessons of this class."}
    return {"label": label, "note": in_days(7 * whole_weeks), "lessons": lessons, **empty}


def _lesson(
    lesson: LessonAhead | ClosedLesson, sheet: AskSheet, *, chosen: Collection[str]
) -> dict[str, object]:
    if isinstance(lesson, ClosedLesson):
        return {**day_tile(lesson.day), "closed": lesson.name, "note": "No lessons"}
    free = sheet.free_at(lesson)
    start, end = (
        clock(moment, sheet.timezone) for moment in (lesson.period.start, lesson.period.end)
    )
    return {
        **tile(lesson.period.start, sheet.timezone),
        "value": str(lesson.window),
        "start": start,
        "end": end,
        "note": f"until {end}" if free is None else f"{free} free",
        "said": "" if free is None else "speakers",
        "chosen": str(lesson.window) in chosen,
    }
