"""The form by which a teacher asks: its fields, what was answered, and what is wrong in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext
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
    ClassroomRequest,
    PeriodWindow,
    RequestKind,
    TimeWindow,
    Window,
    parse_window,
)
from scheduler.domain.schooldays import BellSchedule
from scheduler.domain.volunteers import Format
from scheduler.services.asking import AskSheet, reference_of
from scheduler.services.requests import Answers
from scheduler.services.telling import Told, reason_of
from scheduler.web.phrasing import long_day
from scheduler.web.window_words import window_words

Flaw = dict[str, str]
# What is kept of a form for later: its questions, not what goes along with them.
UNASKED = frozenset({"csrf_token", "begun"})


class AskForm(FlaskForm):  # type: ignore[misc]
    """Four questions, and a few more for those who want them; ``begun`` is when it was opened."""

    begun = StringField()

    title = StringField(
        validators=[
            InputRequired(lazy_gettext("Tell us what the visit should be about")),
            Length(max=200, message=lazy_gettext("Use at most 200 letters")),
        ]
    )
    topic = StringField()
    guessed = StringField()
    classroom = StringField()
    school = StringField()
    lessons = SelectMultipleField(validate_choice=False)
    other_day = DateField(validators=[Optional()])
    other_start = TimeField(validators=[Optional()])
    other_end = TimeField(validators=[Optional()])
    format = StringField(
        default=str(Format.IN_PERSON),
        validators=[AnyOf(tuple(Format), lazy_gettext("Pick one of the three"))],
    )
    kind = StringField(
        default=str(RequestKind.TALK),
        validators=[AnyOf(tuple(RequestKind), lazy_gettext("Pick one of the two"))],
    )
    language = StringField()
    speakers = IntegerField(
        default=1, validators=[NumberRange(1, 6, lazy_gettext("Ask for one to six speakers"))]
    )
    sessions = IntegerField(
        default=1, validators=[NumberRange(1, 10, lazy_gettext("Ask for one to ten visits"))]
    )
    every_days = IntegerField(
        default=7,
        validators=[NumberRange(1, 28, lazy_gettext("Leave one to 28 days between visits"))],
    )
    preferred = StringField()
    note = TextAreaField(
        validators=[Length(max=2000, message=lazy_gettext("Use at most 2,000 letters"))]
    )

    def validate_lessons(self, field: SelectMultipleField) -> None:
        """Ask for a lesson, or another time; refuse what is no lesson."""
        another = (self.other_day.data, self.other_start.data, self.other_end.data)
        if not field.data and not any(another):
            raise ValidationError(_("Pick at least one lesson"))
        try:
            tuple(map(parse_window, field.data or ()))
        except ValueError as error:
            raise ValidationError(_("Pick lessons from the list")) from error

    def validate_other_day(self, field: DateField) -> None:
        """Ask for all three of day, start and end, and for an end after the start."""
        start, end = self.other_start.data, self.other_end.data
        given = (field.data, start, end)
        if any(given) and None in given:
            raise ValidationError(_("Give the day, the start and the end"))
        if start and end and end <= start:
            raise ValidationError(_("The visit must end after it starts"))


def answers_of(form: AskForm, *, sheet: AskSheet | None = None) -> Answers:
    """Return what was answered so far; what cannot be read is left out."""
    familiar = {each.reference: each.email for each in sheet.familiar} if sheet else {}
    preferred = familiar.get(form.preferred.data or "", "")
    return Answers(
        title=form.title.data or "",
        topic=_topic_of(form, sheet),
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
        school=form.school.data or "",
    )


def begun_at(form: AskForm) -> datetime | None:
    """Return when the page was opened, None where nothing readable says so."""
    try:
        begun = datetime.fromisoformat(form.begun.data or "")
    except ValueError:
        return None
    return begun if begun.tzinfo else None


def texts_of(form: AskForm) -> dict[str, tuple[str, ...]]:
    """Return what was typed in each field, to be kept as it is; empty fields are left out."""
    typed = {
        field.name: tuple(str(text) for text in field.raw_data or ())
        for field in form
        if field.name not in UNASKED
    }
    return {name: texts for name, texts in typed.items() if any(texts)}


def texts_asked(request: ClassroomRequest) -> dict[str, tuple[str, ...]]:
    """Return the texts that would make this request, as the form's fields hold them."""
    return {
        "title": (request.title,),
        "topic": (request.topic,),
        "classroom": (request.classroom,),
        "school": (request.school,),
        "lessons": tuple(map(str, request.windows)),
        "format": (str(request.format),),
        "kind": (str(request.kind),),
        "language": (request.language,),
        "speakers": (str(request.speakers),),
        "sessions": (str(request.sessions),),
        "every_days": (str(request.every_days),),
        "preferred": tuple(map(reference_of, request.preferred)),
        "note": (request.note,),
    }


def flaws_of(form: AskForm, *, topic: str) -> tuple[Flaw, ...]:
    """Return what is wrong with the answers, in the order of the questions.

    ``topic`` is the one chosen or guessed; there has to be one.
    """
    messages = {name: str(told[0]) for name, told in form.errors.items() if name and told}
    if not topic:
        messages["topic"] = _("Pick a topic from the list")
    return tuple(
        {"field": field.name, "message": messages[field.name]}
        for field in form
        if field.name in messages
    )


def flaws_told(findings: Iterable[Finding], form: AskForm) -> tuple[Flaw, ...]:
    """Return what does not fit the school's time, in words, each at its field."""
    return tuple(_flaw(finding, form) for finding in findings)


def other_picks(
    form: AskForm, weeks: Iterable[Mapping[str, object]], *, bells: BellSchedule | None
) -> tuple[dict[str, str], ...]:
    """Return what was picked besides the lessons shown, as choices that stay ticked."""
    shown = {
        each["value"]
        for week in weeks
        for each in cast(Iterable[Mapping[str, object]], week["lessons"])
        if "value" in each
    }
    return tuple(
        {"value": str(window), "label": window_words(window, hours=_hours(window, bells))}
        for window in _picked(form)
        if str(window) not in shown
    )


def _hours(window: Window, bells: BellSchedule | None) -> tuple[time, time] | None:
    if bells is None or not isinstance(window, PeriodWindow):
        return None
    return bells.hours_of(window.day, window.period, last=window.last_period)


def _topic_of(form: AskForm, sheet: AskSheet | None) -> str:
    """The topic that was chosen, else the one that the title speaks of by now."""
    topic = form.topic.data or ""
    is_chosen = topic and topic != form.guessed.data
    return topic if is_chosen or sheet is None else sheet.guess or topic


def _windows(form: AskForm) -> Iterator[Window]:
    yield from _picked(form)
    other, start, end = form.other_day.data, form.other_start.data, form.other_end.data
    if other and start and end and start < end:
        yield TimeWindow(other, start, end)


def _picked(form: AskForm) -> Iterator[Window]:
    for text in dict.fromkeys(form.lessons.data or ()):
        try:
            yield parse_window(text)
        except ValueError:
            continue


def _flaw(finding: Finding, form: AskForm) -> Flaw:
    facts = reason_of(finding).facts
    asked = facts.get("day")
    at_day = "other_day" if asked and asked == form.other_day.data else "lessons"
    when = long_day(asked) if isinstance(asked, date) else ""
    field, message = {
        "title_given": ("title", _("Tell us what the visit should be about")),
        "topic_known": ("topic", _("Pick a topic from the list")),
        "class_known": ("classroom", _("Pick one of your classes")),
        "few_windows": ("lessons", _too_many(facts.get("count"))),
        "after_today": (at_day, _("The visit must be after today")),
        "school_open": (at_day, _closed(facts, when)),
        "window_fits": (
            at_day,
            _("The visit does not fit the bells on %(day)s. Pick another time", day=when),
        ),
        "series_fits": (
            "sessions",
            _(
                "One of the visits would fall on a day without lessons. "
                "Pick another lesson or fewer visits"
            ),
        ),
    }[finding.rule]
    return {"field": field, "message": message}


def _too_many(count: object) -> str:
    if not isinstance(count, int) or not count:
        return _("Pick at least one lesson")
    if count == 4:
        return _("Pick up to three lessons. You picked four")
    return _("Pick up to three lessons. You picked %(count)s", count=count)


def _closed(facts: Mapping[str, Told], when: str) -> str:
    school = facts.get("school")
    if facts.get("closure"):
        return _("%(school)s is closed on %(day)s. Pick another day", school=school, day=when)
    return _("%(school)s has no lessons on %(day)s. Pick another day", school=school, day=when)
