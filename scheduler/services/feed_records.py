"""What is kept around a feed: its last rendering, who fetched it, and how visits reach people.

A rendering is a copy of what the visits say and can be thrown away; fetches are telemetry,
outside the data of any visit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from scheduler.domain.visit_sheets import VisitSheet
from scheduler.services.records import FeedAddress


@dataclass(frozen=True, slots=True)
class Rendering:
    """What an address answers with on a UTC day, as long as nothing that it shows changed.

    ``version`` is the store's count of changes when it was made; ``head`` holds everything
    before the first event.
    """

    version: int
    day: date
    etag: str
    last_modified: datetime
    head: str


@dataclass(frozen=True, slots=True)
class EventText:
    """One event of a feed as it was written last, at which change of it.

    ``zone`` is the one that its times name, empty where they are in UTC. ``facts`` stands for
    everything it was made from, and ``shown_through`` is the last UTC day on which the feed
    shows it: until then equal facts mean an equal text.
    """

    uid: str
    starts_at: datetime
    revised_at: datetime
    text: str
    zone: str
    facts: str
    shown_through: date


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A visit as a feed's store sees it: what stands for its facts, and its sheet when asked.

    Glimpses with equal ``facts`` have equal sheets; making a sheet costs more than all else.
    """

    uid: str
    facts: str
    sheet: Callable[[], VisitSheet]


@dataclass(frozen=True, slots=True)
class Door:
    """Everything an address leads to, found in one look-up.

    ``label`` names the school, class, organization or zone; ``version`` is the count of
    changes now; ``fetched_at`` when that client's last noted fetch was. A feed whose holder
    has left leads nowhere: ``is_open`` is False.
    """

    address: FeedAddress
    label: str
    site_title: str
    timezone: str
    language: str
    version: int
    is_open: bool
    rendering: Rendering | None = None
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fetches:
    """What is known of one client's fetches: the first, the last, and how many were noted."""

    client: str
    first_at: datetime
    last_at: datetime
    times: int


class CalendarMode(StrEnum):
    """How a visit gets into somebody's calendar: by exactly one of these."""

    FEED = "feed"
    INVITATION = "invitation"
    MAIL = "mail"
