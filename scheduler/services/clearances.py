"""Clearances: whose ends when, who is asked to renew, and what a coordinator enters.

A clearance is never changed behind a visit's back: what is booked stays, and the next check of
a proposal sees what holds now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from scheduler.domain.errors import Unknown
from scheduler.domain.folding import folded
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.domain.volunteers import Clearance, ClearanceState, Volunteer
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.announcements import RENEW_CLEARANCE
from scheduler.services.asking import reference_of
from scheduler.services.picture import load_district, memory_start
from scheduler.services.ports import ListedVolunteer, Store, Work
from scheduler.services.records import Activity, OutboxRow
from scheduler.services.single_mail import mail_to
from scheduler.services.versions import require_unchanged
from scheduler.services.volunteer_lines import standing_of
from scheduler.services.volunteer_pages import volunteer_of

SUBJECT = "clearance"
REMEMBERED = timedelta(days=14)


class Urgency(StrEnum):
    """How soon a clearance ends, the most pressing first."""

    ENDED = "ended"
    IN_30_DAYS = "in_30_days"
    IN_60_DAYS = "in_60_days"
    IN_90_DAYS = "in_90_days"


REMINDED_AT = frozenset({Urgency.IN_60_DAYS, Urgency.IN_30_DAYS})
DAYS_BY_URGENCY = ((Urgency.IN_30_DAYS, 30), (Urgency.IN_60_DAYS, 60), (Urgency.IN_90_DAYS, 90))
LOOKS_AHEAD = timedelta(days=max(days for _, days in DAYS_BY_URGENCY))


@dataclass(frozen=True, slots=True)
class ClearanceLine:
    """A volunteer whose clearance ended or ends soon; ``asked_at`` is the latest reminder."""

    reference: str
    email: str
    name: str
    organization: str
    kind: str
    last_day: date
    urgency: Urgency
    next_start: datetime | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClearancePage:
    """Clearances in groups of equal urgency; empty groups are there, too."""

    groups: tuple[tuple[Urgency, tuple[ClearanceLine, ...]], ...]
    today: date
    timezone: str

    @property
    def lines(self) -> tuple[ClearanceLine, ...]:
        """Return all lines, the most pressing first."""
        return tuple(line for _, lines in self.groups for line in lines)


def clearances(store: Store, *, actor: Actor, now: datetime) -> ClearancePage:
    """Return whose clearance ended, or ends within 90 days with none to follow.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read clearances")
    with store.read() as work:
        return _page(work, now=now)


def ask_to_renew(
    store: Store, references: Iterable[str], *, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Write a reminder to each of these volunteers, once a day at most; return their names.

    Whose clearance needs no renewal within 90 days is passed over.

    Raises:
        NotAllowed: unless the actor is a coordinator.
    """
    require_coordinator(actor, deed="ask for clearances")
    wanted = set(references)
    with store.write() as work:
        page = _page(work, now=now)
        asked = tuple(line for line in page.lines if line.reference in wanted)
        work.outbox.add(_reminder(line, revision=page.today.toordinal(), at=now) for line in asked)
        work.activities.add(
            Activity(now, actor.email, "asked to renew", f"volunteer:{line.reference}")
            for line in asked
        )
    return tuple(line.name for line in asked)


def ask_before_the_end(work: Work, *, now: datetime) -> int:
    """Remind those whose clearance ends within 60 days, and again within 30; return how many.

    Each is reminded once at either mark, and not within two weeks of a coordinator's reminder.
    """
    page = _page(work, now=now)
    rows = (
        _reminder(line, revision=line.last_day.toordinal(), at=now, offset=str(line.urgency))
        for line in page.lines
        if line.urgency in REMINDED_AT and line.asked_at is None
    )
    return work.outbox.add(rows)


def add_clearance(
    store: Store, reference: str, clearance: Clearance, *, actor: Actor, now: datetime
) -> None:
    """Enter a clearance of a volunteer.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody, or the school is not known.
    """

    def added(person: Volunteer) -> Volunteer:
        return replace(person, clearances=(*person.clearances, clearance))

    _change(store, reference, added, deed="added a clearance", actor=actor, now=now)


def approve_clearance(
    store: Store, reference: str, place: int, *, actor: Actor, now: datetime, version: str = ""
) -> None:
    """Approve the volunteer's clearance at that place of the list, from today on.

    ``version`` is that of the list that the place was taken from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such volunteer or clearance.
        ChangedMeanwhile: if the list is another by now; nothing was changed.
    """
    today = _today(store, now=now)

    def approved(clearance: Clearance) -> Clearance:
        return replace(
            clearance, state=ClearanceState.APPROVED, approved=clearance.approved or today
        )

    change = _at(place, approved)
    deed = "approved a clearance"
    _change(store, reference, change, deed=deed, actor=actor, now=now, version=version)


def withdraw_clearance(
    store: Store, reference: str, place: int, *, actor: Actor, now: datetime, version: str = ""
) -> None:
    """Withdraw the volunteer's clearance at that place of the list.

    ``version`` is that of the list that the place was taken from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such volunteer or clearance.
        ChangedMeanwhile: if the list is another by now; nothing was changed.
    """
    change = _at(place, lambda each: replace(each, state=ClearanceState.WITHDRAWN))
    deed = "withdrew a clearance"
    _change(store, reference, change, deed=deed, actor=actor, now=now, version=version)


def _page(work: Work, *, now: datetime) -> ClearancePage:
    district = load_district(work)
    today = local(now, district.timezone).date()
    ending = work.listings.volunteers(
        now=now, since=memory_start(district, now), ending_by=today + LOOKS_AHEAD
    )
    asked = {
        row.recipient: row.created_at
        for row in work.outbox.of_subjects((SUBJECT,))
        if row.created_at > now - REMEMBERED
    }
    lines = [
        replace(line, asked_at=asked.get(line.email))
        for listed in ending
        if listed.is_active and (line := _line(listed, today=today))
    ]
    lines.sort(key=lambda line: (line.last_day, folded(line.name)))
    groups = ((each, tuple(x for x in lines if x.urgency is each)) for each in Urgency)
    return ClearancePage(tuple(groups), today, district.timezone)


def _line(listed: ListedVolunteer, *, today: date) -> ClearanceLine | None:
    _, last = standing_of(listed.clearances, today=today)
    if last is None:
        return None
    days = (last - today).days
    urgency = (
        Urgency.ENDED if days < 0 else next((u for u, n in DAYS_BY_URGENCY if days <= n), None)
    )
    if urgency is None:
        return None
    kinds = (c.kind for c in listed.clearances if c.counts and c.expires == last and not c.school)
    return ClearanceLine(
        reference=reference_of(listed.email),
        email=listed.email,
        name=listed.name,
        organization=listed.organization_name,
        kind=next(kinds),
        last_day=last,
        urgency=urgency,
        next_start=listed.next_start,
    )


def _reminder(line: ClearanceLine, *, revision: int, at: datetime, offset: str = "") -> OutboxRow:
    facts = {
        "clearance": line.kind,
        "last_day": line.last_day,
        "has_ended": line.urgency is Urgency.ENDED,
        "role": "volunteer",
    }
    return mail_to(
        line.email,
        SUBJECT,
        purpose=RENEW_CLEARANCE,
        at=at,
        revision=revision,
        offset=offset,
        facts=facts,
    )


def _at(place: int, change: Callable[[Clearance], Clearance]) -> Callable[[Volunteer], Volunteer]:
    def changed(person: Volunteer) -> Volunteer:
        if not 0 <= place < len(person.clearances):
            raise Unknown("clearance", str(place))
        known = list(person.clearances)
        known[place] = change(known[place])
        return replace(person, clearances=tuple(known))

    return changed


def _change(
    store: Store,
    reference: str,
    change: Callable[[Volunteer], Volunteer],
    *,
    deed: str,
    actor: Actor,
    now: datetime,
    version: str = "",
) -> None:
    require_coordinator(actor, deed="change clearances")
    with store.write() as work:
        # Somebody may be saving their own week: what they save is not to be written over.
        work.visits.lock((VOLUNTEER_PREFIX + work.people.email_of(reference),))
        person, subject = volunteer_of(work, reference), f"volunteer:{reference}"
        require_unchanged(work, version, person.clearances, subject=subject)
        work.volunteers.put((change(person),))
        work.activities.add((Activity(now, actor.email, deed, subject),))


def _today(store: Store, *, now: datetime) -> date:
    with store.read() as work:
        return local(now, load_district(work).timezone).date()
