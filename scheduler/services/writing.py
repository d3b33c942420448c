"""Take due mail out of the outbox and write it: what is still wanted, and whose turn has come.

One row that cannot be written keeps nobody waiting. What a domain would get beyond its share
waits for the next minute and is not written before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Steps
from scheduler.mail.transports import MailRefused
from scheduler.services.announcements import SIGN_IN
from scheduler.services.digests import News, bundle_of, digest
from scheduler.services.letters import Letterhead, letter
from scheduler.services.mail_batches import Batch, Parcel, load_batch, open_doors, with_modes
from scheduler.services.outcomes import Delivered, Outcomes
from scheduler.services.ports import PostStore
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.sign_in import make_link

BATCH = 200
CLAIM_LASTS = timedelta(minutes=10)
NEXT_GO = timedelta(minutes=1)

Rows = tuple[OutboxRow, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A mail, the rows it tells of, and the number of the claim they came with."""

    parcel: Parcel
    mail: Mail
    claim: int


@dataclass(slots=True)
class Writer:
    """One run's writing; ``most_per_domain`` is how many mails a domain may get in it."""

    store: PostStore
    now: datetime
    head: Letterhead
    most_per_domain: int
    at_any_hour: bool
    outcomes: Outcomes = field(init=False)
    written_by_domain: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.outcomes = Outcomes(self.store, self.now)

    def claim(self) -> Rows:
        """Take what is due; none is left once nothing comes."""
        with self.store.write() as work:
            until = self.now + CLAIM_LASTS
            return work.outbox.claim(now=self.now, until=until, limit=BATCH)

    def mails(self, rows: Rows) -> Iterator[Written | None]:
        """Write what these claimed rows tell, and go on claiming until nothing is due.

        Yields None between its steps.
        """
        for number in count():
            if not rows:
                return
            for batch in self._batches(self._with_room(rows)):
                parcels = self._sort_out(batch)
                told = (row for parcel in parcels for row in parcel)
                batch = with_modes(self.store, batch, told, now=self.now)
                yield None
                for parcel in parcels:
                    mail = yield from self._write(parcel, batch)
                    if mail is not None:
                        yield Written(parcel, mail, number)
            rows = self.claim()

    def _with_room(self, rows: Rows) -> Rows:
        """Let those wait whose domain has had its share; return the others."""
        spent = [row for row in rows if self._is_spent(row)]
        if spent:
            self.outcomes.postponed(spent, until=self.now + NEXT_GO)
        return tuple(row for row in rows if not self._is_spent(row))

    def _batches(self, rows: Rows) -> Iterator[Batch]:
        """Load the rows together, or one by one where one of them spoils that."""
        try:
            batch = load_batch(self.store, rows, now=self.now, head=self.head)
            open_doors(self.store, batch, head=self.head)
        except Exception as failure:
            if len(rows) == 1:
                self.outcomes.unwritable(rows, failure)
                return
            for row in rows:
                yield from self._batches((row,))
            return
        yield batch

    def _sort_out(self, batch: Batch) -> tuple[Parcel, ...]:
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
        self.outcomes.total += Delivered(superseded=superseded, expired=expired)

    def _write(self, parcel: Parcel, batch: Batch) -> Steps[Mail | None]:
        """Return the mail, None if it waits for its turn or cannot be written."""
        if self._is_spent(parcel[0]):
            self.outcomes.postponed(parcel, until=self.now + NEXT_GO)
            return None
        try:
            mail = yield from self._mail(parcel, batch)
        except MailRefused as refusal:
            self.outcomes.refused(parcel, refusal)
            return None
        except Exception as failure:
            self.outcomes.unwritable(parcel, failure)
            return None
        self.written_by_domain[_domain(parcel[0])] += 1
        return mail

    def _mail(self, parcel: Parcel, batch: Batch) -> Steps[Mail]:
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

    def _is_spent(self, row: OutboxRow) -> bool:
        return self.written_by_domain[_domain(row)] >= self.most_per_domain


def _named(parcel: Parcel) -> Parcel:
    """Give mails that travel together the name they do so under."""
    if len(parcel) == 1:
        return parcel
    bundle = parcel[0].bundle or bundle_of(parcel)
    return tuple(replace(row, bundle=bundle) for row in parcel)


def _domain(row: OutboxRow) -> str:
    return row.recipient.rpartition("@")[2]


def _sign_in_token(store: PostStore, row: OutboxRow, *, now: datetime) -> str:
    if row.purpose != SIGN_IN:
        return ""
    with store.write() as work:
        return make_link(work, row.recipient, now=now)
