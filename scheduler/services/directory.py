"""The volunteers of the district, for those who oversee it: who there is, and who needs care.

An address of a person never stands in a web address: a reference stands for it there. One
volunteer with everything is found in :mod:`scheduler.services.volunteer_pages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from scheduler.domain.folding import begins, words_of
from scheduler.domain.topics import MAX_DEPTH, Topic
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_overseer
from scheduler.services.picture import load_district, memory_start
from scheduler.services.ports import ListedVolunteer, SoughtWord, Store, VolunteersWanted, Work
from scheduler.services.volunteer_lines import Standing, VolunteerLine, has_old_calendar, line_of

PAGE = 50


class Care(StrEnum):
    """What somebody may need from a coordinator; a way to filter the list."""

    NO_TIMES = "no_times"
    CLEARANCE = "clearance"
    NEVER_ASKED = "never_asked"
    INACTIVE = "inactive"
    CALENDAR = "calendar"


_PLAIN_CARE = (None, Care.INACTIVE)


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

    Each word of ``text`` begins one of the name, the organization's or a topic's; ``asked``
    says all that can be asked in its place.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read volunteers")
    with store.read() as work:
        everyone = _Everyone(work, now=now)
        skipped = (number - 1) * PAGE
        found, count = everyone.passing(
            asked or VolunteerFilter(text, care), skipped=skipped, most=PAGE
        )
        return VolunteerPage(everyone.lines(found), count, number, *everyone.choices())


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
        return everyone.lines(everyone.passing(asked)[0])


class _Everyone:
    """All volunteers, lightly, while the store is open."""

    def __init__(self, work: Work, *, now: datetime) -> None:
        self._work, self._now = work, now
        district = load_district(work)
        self._timezone = district.timezone
        self._topics = work.districts.topics()
        self._today = local(now, district.timezone).date()
        self._since = memory_start(district, now)

    def passing(
        self, asked: VolunteerFilter, *, skipped: int = 0, most: int | None = None
    ) -> tuple[tuple[str, ...], int]:
        """Return the addresses of a part of those who pass, in order, and how many there are.

        Cost: only the part is read where names, organizations and topics decide; else
        everybody whom these leave.
        """
        wanted = self._wanted(asked)
        if not asked.looks_closer:
            return self._work.listings.meant_volunteers(wanted, skipped=skipped, most=most)
        found = self._sifted(self._work.listings.meant_volunteers(wanted)[0], asked)
        return found[skipped:][:most], len(found)

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
        organizations = tuple(self._organizations.items())
        return self._topics.topics, organizations, self._work.listings.zones(since=self._since)

    @cached_property
    def _organizations(self) -> Mapping[str, str]:
        return self._work.listings.organizations_served()

    def _wanted(self, asked: VolunteerFilter) -> VolunteersWanted:
        return VolunteersWanted(
            words=tuple(map(self._sought, words_of(asked.text))),
            topics=tuple(sorted(self._topics_below(asked.topic))),
            organization=asked.organization,
            is_active=asked.care is not Care.INACTIVE,
        )

    def _sought(self, word: str) -> SoughtWord:
        meant = (word,)
        return SoughtWord(
            word,
            tuple(key for key, name in self._organizations.items() if begins(meant, name)),
            tuple(t.key for t in self._topics.topics if begins(meant, " ".join(t.names))),
        )

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
