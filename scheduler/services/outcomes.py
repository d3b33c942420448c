"""What became of mail that was to be sent, noted in the outbox while the claim on it stands.

Who was thought dead, and whose rows another process took since, changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.mail.transports import MailRefused
from scheduler.services.mail_batches import Parcel
from scheduler.services.ports import PostStore
from scheduler.services.records import OutboxRow, OutboxState, Outcome
from scheduler.services.retrying import next_try

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


@dataclass(slots=True)
class Outcomes:
    """Notes what became of mails, each at once, and counts it in ``total``; for one thread."""

    store: PostStore
    now: datetime
    total: Delivered = field(default_factory=Delivered)

    def sent(self, parcel: Parcel) -> None:
        """Note that the server took this mail."""
        self._mark(parcel, OutboxState.SENT)
        self.total += Delivered(sent=1)

    def refused(self, parcel: Parcel, refusal: MailRefused) -> datetime | None:
        """Note that it was not taken; return when it is tried again, None if never."""
        is_ours = refusal.code == OUR_FAULT
        problem = refusal.text if is_ours else str(refusal)
        due_at = next_try(refusal, attempts=parcel[0].attempts, now=self.now)
        if due_at is None:
            self._mark(parcel, OutboxState.FAILED, problem=problem)
            self.total += Delivered(failed=len(parcel))
            return None
        self._mark(parcel, OutboxState.DUE, problem=problem, due_at=due_at, is_ours=is_ours)
        self.total += Delivered(retried=len(parcel))
        return due_at

    def unwritable(self, parcel: Parcel, failure: Exception) -> None:
        """Note that it cannot be written: our fault, and no reason to keep others waiting."""
        log.error("a mail of purpose %s cannot be written", parcel[0].purpose, exc_info=failure)
        fault = MailRefused(OUR_FAULT, f"{type(failure).__name__}: {failure}", is_permanent=False)
        self.refused(parcel, fault)

    def postponed(self, rows: Iterable[OutboxRow], *, until: datetime) -> None:
        """Note that these wait until then, as if nobody had tried to send them."""
        with self.store.write() as work:
            work.outbox.postpone(rows, due_at=until)

    def _mark(
        self,
        parcel: Parcel,
        state: OutboxState,
        *,
        problem: str = "",
        due_at: datetime | None = None,
        is_ours: bool = False,
    ) -> None:
        self.store.settle(
            Outcome(row.key, row.attempts, state, self.now, due_at, problem, is_ours)
            for row in parcel
        )
