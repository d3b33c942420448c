"""Imports are kept whole, one is open at a time, and their files lie apart until forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from scheduler.domain.imports import (
    FileCount,
    Import,
    ImportState,
    Stretch,
    asked_again,
    ended,
    given_back,
    shown,
    taken,
)
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import COORDINATOR, NOW

MINUTE = timedelta(minutes=1)
WAITING = Import(key="i1", asked_by=COORDINATOR, asked_at=NOW, title="schools.csv")
WORKING = taken(WAITING, owner="one", alive_until=NOW + MINUTE)
READY = shown(WORKING, counts=(FileCount("schools.csv", 3, 2, 1),), seen="a", lacking="b")


def add(store: SqlStore, found: Import, parcel: bytes = b"") -> bool:
    with store.write() as work:
        return work.imports.add(found, parcel=parcel)


def save(store: SqlStore, found: Import, *, was: Import) -> bool:
    with store.write() as work:
        return work.imports.save(found, was=was)


def kept(store: SqlStore, key: str = "i1") -> Import | None:
    with store.read() as work:
        return work.imports.get(key)


def test_import_comes_back_as_it_was_stored(empty_store: SqlStore) -> None:
    told = replace(
        ended(WORKING, ImportState.FAILED, at=NOW),
        confirmed_by=COORDINATOR,
        prunes=True,
        attempt=2,
        stretch=Stretch("reading", 5, 9),
        counts=READY.counts,
        withdrawn=4,
        rested=1,
        seen="a",
        seen_lacking="b",
        has_moved=True,
        trouble={"error": "Outrun", "sentence": "No."},
    )
    assert add(empty_store, told)
    assert kept(empty_store) == told


def test_second_import_is_refused_while_one_is_open(empty_store: SqlStore) -> None:
    assert add(empty_store, WORKING)
    assert not add(empty_store, replace(WAITING, key="i2"))
    with empty_store.read() as work:
        assert (work.imports.open(), work.imports.recent(limit=5)) == (WORKING, (WORKING,))


def test_list_that_waits_lets_another_import_in_and_then_waits_for_it(
    empty_store: SqlStore,
) -> None:
    assert add(empty_store, READY)
    assert add(empty_store, replace(WAITING, key="i2"))
    agreed = asked_again(READY, confirmed_by=COORDINATOR)
    assert not save(empty_store, agreed, was=READY)
    assert kept(empty_store) == READY


def test_import_that_left_its_hands_is_not_changed(empty_store: SqlStore) -> None:
    add(empty_store, WORKING)
    waiting, again = given_back(WORKING), taken(WORKING, owner="one", alive_until=NOW)
    for meanwhile in (waiting, again, taken(waiting, owner="two", alive_until=NOW)):
        assert save(empty_store, meanwhile, was=WORKING)
        assert not save(empty_store, READY, was=WORKING)
        with empty_store.write() as work:
            assert not work.imports.report(WORKING, stretch=Stretch("x"), alive_until=NOW)
        assert save(empty_store, WORKING, was=meanwhile)


def test_report_notes_how_far_it_is(empty_store: SqlStore) -> None:
    add(empty_store, WORKING)
    stretch, later = Stretch("reading", 5, 9), NOW + 2 * MINUTE
    with empty_store.write() as work:
        assert work.imports.report(WORKING, stretch=stretch, alive_until=later)
    assert kept(empty_store) == replace(WORKING, stretch=stretch, alive_until=later)


def test_files_and_list_are_kept_until_forgotten(empty_store: SqlStore) -> None:
    add(empty_store, WORKING, parcel=b"PK")
    facts = {"changes": [["school", "oak", "", "", ""]], "more": 0}
    with empty_store.write() as work:
        work.imports.list("i1", facts)
        assert (work.imports.parcel("i1"), work.imports.listed("i1")) == (b"PK", facts)
        work.imports.forget_parcel("i1")
        assert not work.imports.has_parcel("i1")
        assert work.imports.listed("i1") == facts
        work.imports.forget("i1")
        assert (work.imports.parcel("i1"), work.imports.listed("i1")) == (b"", {})


def test_old_files_are_found_by_when_they_came(empty_store: SqlStore) -> None:
    add(empty_store, READY, parcel=b"PK")
    add(empty_store, replace(READY, key="i2"))
    with empty_store.read() as work:
        assert work.imports.kept_since_before(NOW) == ()
        assert work.imports.kept_since_before(NOW + MINUTE) == (READY,)
