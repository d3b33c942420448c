"""Mail is stored once, claimed by one process at a time, and never sent twice by the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scheduler.services.ports import OutboxRow, OutboxState, Outcome
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, VOLUNTEER

OTHER = "bruno@robots.example"
SOON = NOW + timedelta(minutes=5)
FULL = OutboxRow(
    key="visit-1/reminder:7d/3/amara@robots.example",
    subject="visit-1",
    purpose="reminder:7d",
    recipient="amara@robots.example",
    created_at=NOW - timedelta(hours=1),
    due_at=NOW + timedelta(days=1),
    state=OutboxState.FAILED,
    revision=3,
    facts={"visits": ["visit-1"], "day": date(2026, 12, 8), "pair": ("a", 1), "é": {"x": None}},
    attempts=2,
    sent_at=NOW,
    problem="550 no such mailbox",
)


def a_mail(key: str, **changes: Any) -> OutboxRow:
    """Return a mail that is due now."""
    mail = OutboxRow(
        key=key,
        subject="visit-1",
        purpose="invitation",
        recipient=VOLUNTEER,
        created_at=NOW,
        due_at=NOW,
    )
    return replace(mail, **changes)


def claimed(store: SqlStore, *, now: datetime = NOW, limit: int = 10) -> tuple[OutboxRow, ...]:
    with store.write() as work:
        return work.outbox.claim(now=now, until=now + timedelta(minutes=5), limit=limit)


def stored(store: SqlStore) -> tuple[OutboxRow, ...]:
    with store.read() as work:
        return work.outbox.of_subjects(("visit-1",))


def put(store: SqlStore, *mails: OutboxRow) -> int:
    with store.write() as work:
        return work.outbox.add(mails)


def keys(rows: Iterable[OutboxRow]) -> list[str]:
    return [row.key for row in rows]


@pytest.mark.parametrize("mail", [FULL, a_mail("bare")], ids=["full", "bare"])
def test_mail_comes_back_whole(empty_store: SqlStore, mail: OutboxRow) -> None:
    put(empty_store, mail)
    assert stored(empty_store) == (mail,)


def test_mail_whose_key_is_there_is_left_as_it_is(empty_store: SqlStore) -> None:
    first = a_mail("one", facts={"told": "first"})
    assert put(empty_store, first) == 1
    again = a_mail("one", facts={"told": "again"}, state=OutboxState.HELD)
    assert put(empty_store, again, a_mail("two"), a_mail("two")) == 1
    assert stored(empty_store) == (first, a_mail("two"))


def test_mail_is_listed_by_subject_in_order_of_creation(empty_store: SqlStore) -> None:
    younger = a_mail("a", created_at=NOW + timedelta(seconds=1))
    put(empty_store, younger, a_mail("b"), a_mail("c", subject="visit-2"))
    with empty_store.read() as work:
        assert keys(work.outbox.of_subjects(("visit-1",))) == ["b", "a"]
        assert keys(work.outbox.of_subjects(("visit-2", "visit-1"))) == ["b", "c", "a"]


def test_claim_takes_what_has_been_due_longest(empty_store: SqlStore) -> None:
    put(
        empty_store,
        a_mail("young"),
        a_mail("old", due_at=NOW - timedelta(days=1), recipient=OTHER),
        a_mail("later", due_at=NOW + timedelta(seconds=1)),
        a_mail("held", state=OutboxState.HELD),
        a_mail("superseded", state=OutboxState.SUPERSEDED),
        a_mail("failed", state=OutboxState.FAILED),
    )
    assert keys(claimed(empty_store, limit=1)) == ["old"]
    assert keys(claimed(empty_store)) == ["young"]
    assert claimed(empty_store) == ()


def test_claim_takes_all_that_is_due_for_whom_it_takes_one(empty_store: SqlStore) -> None:
    mails = [a_mail(f"m{n}", recipient=(VOLUNTEER, OTHER)[n % 2]) for n in range(6)]
    put(empty_store, *mails, a_mail("later", due_at=SOON))
    assert keys(claimed(empty_store, limit=1)) == ["m0", "m2", "m4"]
    assert keys(claimed(empty_store, limit=1)) == ["m1", "m3", "m5"]


def test_postponed_mail_waits_as_if_nobody_had_tried(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one"))
    rows = claimed(empty_store)
    with empty_store.write() as work:
        work.outbox.postpone((*rows, a_mail("unknown")), due_at=SOON)
    assert stored(empty_store) == (a_mail("one", due_at=SOON),)


def test_who_was_thought_dead_postpones_nothing(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one"))
    rows = claimed(empty_store)
    with empty_store.write() as work:
        work.outbox.take_back()
    again = claimed(empty_store)
    with empty_store.write() as work:
        work.outbox.postpone(rows, due_at=SOON)
    assert stored(empty_store) == again


def test_who_was_thought_dead_marks_nothing(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one"))
    claimed(empty_store)
    with empty_store.write() as work:
        work.outbox.take_back()
    claimed(empty_store)
    empty_store.settle((Outcome("one", 1, OutboxState.DUE, NOW, SOON),))
    empty_store.settle((Outcome("one", 2, OutboxState.SENT, NOW),))
    empty_store.settle((Outcome("one", 2, OutboxState.DUE, NOW, SOON),))
    (mail,) = stored(empty_store)
    assert (mail.state, mail.due_at) == (OutboxState.SENT, NOW)


def test_refused_mail_holds_its_recipient_up_and_our_own_fault_nobody(
    empty_store: SqlStore,
) -> None:
    put(empty_store, a_mail("refused"), a_mail("ours", recipient=OTHER))
    claimed(empty_store)
    empty_store.settle(
        Outcome(key, 1, OutboxState.DUE, NOW, SOON, is_our_fault=is_ours)
        for key, is_ours in (("refused", False), ("ours", True))
    )
    with empty_store.read() as work:
        assert work.outbox.held_up((VOLUNTEER, OTHER), now=NOW) == {VOLUNTEER: SOON}
        assert work.outbox.held_up((VOLUNTEER, OTHER), now=SOON) == {}


def test_claim_counts_the_attempt(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one"))
    assert claimed(empty_store) == (a_mail("one", state=OutboxState.SENDING, attempts=1),)


def test_mail_of_a_process_that_died_is_due_again_after_its_time(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one"))
    claimed(empty_store)
    assert claimed(empty_store, now=SOON - timedelta(seconds=1)) == ()
    assert claimed(empty_store, now=SOON) == (a_mail("one", state=OutboxState.SENDING, attempts=2),)


def test_rows_taken_back_are_due_at_once(empty_store: SqlStore) -> None:
    other = a_mail("two", recipient=OTHER)
    put(empty_store, a_mail("one"), other, a_mail("held", state=OutboxState.HELD))
    claimed(empty_store, limit=1)
    with empty_store.write() as work:
        assert work.outbox.take_back() == 1
    assert stored(empty_store) == (
        a_mail("one", attempts=1),
        other,
        a_mail("held", state=OutboxState.HELD),
    )
    assert keys(claimed(empty_store)) == ["one", "two"]


def test_sent_mail_is_marked_with_its_moment(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one"))
    claimed(empty_store)
    empty_store.settle((Outcome("one", 1, OutboxState.SENT, SOON),))
    assert stored(empty_store) == (a_mail("one", state=OutboxState.SENT, attempts=1, sent_at=SOON),)
    assert claimed(empty_store, now=NOW + timedelta(days=9)) == ()


def test_retry_is_due_at_its_next_moment_and_keeps_the_problem(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one"))
    claimed(empty_store)
    empty_store.settle((Outcome("one", 1, OutboxState.DUE, NOW, SOON, "421 busy"),))
    assert stored(empty_store) == (a_mail("one", attempts=1, due_at=SOON, problem="421 busy"),)
    assert claimed(empty_store) == ()
    assert keys(claimed(empty_store, now=SOON)) == ["one"]


def test_released_mail_may_be_given_another_moment(empty_store: SqlStore) -> None:
    held = a_mail("one", state=OutboxState.HELD, due_at=SOON)
    put(empty_store, held, a_mail("two", state=OutboxState.HELD))
    with empty_store.write() as work:
        work.outbox.set_state(("one",), state=OutboxState.DUE, due_at=NOW)
    assert stored(empty_store) == (a_mail("one"), a_mail("two", state=OutboxState.HELD))


def test_what_was_sent_stays_sent(empty_store: SqlStore) -> None:
    sent = a_mail("one", state=OutboxState.SENT, sent_at=NOW)
    put(empty_store, sent)
    with empty_store.write() as work:
        work.outbox.set_state(("one",), state=OutboxState.DUE, due_at=SOON)
        work.outbox.remove(("one",))
    assert stored(empty_store) == (sent,)


def test_removed_mail_is_forgotten(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one", state=OutboxState.HELD), a_mail("two", state=OutboxState.HELD))
    with empty_store.write() as work:
        work.outbox.remove(("one", "never heard of"))
    assert keys(stored(empty_store)) == ["two"]


def test_counts_name_every_state(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one"), a_mail("two"), a_mail("three", state=OutboxState.FAILED))
    with empty_store.read() as work:
        assert dict(work.outbox.counts()) == {
            OutboxState.HELD: 0,
            OutboxState.DUE: 2,
            OutboxState.SENDING: 0,
            OutboxState.SENT: 0,
            OutboxState.FAILED: 1,
            OutboxState.SUPERSEDED: 0,
            OutboxState.EXPIRED: 0,
        }


def test_moments_come_back_in_utc(empty_store: SqlStore) -> None:
    put(empty_store, a_mail("one", due_at=datetime.fromisoformat("2026-12-08T10:40-06:00")))
    (mail,) = stored(empty_store)
    assert mail.due_at.isoformat() == "2026-12-08T16:40:00+00:00"
    assert mail.due_at.tzinfo is UTC
