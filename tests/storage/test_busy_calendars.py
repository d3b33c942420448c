"""Calendars that volunteers lend, on both databases: kept whole, claimed once, noted when new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.errors import Unknown
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, VOLUNTEER, a_volunteer, period

HOUR = timedelta(hours=1)


def a_calendar(key: str = "first", **changes: Any) -> BusyCalendar:
    given: dict[str, Any] = {
        "owner": VOLUNTEER,
        "added_at": NOW,
        "busy": (period("2026-12-08 10:00-11:30"), period("2026-12-09 09:00-10:00")),
        "known_until": date(2027, 12, 26),
        "read_at": NOW,
        "address": "https://calendar.example/a.ics",
        "problem": "The site did not answer.",
        "failures": 3,
        "next_check": NOW + HOUR,
        "etag": '"v1"',
        "last_modified": "Sat, 21 Nov 2026 14:00:00 GMT",
    }
    return BusyCalendar(key=key, **{**given, **changes})


def put(store: SqlStore, *calendars: BusyCalendar) -> None:
    with store.write() as work:
        for calendar in calendars:
            work.busy_calendars.add(calendar)


def kept(store: SqlStore, *emails: str) -> dict[str, tuple[BusyCalendar, ...]]:
    with store.read() as work:
        return dict(work.busy_calendars.of_owners(emails or (VOLUNTEER,)))


def claimed(store: SqlStore, **given: Any) -> Iterable[str]:
    at = {"now": NOW, "until": NOW + HOUR, "limit": 9, **given}
    with store.write() as work:
        return [calendar.key for calendar in work.busy_calendars.claim(**at)]


def test_calendars_come_back_as_they_were_in_the_order_of_their_adding(store: SqlStore) -> None:
    file = a_calendar("a file", address="", next_check=None, busy=())
    put(store, a_calendar("second"), file)
    assert kept(store) == {VOLUNTEER: (a_calendar("second"), file)}


def test_whoever_lent_none_is_left_out(store: SqlStore) -> None:
    put(store, a_calendar())
    assert list(kept(store, VOLUNTEER, "nobody@robots.example")) == [VOLUNTEER]


def test_calendar_of_nobody_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown):
        put(store, a_calendar(owner="nobody@robots.example"))


def test_saving_replaces_all_but_the_owner(store: SqlStore) -> None:
    put(store, a_calendar(), a_calendar("other"))
    changed = a_calendar(busy=(), problem="", failures=0, next_check=None, etag="")
    with store.write() as work:
        work.busy_calendars.save(changed)
    assert kept(store) == {VOLUNTEER: (changed, a_calendar("other"))}


def test_removed_calendar_stays_removed(store: SqlStore) -> None:
    put(store, a_calendar(), a_calendar("other"))
    with store.write() as work:
        work.busy_calendars.remove(a_calendar())
        work.busy_calendars.save(a_calendar())
    assert kept(store) == {VOLUNTEER: (a_calendar("other"),)}


def test_changing_a_volunteer_leaves_their_calendars(store: SqlStore) -> None:
    put(store, a_calendar())
    with store.write() as work:
        work.volunteers.put((a_volunteer(name="Amara O."),))
    assert kept(store) == {VOLUNTEER: (a_calendar(),)}


def test_due_calendars_are_claimed_once_longest_overdue_first(store: SqlStore) -> None:
    put(
        store,
        a_calendar("due", next_check=NOW),
        a_calendar("overdue", next_check=NOW - HOUR),
        a_calendar("later", next_check=NOW + timedelta(seconds=1)),
        a_calendar("file", next_check=None),
    )
    assert claimed(store, limit=1) == ["overdue"]
    assert claimed(store) == ["due"]
    assert claimed(store) == []


def test_claim_ends_by_itself(store: SqlStore) -> None:
    put(store, a_calendar(next_check=NOW))
    assert claimed(store) == ["first"]
    assert claimed(store, now=NOW + HOUR, until=NOW + 2 * HOUR) == ["first"]


def test_calendars_of_people_who_left_are_not_asked_for(store: SqlStore) -> None:
    put(store, a_calendar(next_check=NOW))
    with store.write() as work:
        work.volunteers.put((a_volunteer(is_active=False),))
    assert claimed(store) == []


@pytest.mark.parametrize(
    ("changed", "is_noted"),
    [
        (a_calendar(), False),
        (a_calendar(problem="", read_at=NOW + HOUR), False),
        (a_calendar(busy=()), True),
        (a_calendar(known_until=date(2027, 12, 27)), True),
    ],
)
def test_only_what_the_rules_see_is_noted_as_a_change(
    store: SqlStore, changed: BusyCalendar, is_noted: bool
) -> None:
    put(store, a_calendar())
    with store.read() as work:
        before = work.journal.number()
    with store.write() as work:
        work.busy_calendars.save(replace(changed))
    with store.read() as work:
        since = work.journal.since(before)
    assert [change.key for change in since or ()] == [VOLUNTEER] * is_noted
