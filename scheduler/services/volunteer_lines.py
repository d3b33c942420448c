"""A volunteer as one line of a list: topics, clearance, visits and whether anything is amiss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from scheduler.domain.busy_calendars import BusyCalendar, Trust
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.volunteers import Clearance, ClearanceState
from scheduler.domain.zones import local
from scheduler.services.asking import reference_of
from scheduler.services.ports import ListedVolunteer

ENDS_SOON = timedelta(days=60)


class Standing(StrEnum):
    """How the clearance of a volunteer stands; a way to filter the list."""

    HELD = "held"
    ENDING = "ending"
    ENDED = "ended"
    PENDING = "pending"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class VolunteerLine:
    """One volunteer in the list.

    ``cleared_until`` is the last day of the clearance that lasts longest, None where it has
    no end or there is none; ``is_cleared`` tells these apart. An old calendar is one that
    could not be read lately, or that tells nothing any more.
    """

    reference: str
    name: str
    organization: str
    topics: tuple[Topic, ...]
    visits: int
    next_visit: date | None
    is_cleared: bool
    cleared_until: date | None
    has_times: bool
    is_active: bool
    has_old_calendar: bool = False
    email: str = ""
    standing: Standing = Standing.NONE
    mail_comes_back: bool = False


def standing_of(clearances: Iterable[Clearance], *, today: date) -> tuple[Standing, date | None]:
    """Return how a volunteer's clearances for every school stand, and the last day of the best.

    The day is None where the best has no end, or there is none.
    """
    known = tuple(each for each in clearances if not each.school)
    ends = [each.expires for each in known if each.counts]
    if not ends:
        is_pending = any(each.state is ClearanceState.PENDING for each in known)
        return (Standing.PENDING if is_pending else Standing.NONE), None
    if None in ends:
        return Standing.HELD, None
    last = max(end for end in ends if end)
    if last < today:
        return Standing.ENDED, last
    return (Standing.ENDING if last <= today + ENDS_SOON else Standing.HELD), last


def line_of(listed: ListedVolunteer, *, topics: TopicTree, today: date) -> VolunteerLine:
    """Return what the list shows of a volunteer, calendars aside."""
    standing, last = standing_of(listed.clearances, today=today)
    start = listed.next_start
    return VolunteerLine(
        reference=reference_of(listed.email),
        name=listed.name,
        organization=listed.organization_name,
        topics=tuple(topics.topic(key) for key in sorted(listed.level_by_topic)),
        visits=listed.visits,
        next_visit=local(start, listed.next_timezone).date() if start else None,
        is_cleared=standing in (Standing.HELD, Standing.ENDING),
        cleared_until=last,
        has_times=listed.has_times,
        is_active=listed.is_active,
        email=listed.email,
        standing=standing,
        mail_comes_back=listed.mail_comes_back,
    )


def has_old_calendar(calendars: Iterable[BusyCalendar], *, now: datetime, timezone: str) -> bool:
    """Tell whether one of these calendars was not read lately, or tells nothing any more."""
    return any(each.trust(now, timezone) is not Trust.FRESH for each in calendars)
