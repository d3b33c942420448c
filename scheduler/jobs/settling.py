"""What is due at every tick besides mail: release, remind, close, ask, and keep feeds ready.

A step that fails is named and holds up none of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from scheduler.services import reminders, rosters, rounds, visits
from scheduler.services.approver_tasks import give_tasks
from scheduler.services.delivery import Delivered
from scheduler.services.feed_stock import write_what_changed
from scheduler.services.feeds import FeedSettings
from scheduler.services.journal import trim_journal
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.rounds import Asked
from scheduler.services.stand_in_rounds import Advanced, advance_stand_ins
from scheduler.services.steps import Steps


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did; ``worked`` is False while another process holds the lease.

    ``failed`` names the steps that raised; the others were done.
    """

    worked: bool = False
    released: int = 0
    reminders: int = 0
    rosters: int = 0
    closed: int = 0
    asked: Asked = field(default_factory=Asked)
    stand_ins: Advanced = field(default_factory=Advanced)
    mail: Delivered = field(default_factory=Delivered)
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settling:
    """What one tick works with; ``now`` is the district's clock, ``real_now`` the machine's.

    ``feeds`` is None where none are kept ready.
    """

    store: Store
    now: datetime
    real_now: datetime
    gazetteer: Gazetteer
    feeds: FeedSettings | None
    may_go_on: Callable[[], bool]

    def settle(self) -> Ticked:
        """Do whatever is due but the mail.

        Raises:
            OutOfReach: if the database does not answer.
            LeaseLost: if the store is fenced and another process has taken over.
        """
        store, now, steps = self.store, self.now, Steps()
        do = steps.attempt
        do("journal", lambda: trim_journal(store, at=self.real_now), otherwise=0)
        released = do(
            "releases", lambda: visits.release_due(store, now=now), otherwise=visits.Released()
        )
        done = Ticked(
            worked=True,
            released=len(released.visits) + len(released.moves),
            reminders=do("reminders", lambda: reminders.write_due(store, now=now), otherwise=0),
            rosters=do("rosters", lambda: rosters.write_rosters(store, now=now), otherwise=0),
            closed=do("closing", lambda: visits.close_past(store, now=now), otherwise=0),
            asked=rounds.ask_daily(store, now=now, steps=steps),
            stand_ins=do("stand-ins", self._advance, otherwise=Advanced()),
        )
        do("tasks", self._give_tasks, otherwise=0)
        do("feeds", self._write_feeds, otherwise=0)
        return replace(done, failed=tuple(steps.failed))

    def _advance(self) -> Advanced:
        return advance_stand_ins(self.store, now=self.now, gazetteer=self.gazetteer)

    def _give_tasks(self) -> int:
        return give_tasks(self.store, now=self.now, gazetteer=self.gazetteer)

    def _write_feeds(self) -> int:
        if self.feeds is None:
            return 0
        return write_what_changed(
            self.store, settings=self.feeds, now=self.now, may_go_on=self.may_go_on
        )
