"""Batches come back as they were kept, on either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.domain.batches import (
    Batch,
    BatchEntry,
    BatchState,
    Side,
    WhatIf,
    WhatIfKind,
    decide,
)
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, NOW, VOLUNTEER, period

SNOW = WhatIf(
    WhatIfKind.CLOSED, date(2026, 12, 8), schools=("maple", "birch"), name="Tempête de neige"
)
ENTRY = BatchEntry(
    request="robots",
    was=Side((period("2026-12-08 10:40-11:30"), period("2026-12-15 10:40-11:30")), (VOLUNTEER,)),
    becomes=None,
    uids=("one", "two"),
    gives_way=True,
    reason="no_start",
)


def a_batch(key: str = "first", **changes: Any) -> Batch:
    batch = Batch(
        key=key,
        what_if=SNOW,
        entries=(ENTRY, replace(ENTRY, request="bridges", was=None, becomes=ENTRY.was, uids=())),
        marks={"one": "invited 0"},
        made_at=NOW,
        made_by=COORDINATOR,
    )
    return replace(batch, **changes)


def test_batch_is_read_as_it_was_written(store: Store) -> None:
    with store.write() as work:
        work.batches.add(a_batch())
    with store.read() as work:
        assert work.batches.get("first") == a_batch()
        assert work.batches.get("second") is None


def test_decision_is_kept(store: Store) -> None:
    stale = decide(
        a_batch(),
        state=BatchState.STALE,
        by=COORDINATOR,
        at=NOW + timedelta(hours=1),
        broken={"robots": ("clearance_valid", "max_per_week")},
    )
    with store.write() as work:
        work.batches.add(a_batch())
        work.batches.save(stale)
        assert work.batches.get("first") == stale
    with store.read() as work:
        assert work.batches.get("first") == stale


def test_batches_come_newest_first_in_the_states_asked_for(store: Store) -> None:
    later = a_batch("second", made_at=NOW + timedelta(hours=1))
    dropped = a_batch("third", state=BatchState.DROPPED)
    with store.write() as work:
        for batch in (a_batch(), later, dropped):
            work.batches.add(batch)
    with store.read() as work:
        assert work.batches.recent(states=(BatchState.PENDING,), limit=5) == (later, a_batch())
        assert work.batches.recent(states=BatchState, limit=1) == (later,)


def test_batch_that_was_never_kept_cannot_be_decided_on(store: Store) -> None:
    with pytest.raises(Unknown), store.write() as work:
        work.batches.save(a_batch())


def test_batch_is_decided_on_once() -> None:
    dropped = decide(a_batch(), state=BatchState.DROPPED, by=COORDINATOR, at=NOW)
    with pytest.raises(IllegalTransition):
        decide(dropped, state=BatchState.APPROVED, by=COORDINATOR, at=NOW)


def test_entry_is_a_move_when_the_same_people_come_at_another_time() -> None:
    there, later = period("2026-12-08 10:40-11:30"), period("2026-12-09 10:40-11:30")
    moved = replace(ENTRY, was=Side((there,), ("a", "b")), becomes=Side((later,), ("b", "a")))
    assert moved.is_move
    assert not replace(moved, becomes=Side((there,), ("a", "c"))).is_move
    assert not replace(moved, becomes=Side((later,), ("a", "c"))).is_move
    assert not replace(moved, becomes=None).is_move
