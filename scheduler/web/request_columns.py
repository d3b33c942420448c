"""What a list of requests says as a table to take along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from flask_babel import gettext as _

from scheduler.domain.visit_sheets import VisitSheet
from scheduler.services.following import Followed
from scheduler.web.lists import Cell, Column
from scheduler.web.phrasing import joined, local_day, span
from scheduler.web.progress import tag_of
from scheduler.web.topic_names import topic_label
from scheduler.web.window_words import window_words


def own_columns() -> tuple[Column[Followed], ...]:
    """Return the columns of a teacher's own list."""
    # Thousands of requests ask for the same lessons: each is put into words once per file.
    words_of = cache(window_words)
    return (
        Column(_("About"), lambda each: each.request.title),
        Column(_("Topic"), lambda each: topic_label(each.topic)),
        Column(_("School"), lambda each: each.school_name),
        Column(_("Class"), lambda each: each.class_name),
        Column(_("State"), lambda each: tag_of(each)["words"]),
        Column(_("Asked for"), lambda each: "; ".join(_asked_for(each, words_of))),
        Column(_("Day of the visit"), _day),
        Column(_("Time"), _hours),
        Column(_("Speakers"), _speakers),
        Column(_("Visits"), lambda each: each.request.sessions),
        Column(_("Students"), _students),
    )


def all_columns() -> tuple[Column[Followed], ...]:
    """Return the columns of everybody's list."""
    return (
        Column(_("Request"), lambda each: each.request.key),
        Column(_("Teacher"), lambda each: each.teacher_name),
        *own_columns(),
    )


def _asked_for(followed: Followed, words_of: Callable[..., str]) -> Iterator[str]:
    for window in followed.request.windows:
        yield words_of(window, hours=followed.hours_by_window.get(window))


def _first(followed: Followed) -> VisitSheet | None:
    return next(iter(followed.present_sheets), None)


def _day(followed: Followed) -> Cell:
    sheet = _first(followed)
    return local_day(sheet.visit.period.start, sheet.visit.timezone) if sheet else None


def _hours(followed: Followed) -> Cell:
    sheet = _first(followed)
    return span(sheet.visit.period, sheet.visit.timezone) if sheet else None


def _speakers(followed: Followed) -> Cell:
    sheet = _first(followed)
    return joined(s.name for s in sheet.speakers if not s.removed) if sheet else None


def _students(followed: Followed) -> Cell:
    """Those who were said to have listened, over all visits; nothing where nobody said."""
    said = [each.students for each in followed.said.values() if each.students is not None]
    return sum(said) if said else None
