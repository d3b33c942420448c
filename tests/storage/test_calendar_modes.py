"""How visits reach calendars: what people chose, and what is fixed for each visit and person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.errors import Unknown
from scheduler.services.ports import CalendarMode
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, TEACHER, VOLUNTEER, a_visit

UID = a_visit().uid


def test_choice_is_kept_changed_and_taken_back(store: SqlStore) -> None:
    with store.write() as work:
        assert work.calendar_modes.choices((VOLUNTEER, TEACHER)) == {}
        for mode in CalendarMode:
            work.calendar_modes.choose(VOLUNTEER, mode)
            assert work.calendar_modes.choices((VOLUNTEER, TEACHER)) == {VOLUNTEER: mode}
        work.calendar_modes.choose(VOLUNTEER, None)
        assert work.calendar_modes.choices((VOLUNTEER,)) == {}


def test_choice_of_nobody_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown), store.write() as work:
        work.calendar_modes.choose("nobody@schools.example", CalendarMode.MAIL)


def test_what_is_fixed_stays(store: SqlStore) -> None:
    first = {(UID, VOLUNTEER): CalendarMode.FEED}
    again = {(UID, VOLUNTEER): CalendarMode.MAIL, (UID, TEACHER): CalendarMode.INVITATION}
    with store.write() as work:
        work.visits.add((a_visit(),))
        work.calendar_modes.fix(first, at=NOW)
        work.calendar_modes.fix(again, at=NOW + timedelta(days=1))
        assert work.calendar_modes.fixed((UID, "another")) == again | first


def test_visit_or_person_that_is_gone_is_passed_over(store: SqlStore) -> None:
    gone = {
        ("another", VOLUNTEER): CalendarMode.FEED,
        (UID, "nobody@schools.example"): CalendarMode.FEED,
    }
    with store.write() as work:
        work.visits.add((a_visit(),))
        work.calendar_modes.fix(gone, at=NOW)
        assert work.calendar_modes.fixed((UID, "another")) == {}
