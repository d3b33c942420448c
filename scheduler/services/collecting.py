"""Take in the mail that waits in a mailbox: each message once, whatever dies meanwhile.

A message is marked as taken only after it was taken in. Whoever dies in between takes it in once
more, which changes nothing: answers are the same, and what is kept is known by its Message-ID.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.domain.errors import OutOfReach
from scheduler.mail.incoming import MailUnreadable
from scheduler.services.letters import Letterhead
from scheduler.services.ports import Store
from scheduler.services.ports.mailboxes import Mailbox
from scheduler.services.receiving import Became, receive

LEASE = "mailbox"
LEASE_LASTS = timedelta(minutes=5)
MOST_AT_ONCE = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Collector:
    """Who takes mail out of a mailbox; ``left_alone`` are messages that it could not take in.

    Those are tried again by the next process, and stand unread in the mailbox until then.
    """

    mailbox: Mailbox
    head: Letterhead
    owner: str
    left_alone: set[str] = field(default_factory=set)

    def collect(
        self,
        store: Store,
        *,
        now: datetime,
        lease_now: datetime,
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> Counter[Became]:
        """Take in what is new and return what became of it; nothing while another one does so.

        Raises:
            MailboxAway: of ``scheduler.mail.mailboxes``; what was taken until then stays taken.
        """
        became: Counter[Became] = Counter()
        with self._alone(store, lease_now) as is_alone:
            if not is_alone:
                return became
            with self.mailbox.open() as mails:
                new = [number for number in mails.new() if number not in self.left_alone]
                for number in new[:MOST_AT_ONCE]:
                    if not may_go_on():
                        break
                    octets = mails.read(number)
                    if self._take_in(store, number, octets, now=now, became=became):
                        mails.mark_taken(number)
        return became

    def _take_in(
        self, store: Store, number: str, octets: bytes, *, now: datetime, became: Counter[Became]
    ) -> bool:
        try:
            became[receive(store, octets, head=self.head, now=now)] += 1
        except MailUnreadable as problem:
            log.warning("Message %s of the mailbox: %s", number, problem)
            became[Became.IGNORED] += 1
        except OutOfReach:
            raise
        except Exception:
            log.exception("Message %s of the mailbox could not be taken in.", number)
            self.left_alone.add(number)
            return False
        return True

    @contextmanager
    def _alone(self, store: Store, moment: datetime) -> Iterator[bool]:
        until = moment + LEASE_LASTS
        with store.write() as work:
            is_alone = work.leases.take(LEASE, owner=self.owner, now=moment, until=until)
        try:
            yield is_alone
        finally:
            if is_alone:
                with store.write() as work:
                    work.leases.give_back(LEASE, owner=self.owner, at=moment)
