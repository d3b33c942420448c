"""The journal names what changed, once, in the order in which it could be seen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from scheduler.domain.errors import DoubleBooked
from scheduler.services.ports import Change, ChangeKind, Work
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import (
    VOLUNTEER,
    a_bell_schedule,
    a_classroom,
    a_district,
    a_request,
    a_school,
    a_topic_tree,
    a_visit,
    a_volunteer,
)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)


def number_of(store: SqlStore) -> int:
    with store.read() as work:
        return work.journal.number()


def told_since(store: SqlStore, number: int) -> list[tuple[ChangeKind, str]]:
    """Return kinds and keys of what changed after that number; it has to be known."""
    with store.read() as work:
        found = work.journal.since(number)
    assert found is not None
    return [(change.kind, change.key) for change in found]


DEEDS: dict[str, tuple[Callable[[Work], None], list[tuple[ChangeKind, str]]]] = {
    "volunteers": (
        lambda work: work.volunteers.put((a_volunteer(name="Amara O."),)),
        [(ChangeKind.VOLUNTEER, VOLUNTEER)],
    ),
    "visits": (
        lambda work: work.visits.add((a_visit(),)),
        [(ChangeKind.VISIT, a_visit().uid)],
    ),
    "district": (
        lambda work: work.districts.put(a_district(weights={"fit": 1})),
        [(ChangeKind.DISTRICT, "")],
    ),
    "topics": (
        lambda work: work.districts.put_topics(a_topic_tree()),
        [(ChangeKind.TOPICS, "")],
    ),
    "bells": (
        lambda work: work.districts.put_bell_schedules((a_bell_schedule(),)),
        [(ChangeKind.BELLS, "regular")],
    ),
    "closures": (
        lambda work: work.districts.put_closures(()),
        [(ChangeKind.CLOSURES, "")],
    ),
    "schools": (
        lambda work: work.districts.put_schools((a_school(),)),
        [(ChangeKind.SCHOOL, "maple")],
    ),
    "classes": (
        lambda work: work.districts.put_classes((a_classroom(),)),
        [(ChangeKind.CLASS, "maple-5a")],
    ),
    "requests": (lambda work: work.requests.put((a_request(),)), []),
}


@pytest.mark.parametrize("noun", DEEDS)
def test_storing_tells_the_journal(store: SqlStore, noun: str) -> None:
    deed, expected = DEEDS[noun]
    before = number_of(store)
    with store.write() as work:
        deed(work)
    assert told_since(store, before) == expected
    assert told_since(store, number_of(store)) == []


def test_changed_and_removed_visits_are_told(store: SqlStore) -> None:
    with store.write() as work:
        work.visits.add((a_visit(),))
    before = number_of(store)
    with store.write() as work:
        work.visits.save((a_visit(room="14"),))
    with store.write() as work:
        work.visits.remove((a_visit().uid,))
    assert told_since(store, before) == [(ChangeKind.VISIT, a_visit().uid)] * 2


def test_thing_that_changes_twice_in_one_transaction_is_told_once(store: SqlStore) -> None:
    before = number_of(store)
    with store.write() as work:
        work.volunteers.put((a_volunteer(),))
        work.volunteers.put((a_volunteer(name="Amara O."),))
    assert told_since(store, before) == [(ChangeKind.VOLUNTEER, VOLUNTEER)]


def test_change_that_was_undone_is_not_told(store: SqlStore) -> None:
    before = number_of(store)
    with suppress(LookupError), store.write() as work:
        work.volunteers.put((a_volunteer(name="Amara O."),))
        raise LookupError
    assert told_since(store, before) == []


def test_refusal_that_is_dealt_with_does_not_hide_what_else_was_stored(store: SqlStore) -> None:
    with store.write() as work:
        work.visits.add((a_visit(),))
    before = number_of(store)
    with store.write() as work:
        work.volunteers.put((a_volunteer(name="Amara O."),))
        with suppress(DoubleBooked):
            work.visits.add((a_visit(uid="another"),))
    assert (ChangeKind.VOLUNTEER, VOLUNTEER) in told_since(store, before)


def test_very_many_changes_are_told_in_one_word(store: SqlStore) -> None:
    before = number_of(store)
    with store.write() as work:
        work.volunteers.put(a_volunteer(email=f"v{n}@x.example") for n in range(1_001))
    assert told_since(store, before) == [(ChangeKind.VOLUNTEER, "")]


def test_numbers_go_on_after_everything_else_was_forgotten(store: SqlStore) -> None:
    last = number_of(store)
    with store.write() as work:
        assert work.journal.forget(before=LONG_AGO) == 0
        work.journal.forget(before=FAR_AHEAD)
    assert told_since(store, last) == []
    with store.write() as work:
        work.districts.put_topics(a_topic_tree())
    with store.read() as work:
        assert work.journal.since(last) == (Change(last + 1, ChangeKind.TOPICS),)


def test_who_missed_what_was_forgotten_is_told_so(store: SqlStore) -> None:
    before = number_of(store)
    for _ in range(2):
        with store.write() as work:
            work.districts.put_topics(a_topic_tree())
    with store.write() as work:
        work.journal.forget(before=datetime.now(UTC) + timedelta(minutes=1))
    with store.read() as work:
        assert work.journal.since(before) is None
        assert work.journal.since(0) is None


def test_district_without_changes_has_nothing_to_tell(empty_store: SqlStore) -> None:
    assert number_of(empty_store) == 0
    assert told_since(empty_store, 0) == []


def test_lower_number_never_shows_up_after_a_higher_one(store: SqlStore) -> None:
    """Writers at the same time; a reader who follows step by step misses nothing."""
    before = known = number_of(store)
    writers = [Thread(target=_write_often, args=(store, 10)) for _ in range(3)]
    for writer in writers:
        writer.start()
    followed: list[int] = []
    while any(writer.is_alive() for writer in writers) or known != number_of(store):
        with store.read() as work:
            found = work.journal.since(known) or ()
        followed += [change.number for change in found]
        known = followed[-1] if followed else before
    with store.read() as work:
        everything = work.journal.since(before)
    assert everything is not None
    assert followed == [change.number for change in everything]
    assert len(followed) == 30


def _write_often(store: SqlStore, times: int) -> None:
    for _ in range(times):
        with store.write() as work:
            work.districts.put_closures(())
