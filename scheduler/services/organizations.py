"""Organizations that help: who comes from them, what they promised and what they gave.

Whoever is an organization's contact may read its page, and no other's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from scheduler.domain.districts import Contact, District, Organization
from scheduler.domain.errors import Unknown
from scheduler.domain.folding import folded
from scheduler.domain.periods import DateRange
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import OCCUPYING, VisitState
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.access import Actor, require_overseer
from scheduler.services.picture import load_district, memory_start
from scheduler.services.ports import CountOfOrganization, Gazetteer, Store, Work
from scheduler.services.sheets import sheets_of
from scheduler.services.volunteer_lines import VolunteerLine, line_of
from scheduler.services.warm import Warm

NOTHING = CountOfOrganization()


@dataclass(frozen=True, slots=True)
class OrganizationLine:
    """One organization in the list: people, and visits of this term, promised and given."""

    organization: Organization
    people: int
    given: int
    coming: int

    @property
    def owes(self) -> int:
        """Return how many promised visits of this term are neither given nor planned."""
        promised = self.organization.visits_per_term or 0
        return max(0, promised - self.given - self.coming)


@dataclass(frozen=True, slots=True)
class OrganizationList:
    """The organizations by name, and the term that is counted."""

    lines: tuple[OrganizationLine, ...]
    term: str
    days: DateRange


@dataclass(frozen=True, slots=True)
class TermLine:
    """What an organization's people gave in one term, and what is agreed for it."""

    name: str
    days: DateRange
    given: int
    agreed: int


@dataclass(frozen=True, slots=True)
class OrganizationProfile:
    """One organization with its people and their visits of the year, by start.

    ``terms`` are those of the year, in order. ``contacts`` are whom to ask, the main one first;
    only whoever oversees is told a telephone number.
    """

    line: OrganizationLine
    term: str
    days: DateRange
    people: tuple[VolunteerLine, ...]
    sheets: tuple[VisitSheet, ...]
    terms: tuple[TermLine, ...]
    contacts: tuple[Contact, ...]

    @property
    def happened(self) -> int:
        """Return how many visits of the year took place."""
        return sum(sheet.visit.state is VisitState.HAPPENED for sheet in self.sheets)


def organizations(store: Store, *, actor: Actor, now: datetime, text: str = "") -> OrganizationList:
    """Return the organizations whose name or kind holds the text, by name.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read organizations")
    wanted = folded(text.strip())
    with store.read() as work:
        term, days = _term(load_district(work), now=now)
        lines = [
            line
            for line in _lines(work, days, now=now)
            if wanted in folded(f"{line.organization.name} {line.organization.kind}")
        ]
    lines.sort(key=lambda line: folded(line.organization.name))
    return OrganizationList(tuple(lines), term, days)


def organization(
    store: Store, key: str, *, warm: Warm, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> OrganizationProfile:
    """Return one organization.

    Raises:
        Unknown: if there is none, or the actor neither oversees nor is its contact.
    """
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as warmed:
        ground = warmed.ground
        district = ground.district
        term, days = _term(district, now=now)
        found = {each.organization.key: each for each in _lines(work, days, now=now)}
        line = found.get(key)
        if line is None or not _may_read(actor, line.organization):
            raise Unknown("organization", key)
        since = memory_start(district, now)
        today = local(now, district.timezone).date()
        people = [
            line_of(listed, topics=ground.topics, today=today)
            for listed in work.listings.volunteers(now=now, since=since, organization=key)
        ]
        visits = warmed.visits.of_volunteers(each.email for each in people)
        sheets = sheets_of(work, visits, ground=ground)
    people.sort(key=lambda each: (not each.is_active, folded(each.name)))
    return OrganizationProfile(
        line,
        term,
        days,
        tuple(people),
        sheets,
        terms=_terms(sheets, emails={each.email for each in people}, district=district),
        contacts=_contacts(line.organization, actor=actor),
    )


def _lines(work: Work, days: DateRange, *, now: datetime) -> tuple[OrganizationLine, ...]:
    zone = load_district(work).timezone
    counts = work.listings.organizations(
        now=now,
        since=at_wall_time(days.first, time(0), zone),
        until=at_wall_time(days.last + timedelta(days=1), time(0), zone),
    )
    return tuple(
        OrganizationLine(each, count.people, count.given, count.coming)
        for key, each in work.districts.organizations().items()
        for count in (counts.get(key, NOTHING),)
    )


def _term(district: District, *, now: datetime) -> tuple[str, DateRange]:
    """Return the term of today, else the school year, else the calendar year."""
    today = local(now, district.timezone).date()
    for term in district.terms:
        if today in term.days:
            return term.name, term.days
    year = district.year
    if year is not None and today in year:
        return "", year
    return "", DateRange(date(today.year, 1, 1), date(today.year, 12, 31))


def _terms(
    sheets: Iterable[VisitSheet], *, emails: Collection[str], district: District
) -> tuple[TermLine, ...]:
    counts = {term: Counter[str]() for term in district.terms}
    for sheet in sheets:
        visit = sheet.visit
        day = local(visit.period.start, visit.timezone).date()
        has_part = any(b.volunteer_email in emails and not b.removed for b in visit.bookings)
        for term in district.terms:
            if has_part and day in term.days:
                counts[term]["given"] += visit.state is VisitState.HAPPENED
                counts[term]["agreed"] += visit.state in OCCUPYING
    return tuple(
        TermLine(term.name, term.days, given=count["given"], agreed=count["agreed"])
        for term, count in counts.items()
    )


def _contacts(organization: Organization, *, actor: Actor) -> tuple[Contact, ...]:
    known = organization.everybody_to_ask
    return known if actor.oversees else tuple(replace(each, phone="") for each in known)


def _may_read(actor: Actor, organization: Organization) -> bool:
    is_contact = bool(actor.email) and organization.contact_email.lower() == actor.email
    return actor.oversees or is_contact
