"""What the services need of whoever keeps calendar feeds, and how visits reach calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Protocol

from scheduler.services.feed_records import (
    CalendarMode,
    Door,
    EventText,
    Fetches,
    Glimpse,
    Rendering,
)
from scheduler.services.records import Feed, FeedKind


class Feeds(Protocol):
    """Calendar feeds, the addresses that open them, and what they answered last."""

    def get(self, key: str) -> Feed | None:
        """Return one feed."""

    def of_owner(self, kind: str, owner: str, *, holder: str = "") -> Feed | None:
        """Return the feed of that kind and owner which this person holds.

        An empty holder is nobody, or the owner of a person's own feed.
        """

    def of_holder(self, email: str) -> tuple[Feed, ...]:
        """Return every feed that this person holds, in the order they were made."""

    def of_holders(self, emails: Iterable[str]) -> tuple[Feed, ...]:
        """Return every feed that one of these people holds, in the order they were made."""

    def door(self, token_sha256: str, *, client: str) -> Door | None:
        """Return everything that an address, a retired one too, leads to, in one statement."""

    def texts(self, feed: Feed) -> tuple[EventText, ...]:
        """Return the feed's events as they were written last, by start and UID."""

    def bodies(self, feed: Feed) -> tuple[str, ...]:
        """Return the texts of ``texts`` alone."""

    def glimpses(self, feed: Feed, *, since: datetime, until: datetime) -> tuple[Glimpse, ...]:
        """Return the released visits that concern the feed, in one statement.

        They end after ``since`` and start before ``until``; by start and UID.
        """

    def behind(self, kinds: Iterable[FeedKind], *, day: date) -> tuple[Feed, ...]:
        """Return feeds of these kinds whose rendering is of another day or before a change.

        Those without one come first, whatever their kind, then those that wait longest; feeds
        of people who left are not among them.
        """

    def put_rendering(
        self,
        feed: Feed,
        rendering: Rendering,
        *,
        changed: Iterable[EventText],
        gone: Iterable[str],
    ) -> None:
        """Keep what the feed answers with now: events new or changed, and UIDs shown no more."""

    def add(self, feed: Feed, *, token_sha256: str) -> None:
        """Store a new feed with its first address."""

    def change(self, feed: Feed) -> None:
        """Store the feed's language, alarm and scope; what it answered last is forgotten."""

    def rotate(self, feed: Feed, *, token_sha256: str, at: datetime) -> None:
        """Store the feed's new generation and address, and retire the former one.

        What is known of fetches is forgotten: nobody fetched the new address yet.
        """

    def remove(self, feed: Feed) -> None:
        """Forget the feed with all its addresses."""

    def mark_fetch(self, feed: Feed, *, client: str, at: datetime) -> None:
        """Note that this client fetched the feed."""

    def fetches(self, feeds: Iterable[Feed]) -> Mapping[str, tuple[Fetches, ...]]:
        """Return by the feed's key what is known of its clients, the latest first."""


class CalendarModes(Protocol):
    """How visits reach people's calendars."""

    def choices(self, emails: Iterable[str]) -> Mapping[str, CalendarMode]:
        """Return by address what people chose; who left it to us is not in it."""

    def choose(self, email: str, mode: CalendarMode | None) -> None:
        """Store a person's choice; None leaves it to us again."""

    def fixed(self, uids: Iterable[str]) -> Mapping[tuple[str, str], CalendarMode]:
        """Return by UID and address how these visits reach those who heard of them."""

    def fix(self, mode_by_pair: Mapping[tuple[str, str], CalendarMode], *, at: datetime) -> None:
        """Store how visits reach people, by UID and address; what is fixed already stays."""
