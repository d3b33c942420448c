"""Feeds and their addresses: one feed for each owner, one address at a time, none forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from scheduler.domain.errors import Unknown
from scheduler.services.ports import Feed, FeedAddress, FeedKind
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, TEACHER, VOLUNTEER

FEEDS = (
    Feed("feed-1", FeedKind.VOLUNTEER, VOLUNTEER),
    Feed("feed-2", FeedKind.TEACHER, TEACHER, generation=4),
    Feed("feed-3", FeedKind.SCHOOL, "maple"),
)


@pytest.mark.parametrize("feed", FEEDS)
def test_feed_is_found_by_owner_and_by_address(store: SqlStore, feed: Feed) -> None:
    with store.write() as work:
        work.feeds.add(feed, token_sha256="a1")
    with store.read() as work:
        assert work.feeds.of_owner(feed.kind, feed.owner) == feed
        assert work.feeds.by_token("a1") == FeedAddress("a1", feed, feed.generation)


def test_feeds_of_one_person_are_told_apart_by_kind(store: SqlStore) -> None:
    as_teacher = Feed("feed-4", FeedKind.TEACHER, VOLUNTEER)
    with store.write() as work:
        work.feeds.add(FEEDS[0], token_sha256="a1")
        work.feeds.add(as_teacher, token_sha256="a2")
        assert work.feeds.of_owner("volunteer", VOLUNTEER) == FEEDS[0]
        assert work.feeds.of_owner("teacher", VOLUNTEER) == as_teacher
        assert work.feeds.of_owner("school", VOLUNTEER) is None


def test_unknown_address_opens_nothing(store: SqlStore) -> None:
    with store.read() as work:
        assert work.feeds.by_token("a1") is None


def test_rotated_feed_has_a_new_address_and_the_old_one_is_retired(store: SqlStore) -> None:
    feed, later = FEEDS[0], NOW + timedelta(days=1)
    second, third = replace(feed, generation=2), replace(feed, generation=3)
    with store.write() as work:
        work.feeds.add(feed, token_sha256="a1")
        work.feeds.rotate(second, token_sha256="a2", at=NOW)
        work.feeds.rotate(third, token_sha256="a3", at=later)
        assert work.feeds.of_owner(feed.kind, feed.owner) == third
        assert [work.feeds.by_token(token) for token in ("a1", "a2", "a3")] == [
            FeedAddress("a1", third, generation=1, retired_at=NOW),
            FeedAddress("a2", third, generation=2, retired_at=later),
            FeedAddress("a3", third, generation=3),
        ]


def test_owner_has_one_feed_of_a_kind(store: SqlStore) -> None:
    with store.write() as work:
        work.feeds.add(FEEDS[0], token_sha256="a1")
    with pytest.raises(IntegrityError), store.write() as work:
        work.feeds.add(replace(FEEDS[0], key="another"), token_sha256="a2")


@pytest.mark.parametrize(
    ("feed", "problem"),
    [
        (replace(FEEDS[0], owner="x@y.example"), r"no person “x@y\.example”"),
        (replace(FEEDS[2], owner="elm"), "no school “elm”"),
    ],
)
def test_feed_of_nobody_is_refused(store: SqlStore, feed: Feed, problem: str) -> None:
    with pytest.raises(Unknown, match=problem), store.write() as work:
        work.feeds.add(feed, token_sha256="a1")


def test_rotating_a_feed_that_was_never_added_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown, match="no feed “feed-1”"), store.write() as work:
        work.feeds.rotate(FEEDS[0], token_sha256="a1", at=NOW)
