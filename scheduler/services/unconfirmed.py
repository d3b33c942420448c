"""A time that a teacher did not offer waits for their yes: asked once more, and then called off.

Nobody keeps a day free for what nobody confirms: whoever comes is told in time, and the request
is open again. Days count as for guests who do not answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain import visits as life
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.visits import Visit, VisitState
from scheduler.domain.zones import local
from scheduler.services import announcements as news
from scheduler.services.announcements import announce, cancellations
from scheduler.services.locking import lock_requests, locked_visits
from scheduler.services.onlookers import coordinators
from scheduler.services.overtaking import overtake
from scheduler.services.picture import load_district
from scheduler.services.ports import Work
from scheduler.services.records import Activity, OutboxRow, OutboxState
from scheduler.services.silence import Broken, days_kept, days_of_patience
from scheduler.services.stand_in_rounds import SYSTEM

AGAIN = "again"
ASKS = frozenset({news.OTHER_TIME, news.CHANGE})
NOT_CONFIRMED = "The school did not confirm the time."


@dataclass(frozen=True, slots=True)
class _Unconfirmed:
    """A request's visits that wait for its teacher, who was asked on that day and the other."""

    request: ClassroomRequest
    visits: tuple[Visit, ...]
    asked_on: date
    asked_again_on: date | None


def press_for_confirmation(work: Work, *, now: datetime) -> Broken:
    """Ask again teachers who were silent for long, and call off what stayed so; once a day."""
    zone = load_district(work).timezone
    rules, today = work.mail_doors.rules(), local(now, zone).date()
    asked: list[OutboxRow] = []
    gone = 0
    for each in _unconfirmed(work, zone=zone, now=now):
        first = min(local(visit.period.start, visit.timezone).date() for visit in each.visits)
        if each.asked_again_on is None:
            if (today - each.asked_on).days >= days_of_patience(rules, first, since=each.asked_on):
                asked += _asked_again(each, rules, first, at=now)
        elif rules.let_go_days:
            kept = days_kept(rules, first, since=each.asked_again_on)
            if (today - each.asked_again_on).days > kept:
                gone += _call_off(work, each, now=now)
    return Broken(work.outbox.add(asked), gone)


def _asked_again(
    each: _Unconfirmed, rules: MailRules, first: date, *, at: datetime
) -> tuple[OutboxRow, ...]:
    kept = {}
    if rules.let_go_days:
        today = local(at, each.visits[0].timezone).date()
        kept = {"kept_days": days_kept(rules, first, since=today)}
    return announce(
        each.visits,
        purpose=news.OTHER_TIME,
        offset=AGAIN,
        recipients=(each.request.teacher_email,),
        at=at,
        revision=each.asked_on.toordinal(),
        facts={"offset": AGAIN, **kept},
    )


def _call_off(work: Work, each: _Unconfirmed, *, now: datetime) -> int:
    lock_requests(work, (each.request.key,))
    waiting = tuple(
        visit
        for visit in locked_visits(work, (visit.uid for visit in each.visits))
        if visit.state is VisitState.INVITED and not visit.host_agrees
    )
    if not waiting:
        return 0
    off = tuple(life.cancel(visit, reason=NOT_CONFIRMED, at=now) for visit in waiting)
    overtake(work, (visit.uid for visit in off))
    work.visits.save(off)
    work.requests.put((replace(each.request, state=RequestState.OPEN),))
    work.proposals.remove((each.request.key,))
    told = coordinators(work)
    work.outbox.add(
        cancellations(
            off,
            each.request,
            at=now,
            reason=NOT_CONFIRMED,
            by="",
            role_by_email=told,
            is_open_again=True,
        )
    )
    facts = {"reason": NOT_CONFIRMED}
    work.activities.add(Activity(now, SYSTEM, "cancelled", f"visit:{v.uid}", facts) for v in off)
    return len(off)


def _unconfirmed(work: Work, *, zone: str, now: datetime) -> Iterator[_Unconfirmed]:
    """Every request whose teacher was sent a question that waits for an answer; four queries."""
    by_request: dict[str, list[Visit]] = {}
    for visit in work.visits.in_states((VisitState.INVITED,), since=now):
        if not visit.host_agrees and now < visit.period.start:
            by_request.setdefault(visit.request, []).append(visit)
    requests = work.requests.many(by_request)
    siblings = work.visits.of_requests(by_request) if by_request else ()
    rows = work.outbox.of_subjects(visit.uid for visit in siblings)
    for key, visits in by_request.items():
        request, uids = requests[key], {visit.uid for visit in visits}
        told = tuple(
            row
            for row in rows
            if row.recipient == request.teacher_email
            and row.purpose in ASKS
            and row.state is OutboxState.SENT
            and uids & set(row.visits)
        )
        asked_at = _latest(row for row in told if row.facts.get("offset") != AGAIN)
        if asked_at is not None:
            again = _latest(row for row in told if row.facts.get("offset") == AGAIN)
            yield _Unconfirmed(
                request,
                tuple(visits),
                local(asked_at, zone).date(),
                local(again, zone).date() if again and again > asked_at else None,
            )


def _latest(rows: Iterable[OutboxRow]) -> datetime | None:
    return max((row.sent_at for row in rows if row.sent_at), default=None)
