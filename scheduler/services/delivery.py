"""Send what is due: claim in one short transaction, send over one connection, note what became.

A crash between sending and noting sends one message again, with the same Message-ID; nothing
is lost, and no two processes take the same row. One bad address never blocks the others, and
nobody is told the later news first. While a server considers one line, what became of the mail
before is noted, and the next is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from scheduler.mail.transports import MailRefused
from scheduler.services.letters import Letterhead
from scheduler.services.mail_batches import Parcel
from scheduler.services.one_ahead import OneAhead
from scheduler.services.outcomes import Delivered as Delivered
from scheduler.services.outcomes import Outcomes
from scheduler.services.ports import PostStore, Transport
from scheduler.services.retrying import RETRY_AFTER as RETRY_AFTER
from scheduler.services.writing import CLAIM_LASTS as CLAIM_LASTS
from scheduler.services.writing import Writer, Written

# What one domain takes from us in one go; servers that get more at once begin to refuse.
MOST_PER_DOMAIN = 200


def deliver_due(
    store: PostStore,
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
    writer = Writer(store, now, head, most_per_domain, at_any_hour)
    rows = writer.claim()
    if not rows:
        return Delivered()
    post = _Post(OneAhead(writer.mails(rows)), Outcomes(store, now), sender=head.sender.email)
    post.send_all(transport=transport, may_go_on=may_go_on)
    return writer.outcomes.total + post.outcomes.total


@dataclass(slots=True)
class _Post:
    """Takes mail to the server, and knows whom the server would not write to.

    ``taken`` is a mail that the server took, which is still to be noted.
    """

    written: OneAhead[Written]
    outcomes: Outcomes
    sender: str
    taken: Parcel = ()
    refused_until: dict[str, datetime] = field(default_factory=dict)

    def send_all(self, *, transport: Transport, may_go_on: Callable[[], bool]) -> None:
        """Send everything, what was claimed together over one connection."""
        try:
            for _, mails in groupby(self.written, key=lambda each: each.claim):
                with transport.open(meanwhile=self._use_the_pause) as connection:
                    for each in mails:
                        if not may_go_on():
                            return
                        self._send(each, by=connection)
        finally:
            self._note()

    def _use_the_pause(self) -> None:
        if self.taken:
            self._note()
        else:
            self.written.go_on()

    def _note(self) -> None:
        taken, self.taken = self.taken, ()
        if taken:
            self.outcomes.sent(taken)

    def _send(self, written: Written, *, by: Transport) -> None:
        """Send one mail; what becomes of it is noted before the octets of another leave."""
        parcel, recipient = written.parcel, written.parcel[0].recipient
        if parcel[0].attempts == 1 and recipient in self.refused_until:
            self.outcomes.postponed(parcel, until=self.refused_until[recipient])
            return
        try:
            by.send(written.mail, sender=self.sender, recipient=recipient)
        except MailRefused as refusal:
            due_at = self.outcomes.refused(parcel, refusal)
            if due_at is not None:
                self.refused_until[recipient] = due_at
            return
        self.taken = parcel
        # Whatever is still to be written reads of this one in the outbox.
        if not self.written.is_ready:
            self._note()
