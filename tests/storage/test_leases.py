"""A lease is one process's until its moment, and anybody's from then on."""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW

MINUTE = timedelta(minutes=1)


def take(store: SqlStore, owner: str, *, now: datetime) -> bool:
    with store.write() as work:
        return work.leases.take("jobs", owner=owner, now=now, until=now + MINUTE)


def test_first_to_ask_has_the_lease(empty_store: SqlStore) -> None:
    assert take(empty_store, "one", now=NOW)
    assert not take(empty_store, "two", now=NOW + MINUTE - timedelta(seconds=1))


def test_owner_renews_it(empty_store: SqlStore) -> None:
    assert take(empty_store, "one", now=NOW)
    assert take(empty_store, "one", now=NOW + timedelta(seconds=30))
    assert not take(empty_store, "two", now=NOW + MINUTE)


def test_anybody_may_take_a_lease_that_has_ended(empty_store: SqlStore) -> None:
    take(empty_store, "one", now=NOW)
    assert take(empty_store, "two", now=NOW + MINUTE)
    assert not take(empty_store, "one", now=NOW + MINUTE)


def test_lease_that_was_given_back_is_free_at_once(empty_store: SqlStore) -> None:
    take(empty_store, "one", now=NOW)
    with empty_store.write() as work:
        work.leases.give_back("jobs", owner="two", at=NOW)
    assert not take(empty_store, "two", now=NOW)
    with empty_store.write() as work:
        work.leases.give_back("jobs", owner="one", at=NOW)
    assert take(empty_store, "two", now=NOW)


def test_lease_that_was_given_back_is_free_though_the_clock_is_put_back(
    empty_store: SqlStore,
) -> None:
    take(empty_store, "one", now=NOW)
    with empty_store.write() as work:
        work.leases.give_back("jobs", owner="one", at=NOW)
    assert take(empty_store, "two", now=NOW - MINUTE)


def renew(store: SqlStore, *, now: datetime) -> bool:
    with store.write() as work:
        return work.leases.renew("jobs", owner="one", until=now + MINUTE)


def test_late_owner_keeps_a_lease_that_nobody_took(empty_store: SqlStore) -> None:
    assert not renew(empty_store, now=NOW)
    take(empty_store, "one", now=NOW)
    assert renew(empty_store, now=NOW + 2 * MINUTE)
    assert not take(empty_store, "two", now=NOW + 2 * MINUTE)


def test_lease_that_was_given_back_is_not_renewed(empty_store: SqlStore) -> None:
    take(empty_store, "one", now=NOW)
    with empty_store.write() as work:
        work.leases.give_back("jobs", owner="one", at=NOW)
    assert not renew(empty_store, now=NOW)


def test_lease_that_another_took_is_not_renewed_though_they_are_done_with_it(
    empty_store: SqlStore,
) -> None:
    take(empty_store, "one", now=NOW)
    assert renew(empty_store, now=NOW + MINUTE / 2)
    take(empty_store, "two", now=NOW + 2 * MINUTE)
    with empty_store.write() as work:
        work.leases.give_back("jobs", owner="two", at=NOW + 2 * MINUTE)
    assert not renew(empty_store, now=NOW + 2 * MINUTE)
    assert take(empty_store, "one", now=NOW + 2 * MINUTE)


def test_seen_tells_until_when_it_was_last_taken(empty_store: SqlStore) -> None:
    with empty_store.read() as work:
        assert work.leases.seen("jobs") is None
    take(empty_store, "one", now=NOW)
    with empty_store.read() as work:
        assert work.leases.seen("jobs") == NOW + MINUTE


def test_leases_of_other_names_do_not_matter(empty_store: SqlStore) -> None:
    take(empty_store, "one", now=NOW)
    with empty_store.write() as work:
        assert work.leases.take("mail", owner="two", now=NOW, until=NOW + MINUTE)
