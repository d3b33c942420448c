"""The volunteers of the district, for those who oversee it: who there is, and who needs care.

An address of a person never stands in a web address: a reference stands for it there. One
volunteer with everything is found in :mod:`scheduler.services.volunteer_pages`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from scheduler.domain.busy_calendars import BusyCalendar, Trust
from scheduler.domain.folding import folded
from scheduler.domain.topics import MAX_DEPTH, Topic, TopicTree
from scheduler.domain.volunteers import Clearance, ClearanceState
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.picture import load_district, memory_start
from scheduler.services.ports import ListedVolunteer, NamedVolunteer, Store, Work

PAGE = 50
ENDS_SOON = timedelta(days=60)


class Care(StrEnum):
    """What somebody may need from a coordinator; a way to filter the list."""

    NO_TIMES = "no_times"
    CLEARANCE = "clearance"
    NEVER_ASKED = "never_asked"
    INACTIVE = "inactive"
    CALENDAR = "calendar"


_PLAIN_CARE = (None, Care.INACTIVE)


class Standing(StrEnum):
    """How the clearance of a volunteer stands; a way to filter the list."""

    HELD = "held"
    ENDING = "ending"
    ENDED = "ended"
    PENDING = "pending"
    NONE = "none"


class Order(StrEnum):
    """In which order the list comes."""

    NAME = "name"
    NEXT_VISIT = "next_visit"
    VISITS = "visits"
    CLEARANCE = "clearance"


@dataclass(frozen=True, slots=True)
class VolunteerFilter:
    """Which volunteers are asked for, and in which order; what is empty asks nothing."""

    text: str = ""
    care: Care | None = None
    topic: str = ""
    organization: str = ""
    zone: str = ""
    standing: Standing | None = None
    order: Order = Order.NAME

    @property
    def looks_closer(self) -> bool:
        """Tell whether more decides than names, organizations and topics."""
        is_sorted = self.order is not Order.NAME
        return bool(self.zone or self.standing or self.care not in _PLAIN_CARE or is_sorted)


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


@dataclass(frozen=True, slots=True)
class VolunteerPage:
    """One page of the volunteers that pass the filter, and how many there are.

    ``topics``, ``organizations`` (key and name) and ``zones`` are what can be filtered by.
    """

    lines: tuple[VolunteerLine, ...]
    found: int
    number: int
    topics: tuple[Topic, ...] = ()
    organizations: tuple[tuple[str, str], ...] = ()
    zones: tuple[str, ...] = ()

    @property
    def has_next(self) -> bool:
        """Tell whether another page follows."""
        return self.number * PAGE < self.found


def volunteers(
    store: Store,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
    care: Care | None = None,
    number: int = 1,
    asked: VolunteerFilter | None = None,
) -> VolunteerPage:
    """Return one page of the volunteers; inactive ones only when asked for.

    ``text`` keeps those whose name, organization or topics hold it; ``asked`` says all that
    can be asked in its place.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read volunteers")
    with store.read() as work:
        everyone = _Everyone(work, now=now)
        found = everyone.passing(asked or VolunteerFilter(text, care))
        shown = everyone.lines(found[(number - 1) * PAGE : number * PAGE])
        choices = everyone.choices()
    return VolunteerPage(shown, len(found), number, *choices)


def all_volunteers(
    store: Store, asked: VolunteerFilter, *, actor: Actor, now: datetime
) -> tuple[VolunteerLine, ...]:
    """Return every volunteer that passes the filter, to take along.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read volunteers")
    with store.read() as work:
        everyone = _Everyone(work, now=now)
        return everyone.lines(everyone.passing(asked))


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


class _Everyone:
    """All volunteers, lightly, while the store is open."""

    def __init__(self, work: Work, *, now: datetime) -> None:
        self._work, self._now = work, now
        district = load_district(work)
        self._timezone = district.timezone
        self._topics = work.districts.topics()
        self._today = local(now, district.timezone).date()
        self._since = memory_start(district, now)
        self._named = work.listings.named_volunteers()

    def passing(self, asked: VolunteerFilter) -> tuple[str, ...]:
        """Return the addresses of those who pass, in the order asked for.

        Cost: light where names alone decide; else every volunteer is read.
        """
        topics, text = self._topics_below(asked.topic), folded(asked.text.strip())
        meant = [each for each in self._named if self._is_meant(each, asked, topics, text)]
        meant.sort(key=lambda each: (folded(each.name), reference_of(each.email)))
        emails = tuple(each.email for each in meant)
        return self._sifted(emails, asked) if asked.looks_closer else emails

    def lines(self, emails: Iterable[str]) -> tuple[VolunteerLine, ...]:
        """Return what the list shows of these, in the order given."""
        wanted = tuple(emails)
        listed_by_email = self._listed(wanted)
        old = self._old_among(listed_by_email.values())
        return tuple(
            replace(self._line(listed_by_email[email]), has_old_calendar=email in old)
            for email in wanted
        )

    def choices(
        self,
    ) -> tuple[tuple[Topic, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
        """Return topics, organizations and zones that can be filtered by."""
        organizations = {(v.organization, v.organization_name) for v in self._named}
        named = sorted((each for each in organizations if each[0]), key=lambda each: each[1])
        return self._topics.topics, tuple(named), self._work.listings.zones(since=self._since)

    def _sifted(self, emails: tuple[str, ...], asked: VolunteerFilter) -> tuple[str, ...]:
        listed_by_email = self._listed(emails)
        is_about_calendars = asked.care is Care.CALENDAR
        old = self._old_among(listed_by_email.values()) if is_about_calendars else frozenset()
        in_zone = (
            listed
            for listed in map(listed_by_email.__getitem__, emails)
            if not asked.zone or asked.zone in listed.zones
        )
        lines = [line for line in map(self._line, in_zone) if _passes(line, asked, old=old)]
        if asked.order is not Order.NAME:
            lines.sort(key=lambda line: _rank(line, asked.order))
        return tuple(line.email for line in lines)

    def _listed(self, emails: tuple[str, ...]) -> dict[str, ListedVolunteer]:
        some = emails if len(emails) <= PAGE else None
        found = self._work.listings.volunteers(now=self._now, since=self._since, emails=some)
        return {each.email: each for each in found}

    def _line(self, listed: ListedVolunteer) -> VolunteerLine:
        return line_of(listed, topics=self._topics, today=self._today)

    def _topics_below(self, topic: str) -> frozenset[str]:
        """Return the topic and what lies below it; nothing for no topic."""
        below = {topic} - {""}
        for _ in range(MAX_DEPTH):
            below |= {each.key for each in self._topics.topics if each.parent in below}
        return frozenset(below)

    def _is_meant(
        self, named: NamedVolunteer, asked: VolunteerFilter, topics: frozenset[str], text: str
    ) -> bool:
        return (
            named.is_active is not (asked.care is Care.INACTIVE)
            and (not topics or not topics.isdisjoint(named.level_by_topic))
            and (not asked.organization or named.organization == asked.organization)
            and (not text or text in self._words(named))
        )

    def _words(self, named: NamedVolunteer) -> str:
        served = (self._topics.topic(key) for key in sorted(named.level_by_topic))
        names = (name for topic in served for name in topic.names)
        return folded(" ".join((named.name, named.organization_name, *names)))

    def _old_among(self, everybody: Iterable[ListedVolunteer]) -> frozenset[str]:
        lenders = (listed.email for listed in everybody if listed.has_calendar)
        return frozenset(
            email
            for email, calendars in self._work.busy_calendars.of_owners(lenders).items()
            if has_old_calendar(calendars, now=self._now, timezone=self._timezone)
        )


def _rank(line: VolunteerLine, order: Order) -> tuple[bool, date | int]:
    """What has no such date comes last, who visited least comes first."""
    match order:
        case Order.NEXT_VISIT:
            return line.next_visit is None, line.next_visit or date.max
        case Order.CLEARANCE:
            return line.cleared_until is None and line.is_cleared, line.cleared_until or date.min
        case _:
            return False, line.visits


def _passes(line: VolunteerLine, asked: VolunteerFilter, *, old: frozenset[str]) -> bool:
    if asked.standing is not None and line.standing is not asked.standing:
        return False
    match asked.care:
        case Care.NO_TIMES:
            return not line.has_times
        case Care.CLEARANCE:
            return line.standing is not Standing.HELD
        case Care.CALENDAR:
            return line.email in old
        case Care.NEVER_ASKED:
            return not line.visits
        case _:
            return True
