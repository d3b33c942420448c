"""Send what is due: claim in one short transaction, send over one connection, note what became.

A crash between sending and noting sends one message again, with the same Message-ID; nothing
is lost, and no two processes take the same row. One bad address never blocks the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain.people import Person
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.mail.transports import MailRefused
from scheduler.services.announcements import ASK_AVAILABILITY, SIGN_IN
from scheduler.services.calendar_modes import fix_modes
from scheduler.services.feed_records import CalendarMode
from scheduler.services.letters import (
    FIXES_MODE,
    Letterhead,
    Reader,
    is_still_wanted,
    letter,
    role_of,
    still_told,
)
from scheduler.services.picture import find_district
from scheduler.services.ports import Store, Transport, Work
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.sheets import sheets_of
from scheduler.services.sign_in import make_link

BATCH = 50
CLAIM_LASTS = timedelta(minutes=10)
RETRY_AFTER = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 720, 1440))

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run did."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    superseded: int = 0

    def __add__(self, other: Delivered) -> Delivered:
        """Return both runs together."""
        return Delivered(
            self.sent + other.sent,
            self.retried + other.retried,
            self.failed + other.failed,
            self.superseded + other.superseded,
        )


@dataclass(frozen=True, slots=True)
class _Batch:
    rows: tuple[OutboxRow, ...]
    sheet_by_uid: Mapping[str, VisitSheet]
    people: Mapping[str, Person]
    without_availability: frozenset[str]
    site_name: str
    mode_by_pair: Mapping[tuple[str, str], CalendarMode]

    def sheets(self, row: OutboxRow, *, now: datetime) -> tuple[VisitSheet, ...]:
        """The row's visits of which its news still holds."""
        found = (self.sheet_by_uid.get(uid) for uid in _uids(row))
        return still_told(row, tuple(sheet for sheet in found if sheet), now=now)

    def mode(self, row: OutboxRow, sheets: tuple[VisitSheet, ...]) -> CalendarMode | None:
        """How the row's visits reach its recipient's calendar; None if that was never said."""
        pairs = ((sheet.visit.uid, row.recipient) for sheet in sheets)
        return next((self.mode_by_pair[pair] for pair in pairs if pair in self.mode_by_pair), None)

    def wants(self, row: OutboxRow, sheets: tuple[VisitSheet, ...], *, now: datetime) -> bool:
        person = self.people.get(row.recipient)
        if person is None or not person.is_active:
            return False
        if row.purpose == ASK_AVAILABILITY:
            return person.email in self.without_availability
        return is_still_wanted(row, sheets, now=now)


def deliver_due(
    store: Store,
    *,
    now: datetime,
    transport: Transport,
    head: Letterhead,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Delivered:
    """Send everything that is due and return what became of it.

    ``may_go_on`` is asked before each message; what is left then stays claimed until the
    claim runs out.
    """
    total = Delivered()
    while True:
        with store.write() as work:
            rows = work.outbox.claim(now=now, until=now + CLAIM_LASTS, limit=BATCH)
        if not rows:
            return total
        with store.read() as work:
            batch = _load(work, rows, head=head)
        batch = _with_modes(store, batch, now=now)
        with transport.open() as connection:
            for row in batch.rows:
                if not may_go_on():
                    return total
                total += _deliver(store, row, batch, now=now, transport=connection, head=head)


def _deliver(
    store: Store,
    row: OutboxRow,
    batch: _Batch,
    *,
    now: datetime,
    transport: Transport,
    head: Letterhead,
) -> Delivered:
    sheets = batch.sheets(row, now=now)
    if not batch.wants(row, sheets, now=now):
        return _mark(store, row, OutboxState.SUPERSEDED, at=now)
    person = batch.people[row.recipient]
    token = _sign_in_token(store, row, now=now)
    reader = Reader(person.name, person.email, role_of(person.email, sheets))
    try:
        message = letter(
            row,
            sheets,
            reader=reader,
            head=head,
            site_name=batch.site_name,
            now=now,
            sign_in_token=token,
            mode=batch.mode(row, sheets),
        )
        transport.send(message, sender=head.sender.email, recipient=person.email)
    except MailRefused as refusal:
        return _refused(store, row, refusal, now=now)
    except Exception as failure:
        # A mail that cannot be written is our fault, and no reason to keep the others waiting.
        log.exception("a mail of purpose %s could not be written", row.purpose)
        fault = MailRefused(0, f"{type(failure).__name__}: {failure}", is_permanent=False)
        return _refused(store, row, fault, now=now)
    return _mark(store, row, OutboxState.SENT, at=now)


def _load(work: Work, rows: tuple[OutboxRow, ...], *, head: Letterhead) -> _Batch:
    uids = [uid for row in rows for uid in _uids(row)]
    visits = work.visits.many(dict.fromkeys(uids))
    sheets = sheets_of(work, tuple(visits.values()))
    asks = any(row.purpose == ASK_AVAILABILITY for row in rows)
    district = find_district(work)
    return _Batch(
        rows=rows,
        sheet_by_uid={sheet.visit.uid: sheet for sheet in sheets},
        people=work.people.many({row.recipient for row in rows}),
        without_availability=frozenset(work.volunteers.without_availability() if asks else ()),
        # The first coordinator signs in before there is a district.
        site_name=district.title if district else head.sender.name,
        mode_by_pair={},
    )


def _with_modes(store: Store, batch: _Batch, *, now: datetime) -> _Batch:
    """Fix how visits reach those who hear of them now, before the first of them does."""
    told: dict[tuple[str, str], VisitSheet] = {}
    ended: dict[tuple[str, str], VisitSheet] = {}
    for row in batch.rows:
        sheets = batch.sheets(row, now=now)
        found = told if row.purpose in FIXES_MODE and batch.wants(row, sheets, now=now) else ended
        found.update({(sheet.visit.uid, row.recipient): sheet for sheet in sheets})
    fixed = fix_modes(store, told, also={uid for uid, _ in ended}, now=now)
    return replace(batch, mode_by_pair=fixed)


def _uids(row: OutboxRow) -> tuple[str, ...]:
    uids = row.facts.get("visits", ())
    assert isinstance(uids, list | tuple)
    return tuple(uids)


def _sign_in_token(store: Store, row: OutboxRow, *, now: datetime) -> str:
    if row.purpose != SIGN_IN:
        return ""
    with store.write() as work:
        return make_link(work, row.recipient, now=now)


def _refused(store: Store, row: OutboxRow, refusal: MailRefused, *, now: datetime) -> Delivered:
    if refusal.is_permanent or row.attempts > len(RETRY_AFTER):
        return _mark(store, row, OutboxState.FAILED, at=now, problem=str(refusal))
    due_at = now + RETRY_AFTER[row.attempts - 1]
    with store.write() as work:
        work.outbox.mark(
            row.key, state=OutboxState.DUE, at=now, due_at=due_at, problem=str(refusal)
        )
    return Delivered(retried=1)


def _mark(
    store: Store, row: OutboxRow, state: OutboxState, *, at: datetime, problem: str = ""
) -> Delivered:
    with store.write() as work:
        work.outbox.mark(row.key, state=state, at=at, problem=problem)
    return Delivered(
        sent=state is OutboxState.SENT,
        failed=state is OutboxState.FAILED,
        superseded=state is OutboxState.SUPERSEDED,
    )
