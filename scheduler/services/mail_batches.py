"""A handful of claimed mails with all that writing them takes, loaded in sets.

Says for each whether its news still holds, when it may go out and which belong together. Sends
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.districts import District
from scheduler.domain.mail_choices import Pace
from scheduler.domain.people import Person
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.services.announcements import ASK_AVAILABILITY, TO_STRANGERS
from scheduler.services.calendar_modes import fix_modes
from scheduler.services.feed_records import CalendarMode
from scheduler.services.letters import FIXES_MODE, Letterhead, Reader, role_of
from scheduler.services.mail_choices import paces
from scheduler.services.own_links import doors_of
from scheduler.services.picture import find_district
from scheduler.services.ports import Store, Work
from scheduler.services.quiet_hours import Haste, haste_of, ready_at
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.sheets import sheets_of
from scheduler.services.speech import speech_of
from scheduler.services.still_true import is_still_wanted
from scheduler.services.still_true import still_told as _still_told

Parcel = tuple[OutboxRow, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Mails and what they need; ``held_up`` says until when a recipient's earlier mail waits."""

    rows: tuple[OutboxRow, ...]
    sheet_by_uid: Mapping[str, VisitSheet]
    people: Mapping[str, Person]
    without_availability: frozenset[str]
    district: District | None
    site_name: str
    pace_by_key: Mapping[str, Pace]
    own_zones: Mapping[str, str]
    held_up: Mapping[str, datetime]
    mode_by_pair: Mapping[tuple[str, str], CalendarMode]

    def sheets(self, row: OutboxRow, *, now: datetime) -> tuple[VisitSheet, ...]:
        """Return the row's visits of which its news still holds."""
        return _still_told(row, self._all_sheets(row), now=now)

    def mode(self, row: OutboxRow, sheets: tuple[VisitSheet, ...]) -> CalendarMode | None:
        """Return how its visits reach its recipient's calendar; None if that was never said."""
        pairs = ((sheet.visit.uid, row.recipient) for sheet in sheets)
        return next((self.mode_by_pair[pair] for pair in pairs if pair in self.mode_by_pair), None)

    def reader(self, row: OutboxRow, sheets: tuple[VisitSheet, ...]) -> Reader:
        """Return whom the mail speaks to; only for one whose :meth:`fate` is to be sent."""
        person = self._person(row)
        assert person is not None
        role = str(row.facts.get("role", "")) or role_of(person.email, sheets)
        speech = speech_of(person.locale, self.district)
        return Reader(person.name, person.email, role, speech, person.link_generation)

    def fate(self, row: OutboxRow, *, now: datetime) -> OutboxState:
        """Return ``due`` if the mail is still wanted, else why not: overtaken, or too late."""
        if self._wants(row, now=now):
            return OutboxState.DUE
        was_wanted = self._wants(row, now=row.created_at)
        return OutboxState.EXPIRED if was_wanted else OutboxState.SUPERSEDED

    def ready_at(self, row: OutboxRow, *, now: datetime) -> datetime:
        """Return when the mail may go out: after what its recipient was to get before it, too."""
        sheets = self._all_sheets(row)
        zone = self._zone(row, sheets)
        starts = tuple(sheet.visit.period.start for sheet in sheets)
        haste = haste_of(row, pace=self.pace_by_key[row.key], starts=starts, zone=zone)
        ready = ready_at(row.created_at, haste, now=now, zone=zone)
        waits_its_turn = row.attempts == 1 and haste is not Haste.AT_ANY_HOUR
        return max(ready, self.held_up.get(row.recipient, ready)) if waits_its_turn else ready

    def parcels(self, rows: Iterable[OutboxRow]) -> tuple[Parcel, ...]:
        """Return what travels together: the day's mail of a person, and all else by itself.

        What was sent together once, or may have been, stays together.
        """
        parcels: dict[str, list[OutboxRow]] = {}
        for row in rows:
            is_daily = self.pace_by_key[row.key] is Pace.DAILY
            together = f"day/{row.recipient}" if is_daily else row.key
            parcels.setdefault(row.bundle or together, []).append(row)
        return tuple(map(tuple, parcels.values()))

    def _all_sheets(self, row: OutboxRow) -> tuple[VisitSheet, ...]:
        found = (self.sheet_by_uid.get(uid) for uid in _uids(row))
        return tuple(sheet for sheet in found if sheet)

    def _wants(self, row: OutboxRow, *, now: datetime) -> bool:
        person = self._person(row)
        if person is None or not person.is_active or self.pace_by_key[row.key] is Pace.NEVER:
            return False
        if row.purpose == ASK_AVAILABILITY:
            return person.email in self.without_availability
        return is_still_wanted(row, self.sheets(row, now=now), now=now)

    def _person(self, row: OutboxRow) -> Person | None:
        """A stranger is who the row says they are."""
        if row.purpose in TO_STRANGERS:
            name, locale = (str(row.facts.get(fact, "")) for fact in ("name", "locale"))
            return Person(row.recipient, name, locale=locale)
        return self.people.get(row.recipient)

    def _zone(self, row: OutboxRow, sheets: tuple[VisitSheet, ...]) -> str:
        own = self.own_zones.get(row.recipient, "")
        schools = next((sheet.visit.timezone for sheet in sheets), "")
        return own or schools or (self.district.timezone if self.district else "UTC")


def load_batch(
    store: Store, rows: tuple[OutboxRow, ...], *, now: datetime, head: Letterhead
) -> Batch:
    """Load what these claimed mails need."""
    with store.read() as work:
        return _load(work, rows, now=now, head=head)


def open_doors(store: Store, batch: Batch, *, head: Letterhead) -> None:
    """Keep what the links of these mails will be known by, before the first of them is sent."""
    generations = {email: person.link_generation for email, person in batch.people.items()}
    doors = doors_of(batch.rows, key=head.secret_key, generations=generations)
    with store.write() as work:
        for purpose, email_by_hash in doors.items():
            work.mail_doors.open(purpose, email_by_hash, generations=generations)


def with_modes(store: Store, batch: Batch, rows: Iterable[OutboxRow], *, now: datetime) -> Batch:
    """Fix how visits reach those who hear of them now, before the first of them does."""
    told: dict[tuple[str, str], VisitSheet] = {}
    ended: dict[tuple[str, str], VisitSheet] = {}
    for row in rows:
        found = told if row.purpose in FIXES_MODE else ended
        sheets = batch.sheets(row, now=now)
        found.update({(sheet.visit.uid, row.recipient): sheet for sheet in sheets})
    fixed = fix_modes(store, told, also={uid for uid, _ in ended}, now=now)
    return replace(batch, mode_by_pair=fixed)


def _load(work: Work, rows: tuple[OutboxRow, ...], *, now: datetime, head: Letterhead) -> Batch:
    uids = dict.fromkeys(uid for row in rows for uid in _uids(row))
    sheets = sheets_of(work, tuple(work.visits.many(uids).values()))
    recipients = {row.recipient for row in rows}
    district = find_district(work)
    asked = work.volunteers.many(r.recipient for r in rows if r.purpose == ASK_AVAILABILITY)
    return Batch(
        rows=rows,
        sheet_by_uid={sheet.visit.uid: sheet for sheet in sheets},
        people=work.people.many(recipients),
        without_availability=frozenset(
            email for email, each in asked.items() if each.is_active and not each.weekly
        ),
        # The first coordinator signs in before there is a district.
        district=district,
        site_name=district.title if district else head.sender.name,
        pace_by_key=paces(work, rows),
        own_zones=work.diary.timezones(recipients),
        held_up=work.outbox.held_up(recipients, now=now),
        mode_by_pair={},
    )


def _uids(row: OutboxRow) -> tuple[str, ...]:
    uids = row.facts.get("visits", ())
    assert isinstance(uids, list | tuple)
    return tuple(uids)
