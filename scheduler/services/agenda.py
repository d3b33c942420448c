"""A volunteer's own visits: what waits for an answer, what comes next, what has been.

What is held back is not shown, and neither is a visit the person said no to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.domain.answering import can_still_answer
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.services.access import Actor
from scheduler.services.ports import Store
from scheduler.services.sheets import sheets_of
from scheduler.services.tokens import answer_token
from scheduler.services.visits import answer

PAST_SHOWN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class MyVisit:
    """One visit of mine; ``answer_token`` opens the page on which I change my answer."""

    email: str
    sheet: VisitSheet
    answer: Partstat
    answer_token: str


@dataclass(frozen=True, slots=True)
class MyVisits:
    """My visits: ``asked`` and ``coming`` by start, ``past`` the latest first."""

    asked: tuple[MyVisit, ...]
    coming: tuple[MyVisit, ...]
    past: tuple[MyVisit, ...]


def my_visits(store: Store, *, actor: Actor, now: datetime, key: bytes) -> MyVisits:
    """Return the actor's own visits of the last year and to come."""
    with store.read() as work:
        visits = tuple(
            visit
            for visit in work.visits.of_volunteers((actor.email,), since=now - PAST_SHOWN)
            if visit.was_released and actor.email in visit.volunteers
        )
        sheets = sheets_of(work, visits)
    mine = tuple(_mine(sheet, actor, key=key) for sheet in sheets)
    past = (each for each in mine if _was_over(each.sheet.visit, now))
    return MyVisits(
        asked=tuple(each for each in mine if _waits(each, now)),
        coming=tuple(
            each for each in mine if not _waits(each, now) and each.sheet.visit.period.end > now
        ),
        past=tuple(sorted(past, key=lambda each: each.sheet.visit.period, reverse=True)),
    )


def answer_own(
    store: Store,
    uid: str,
    *,
    says_yes: bool,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> tuple[Visit, ...]:
    """Enter the actor's own answer to a visit and to the coming ones of the same request.

    Raises:
        Unknown: if there is no such visit, or the actor has no part in it.
        IllegalTransition: if it was called off or has begun.
    """
    with store.read() as work:
        visit = work.visits.get(uid)
        if visit is None or not visit.was_released or actor.email not in visit.volunteers:
            raise Unknown("visit", uid)
        siblings = work.visits.of_requests((visit.request,))
    open_uids = tuple(each.uid for each in siblings if can_still_answer(each, actor.email, at=now))
    if uid not in open_uids:
        raise IllegalTransition(subject="visit", state=str(visit.state), step="answered")
    return answer(
        store,
        open_uids,
        email=actor.email,
        says_yes=says_yes,
        actor=actor,
        now=now,
        reason=reason,
    )


def _mine(sheet: VisitSheet, actor: Actor, *, key: bytes) -> MyVisit:
    visit, email = sheet.visit, actor.email
    secret = answer_token(visit.uid, email, key=key, generation=actor.link_generation)
    return MyVisit(email, sheet, visit.booking_of(email).partstat, secret)


def _waits(mine: MyVisit, now: datetime) -> bool:
    is_open = can_still_answer(mine.sheet.visit, mine.email, at=now)
    return is_open and mine.answer is not Partstat.ACCEPTED


def _was_over(visit: Visit, now: datetime) -> bool:
    return visit.period.end <= now and visit.state is not VisitState.CANCELLED
