"""What the clock does once a day: ask after weeks, clearances and answers that lack, tidy up.

The day's round is made at eight by the district's clock, by whichever process is first. A day
that was slept through is made up for once. How visits were is asked at every tick instead: it
depends on when they end.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.domain.zones import at_wall_time, local
from scheduler.services.clearances import ask_before_the_end
from scheduler.services.feedback import ask_for_feedback
from scheduler.services.picture import find_district
from scheduler.services.ports import Store, Work
from scheduler.services.reconfirming import ask_to_reconfirm
from scheduler.services.retention import Forgotten, forget_old
from scheduler.services.silence import Broken, break_silence
from scheduler.services.steps import Result, Steps
from scheduler.services.thanks import thank
from scheduler.services.unconfirmed import press_for_confirmation

LEASE = "daily round"
ROUND_AT = time(8)
REST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions are new: about weeks, clearances, visits, and to who did not answer.

    ``let_go`` counts visits that wait for somebody's answer no longer, ``thanked`` people.
    """

    weeks: int = 0
    clearances: int = 0
    feedback: int = 0
    silent: int = 0
    let_go: int = 0
    thanked: int = 0


def ask_daily(store: Store, *, now: datetime, steps: Steps | None = None) -> Asked:
    """Make the day's round if it is due, and write what is asked after visits.

    Each question is a step of its own: one that fails is tried again an hour later.
    """
    steps = steps or Steps()
    with store.read() as work:
        district = find_district(work)
    if district is None:
        return Asked()
    day = _Day(store, now, next_round(now, zone=district.timezone), steps)
    guests = day.once("silence", lambda work: break_silence(work, now=now), otherwise=Broken())
    teachers = day.once(
        "unconfirmed times", lambda work: press_for_confirmation(work, now=now), otherwise=Broken()
    )
    asked = Asked(
        weeks=day.once("weeks", lambda work: ask_to_reconfirm(work, now), otherwise=0),
        clearances=day.once(
            "clearances", lambda work: ask_before_the_end(work, now=now), otherwise=0
        ),
        feedback=steps.attempt("feedback", lambda: _ask_for_feedback(store, now), otherwise=0),
        silent=guests.asked + teachers.asked,
        let_go=guests.let_go + teachers.let_go,
        thanked=day.once("thanks", lambda work: thank(work, now=now), otherwise=0),
    )
    day.once("tidying up", lambda work: forget_old(work, now=now), otherwise=Forgotten())
    return asked


def next_round(now: datetime, *, zone: str) -> datetime:
    """Return when the next round after that moment is due."""
    today = local(now, zone).date()
    due = _at_eight(today, zone)
    return due if now < due else _at_eight(today + timedelta(1), zone)


@dataclass(frozen=True, slots=True)
class _Day:
    """One day's round, and the moment at which the next begins."""

    store: Store
    now: datetime
    until: datetime
    steps: Steps

    def once(self, name: str, ask: Callable[[Work], Result], *, otherwise: Result) -> Result:
        """Ask unless that was done today, by whichever process is first."""
        lease = f"{LEASE}: {name}"
        with self.store.read() as work:
            taken_until = work.leases.seen(lease)
        if taken_until is not None and self.now < taken_until:
            return otherwise
        failures = len(self.steps.failed)
        done = self.steps.attempt(
            lease, lambda: self._take_and_ask(lease, ask, otherwise), otherwise=otherwise
        )
        if len(self.steps.failed) > failures:
            with self.store.write() as work:
                self._take(work, lease, until=self.now + REST)
        return done

    def _take_and_ask(self, lease: str, ask: Callable[[Work], Result], otherwise: Result) -> Result:
        with self.store.write() as work:
            return ask(work) if self._take(work, lease, until=self.until) else otherwise

    def _take(self, work: Work, lease: str, *, until: datetime) -> bool:
        # A fresh owner each time: a lease may be renewed by its owner, a day may not.
        return work.leases.take(lease, owner=uuid.uuid4().hex, now=self.now, until=until)


def _ask_for_feedback(store: Store, now: datetime) -> int:
    with store.write() as work:
        return ask_for_feedback(work, now=now)


def _at_eight(day: date, zone: str) -> datetime:
    return at_wall_time(day, ROUND_AT, zone)
