"""Send what is due: claim in one short transaction, send over one connection, note what became.

A crash between sending and noting sends one message again, with the same Message-ID; nothing
is lost, and no two processes take the same row. One bad address never blocks the others, one
row that cannot be written keeps nobody waiting, and nobody is told the later news first.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scheduler.mail.messages import Mail
from scheduler.mail.transports import MailRefused
from scheduler.services.announcements import SIGN_IN
from scheduler.services.digests import News, bundle_of, digest
from scheduler.services.letters import Letterhead, letter
from scheduler.services.mail_batches import Batch, Parcel, load_batch, open_doors, with_modes
from scheduler.services.ports import Store, Transport
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.retrying import RETRY_AFTER as RETRY_AFTER
from scheduler.services.retrying import next_try
from scheduler.services.sign_in import make_link

BATCH = 50
CLAIM_LASTS = timedelta(minutes=10)
# What one domain takes from us in one go; servers that get more at once begin to refuse.
MOST_PER_DOMAIN = 200
NEXT_GO = timedelta(minutes=1)
# No server's code: the mail could not be written at all.
OUR_FAULT = -1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run did: ``sent`` counts mails, all else counts pieces of news."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    superseded: int = 0
    expired: int = 0

    def __add__(self, other: Delivered) -> Delivered:
        """Return both runs together."""
        return Delivered(
            self.sent + other.sent,
            self.retried + other.retried,
            self.failed + other.failed,
            self.superseded + other.superseded,
            self.expired + other.expired,
        )


def deliver_due(
    store: Store,
    *,
    now: datetime,
    transport: Transport,
    head: Letterhead,
    may_go_on: Callable[[], bool] = lambda: True,
    most_per_domain: int = MOST_PER_DOMAIN,
    at_any_hour: bool = False,
) -> Delivered:
    """Send everything that is due and return what became of it.

    ``may_go_on`` is asked before each message; what is left then stays claimed until the
    claim runs out. What one domain gets beyond ``most_per_domain`` waits for the next minute.
    ``at_any_hour`` is for mail that reaches nobody, as in a demonstration: none of it waits for
    the day or for company.
    """
    run = _Run(store, now, head, most_per_domain, at_any_hour)
    while True:
        with store.write() as work:
            rows = work.outbox.claim(now=now, until=now + CLAIM_LASTS, limit=BATCH)
        if not rows:
            return run.total
        for batch in run.batches(rows):
            parcels = run.sort_out(batch)
            if not parcels:
                continue
            batch = with_modes(store, batch, (r for each in parcels for r in each), now=now)
            written = run.write(parcels, batch)
            with transport.open() as connection:
                for parcel, mail in written:
                    if not may_go_on():
                        return run.total
                    run.send(parcel, mail, by=connection)


@dataclass(slots=True)
class _Run:
    """One run: what it did so far, whom it may write to, and who has to wait."""

    store: Store
    now: datetime
    head: Letterhead
    most_per_domain: int
    at_any_hour: bool
    total: Delivered = field(default_factory=Delivered)
    sent_by_domain: Counter[str] = field(default_factory=Counter)
    refused_until: dict[str, datetime] = field(default_factory=dict)

    def batches(self, rows: tuple[OutboxRow, ...]) -> Iterator[Batch]:
        """Load the rows together, or one by one where one of them spoils that."""
        try:
            batch = load_batch(self.store, rows, now=self.now, head=self.head)
            open_doors(self.store, rows, head=self.head)
        except Exception as failure:
            if len(rows) == 1:
                self._fail_to_write(rows, failure)
                return
            for row in rows:
                yield from self.batches((row,))
            return
        yield batch

    def sort_out(self, batch: Batch) -> tuple[Parcel, ...]:
        """Put aside what is no longer wanted and what is not due yet; return what is to be sent."""
        fates = {row.key: batch.fate(row, now=self.now) for row in batch.rows}
        wanted = [row for row in batch.rows if fates[row.key] is OutboxState.DUE]
        if self.at_any_hour:
            self._put_aside(fates, late=(), parcels=())
            return tuple((row,) for row in wanted)
        ready_at = {row.key: batch.ready_at(row, now=self.now) for row in wanted}
        ready = [row for row in wanted if row.bundle or ready_at[row.key] <= self.now]
        parcels = tuple(map(_named, batch.parcels(ready)))
        is_ready = {row.key for row in ready}
        late = [(row, ready_at[row.key]) for row in wanted if row.key not in is_ready]
        self._put_aside(fates, late=late, parcels=parcels)
        return parcels

    def write(self, parcels: tuple[Parcel, ...], batch: Batch) -> tuple[tuple[Parcel, Mail], ...]:
        """Write the mails, all before the first is sent: no server is kept waiting for words."""
        written = []
        for parcel in parcels:
            try:
                written.append((parcel, self._mail(parcel, batch)))
            except MailRefused as refusal:
                self._refused(parcel, refusal)
            except Exception as failure:
                self._fail_to_write(parcel, failure)
        return tuple(written)

    def send(self, parcel: Parcel, mail: Mail, *, by: Transport) -> None:
        """Send one mail and note what became of it, before anything else happens."""
        recipient = parcel[0].recipient
        wait_until = self._wait_until(parcel[0])
        if wait_until is not None:
            with self.store.write() as work:
                work.outbox.postpone(parcel, due_at=wait_until)
            return
        try:
            by.send(mail, sender=self.head.sender.email, recipient=recipient)
        except MailRefused as refusal:
            self._refused(parcel, refusal)
            return
        self.sent_by_domain[_domain(recipient)] += 1
        self._mark(parcel, OutboxState.SENT)
        self.total += Delivered(sent=1)

    def _mail(self, parcel: Parcel, batch: Batch) -> Mail:
        first, now = parcel[0], self.now
        if first.bundle:
            told = ((row, batch.sheets(row, now=now)) for row in parcel)
            news = tuple(News(row, sheets, batch.reader(row, sheets)) for row, sheets in told)
            return digest(news, head=self.head, site_name=batch.site_name, now=now)
        sheets = batch.sheets(first, now=now)
        return letter(
            first,
            sheets,
            reader=batch.reader(first, sheets),
            head=self.head,
            site_name=batch.site_name,
            now=now,
            sign_in_token=_sign_in_token(self.store, first, now=now),
            mode=batch.mode(first, sheets),
        )

    def _wait_until(self, row: OutboxRow) -> datetime | None:
        """When this mail's turn comes, None if that is now."""
        if row.attempts == 1 and row.recipient in self.refused_until:
            return self.refused_until[row.recipient]
        is_spent = self.sent_by_domain[_domain(row.recipient)] >= self.most_per_domain
        return self.now + NEXT_GO if is_spent else None

    def _put_aside(
        self,
        fates: dict[str, OutboxState],
        *,
        late: Sequence[tuple[OutboxRow, datetime]],
        parcels: tuple[Parcel, ...],
    ) -> None:
        keys_by_fate: dict[OutboxState, list[str]] = {}
        for key, fate in fates.items():
            keys_by_fate.setdefault(fate, []).append(key)
        rows_by_moment: dict[datetime, list[OutboxRow]] = {}
        for row, moment in late:
            rows_by_moment.setdefault(moment, []).append(row)
        bundles = {p[0].bundle: [row.key for row in p] for p in parcels if p[0].bundle}
        over = (OutboxState.SUPERSEDED, OutboxState.EXPIRED)
        if not (late or bundles or keys_by_fate.keys() & set(over)):
            return
        with self.store.write() as work:
            for state in over:
                work.outbox.set_state(keys_by_fate.get(state, ()), state=state)
            for moment, rows in rows_by_moment.items():
                work.outbox.postpone(rows, due_at=moment)
            for bundle, keys in bundles.items():
                work.outbox.tie_together(keys, bundle=bundle)
        superseded, expired = (len(keys_by_fate.get(state, ())) for state in over)
        self.total += Delivered(superseded=superseded, expired=expired)

    def _fail_to_write(self, parcel: Parcel, failure: Exception) -> None:
        # A mail that cannot be written is our fault, and no reason to keep the others waiting.
        log.error("a mail of purpose %s cannot be written", parcel[0].purpose, exc_info=failure)
        fault = MailRefused(OUR_FAULT, f"{type(failure).__name__}: {failure}", is_permanent=False)
        self._refused(parcel, fault)

    def _refused(self, parcel: Parcel, refusal: MailRefused) -> None:
        is_ours = refusal.code == OUR_FAULT
        problem = refusal.text if is_ours else str(refusal)
        due_at = next_try(refusal, attempts=parcel[0].attempts, now=self.now)
        if due_at is None:
            self._mark(parcel, OutboxState.FAILED, problem=problem)
            self.total += Delivered(failed=len(parcel))
            return
        if not is_ours:
            self.refused_until[parcel[0].recipient] = due_at
        self._mark(parcel, OutboxState.DUE, problem=problem, due_at=due_at, is_ours=is_ours)
        self.total += Delivered(retried=len(parcel))

    def _mark(
        self,
        parcel: Parcel,
        state: OutboxState,
        *,
        problem: str = "",
        due_at: datetime | None = None,
        is_ours: bool = False,
    ) -> None:
        with self.store.write() as work:
            for row in parcel:
                work.outbox.mark(
                    row.key,
                    state=state,
                    at=self.now,
                    due_at=due_at,
                    problem=problem,
                    is_our_fault=is_ours,
                    attempt=row.attempts,
                )


def _named(parcel: Parcel) -> Parcel:
    """Give mails that travel together the name they do so under."""
    if len(parcel) == 1:
        return parcel
    bundle = parcel[0].bundle or bundle_of(parcel)
    return tuple(replace(row, bundle=bundle) for row in parcel)


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def _sign_in_token(store: Store, row: OutboxRow, *, now: datetime) -> str:
    if row.purpose != SIGN_IN:
        return ""
    with store.write() as work:
        return make_link(work, row.recipient, now=now)
