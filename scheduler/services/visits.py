"""What happens to a visit after its approval: answers, moves, cancellations, and their release.

Every change is written together with the mail that tells of it. What waits for its hold-back
is shown nowhere, and :func:`release_due` lets it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.domain import visits as life
from scheduler.domain.errors import ConstraintViolated, IllegalTransition, Unknown
from scheduler.domain.people import RoleName
from scheduler.domain.periods import Period
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.stand_ins import keep_open, needs_stand_in
from scheduler.domain.visits import NO_ANSWER, OCCUPYING, Partstat, Visit, VisitState
from scheduler.services.access import Actor, require_coordinator, require_part_in
from scheduler.services.announcements import (
    LET_GO,
    REOPENED,
    cancellations,
    confirmations,
    lapses,
    refusals,
)
from scheduler.services.booking_by_hand import broken_by_move
from scheduler.services.change_news import changes
from scheduler.services.locking import locked_visit, locked_visits
from scheduler.services.onlookers import told_of_cancelling
from scheduler.services.overtaking import outdate_proposal, overtake
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity, OutboxRow, OutboxState
from scheduler.services.stand_in_news import place_taken
from scheduler.services.stand_ins import begin_searches, request_of
from scheduler.services.still_coming import note_yes
from scheduler.services.summaries import sum_up

Pairs = tuple[tuple[Visit, Visit], ...]
TellsOfANo = Callable[..., tuple[OutboxRow, ...]]
CLOSE_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Released:
    """What a release let out: new visits and moved ones, by UID."""

    visits: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()


def answer(
    store: Store,
    uids: Iterable[str],
    *,
    email: str,
    says_yes: bool,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> tuple[Visit, ...]:
    """Enter a volunteer's yes or no to visits of one request; the same answer again is nothing.

    A no takes them out at once: the request is open again, coordinators and teacher are told,
    and a visit that nobody is left for is cancelled. After a yes, or late, a stand-in is looked
    for instead, and the visit stays in the calendars meanwhile.

    Raises:
        Unknown: if that volunteer has no part in a visit, or the actor is a stranger.
        IllegalTransition: if a visit is held, cancelled or over.
    """
    asked = tuple(dict.fromkeys(uids))
    with store.write() as work:
        found = {visit.uid: visit for visit in locked_visits(work, asked)}
        visits = tuple(
            require_part_in(actor, found.get(uid), uid=uid, email=email) for uid in asked
        )
        for visit in visits:
            _require_not_over(visit, now=now, step="answered")
        partstat = Partstat.ACCEPTED if says_yes else Partstat.DECLINED
        answered = tuple(
            life.answer(visit, email, partstat=partstat, at=now, reason=reason) for visit in visits
        )
        pairs = tuple((old, new) for old, new in zip(visits, answered, strict=True) if old != new)
        if says_yes:
            note_yes(work, (v for v in visits if v in answered), email=email, now=now)
        if pairs:
            enter = _accepted if says_yes else _declined
            enter(work, pairs, email=email, now=now)
        return tuple(v for uid in asked if (v := work.visits.get(uid)))


def let_go(work: Work, uids: Iterable[str], *, email: str, now: datetime) -> int:
    """Wait no longer for somebody's answer to these visits of one request; return how many.

    What follows is what follows a no, told in other words. A visit that is certain, or that they
    answered meanwhile, is left alone.
    """
    pairs = tuple(
        (visit, life.answer(visit, email, partstat=Partstat.DECLINED, at=now, reason=NO_ANSWER))
        for visit in locked_visits(work, uids)
        if visit.state is VisitState.INVITED
        and email in visit.volunteers
        and visit.booking_of(email).partstat is Partstat.NEEDS_ACTION
    )
    if pairs:
        _declined(work, pairs, email=email, now=now, news=lapses)
    return len(pairs)


def cancel(store: Store, uid: str, *, reason: str, actor: Actor, now: datetime) -> Visit:
    """Call a visit off; everyone who knew of it is told at once.

    Raises:
        Unknown: if there is no such visit, or it is another teacher's.
        IllegalTransition: if it is over or cancelled already.
    """
    with store.write() as work:
        visit = _own_visit(work, locked_visit(work, uid), uid=uid, actor=actor)
        _require_not_over(visit, now=now, step="cancelled")
        cancelled = life.cancel(visit, reason=reason, at=now)
        request = request_of(work, visit)
        # Mail that tells of a series still has other dates to tell.
        overtake(work, (uid,), only=lambda row: set(row.visits) <= {uid})
        work.visits.save((cancelled,))
        if visit.was_released:
            work.outbox.add(
                cancellations(
                    (cancelled,),
                    request,
                    at=now,
                    reason=reason,
                    by=_name(actor),
                    by_email=actor.email,
                    role_by_email=told_of_cancelling(work, (cancelled,), actor=actor, now=now),
                )
            )
        _withdraw_if_empty(work, request)
        work.activities.add(
            (Activity(now, actor.email, "cancelled", f"visit:{uid}", {"reason": reason}),)
        )
        return cancelled


def move(
    store: Store,
    uid: str,
    *,
    start: datetime,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> Visit:
    """Give a visit another start, of the same length, at the end of its hold-back.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such visit.
        ConstraintViolated: with every hard rule that the new time would break.
        IllegalTransition: if it has begun or is cancelled.
        DoubleBooked: if the database refuses the new time.
    """
    require_coordinator(actor, deed="move visits")
    with store.write() as work:
        visit = locked_visit(work, uid)
        if visit is None:
            raise Unknown("visit", uid)
        if visit.occupies and visit.period.start <= now:
            raise IllegalTransition(subject="visit", state="under way", step="moved")
        work.visits.lock(key for key, _ in visit.occupied)
        period = Period(start, start + (visit.period.end - visit.period.start))
        findings = broken_by_move(work, visit, period=period, now=now, gazetteer=gazetteer)
        if findings:
            raise ConstraintViolated("The new time", findings)
        moved = life.plan_move(visit, period=period, room=visit.room, hosts=visit.hosts, at=now)
        work.visits.save((moved,))
        if moved.sequence != visit.sequence:
            _announce_change(work, visit, moved, now=now)
        work.activities.add((Activity(now, actor.email, "moved", f"visit:{uid}"),))
        return moved


def release_due(store: Store, *, now: datetime) -> Released:
    """Let out every visit and every move whose hold-back has ended, mail and all at once."""
    with store.write() as work:
        due = locked_visits(work, (visit.uid for visit in work.visits.due_for_release(now)))
        fresh = tuple(v for v in due if v.state is VisitState.HELD)
        released = tuple(life.release(visit, at=visit.release_at or now) for visit in fresh)
        work.visits.save(released)
        uids = tuple(visit.uid for visit in released)
        held = (r for r in work.outbox.of_subjects(uids) if r.state is OutboxState.HELD)
        work.outbox.set_state((row.key for row in held), state=OutboxState.DUE)
        sum_up(work, released, now=now)
        moves = tuple(visit for visit in due if visit.pending_move)
        _release_moves(work, moves, now=now)
        return Released(uids, tuple(visit.uid for visit in moves))


def close_past(store: Store, *, now: datetime) -> int:
    """Mark visits that ended an hour ago: confirmed ones happened, unanswered ones did not.

    Returns how many were closed.
    """
    with store.write() as work:
        states = (VisitState.INVITED, VisitState.CONFIRMED)
        over = work.visits.in_states(states, until=now - CLOSE_AFTER)
        closed = tuple(
            life.close(visit, took_place=visit.state is VisitState.CONFIRMED, at=now)
            for visit in locked_visits(work, (visit.uid for visit in over))
            if visit.state in states and visit.period.end + CLOSE_AFTER <= now
        )
        work.visits.save(closed)
        return len(closed)


def _accepted(work: Work, pairs: Pairs, *, email: str, now: datetime) -> None:
    work.visits.save(new for _, new in pairs)
    certain = tuple(
        new
        for old, new in pairs
        if new.state is VisitState.CONFIRMED and old.state is not VisitState.CONFIRMED
    )
    if certain:
        request = request_of(work, certain[0])
        work.outbox.add(confirmations(certain, request, at=now))
        work.outbox.add(place_taken(work, certain, request, email=email))
    _note(work, pairs, email=email, deed="accepted", now=now)


def _declined(
    work: Work, pairs: Pairs, *, email: str, now: datetime, news: TellsOfANo = refusals
) -> None:
    request = request_of(work, pairs[0][1])
    is_said = news is refusals
    reason = pairs[0][1].booking_of(email).reason if is_said else ""
    sought = frozenset(new.uid for old, new in pairs if needs_stand_in(old, email, at=now))
    left = tuple(_left(new, sought, reason=reason, now=now) for _, new in pairs)
    emptied = {visit.uid for visit in left if not visit.present_bookings}
    overtake(
        work,
        (visit.uid for visit in left),
        only=lambda row: row.recipient == email or row.subject in emptied,
    )
    work.visits.save(left)
    work.requests.put((replace(request, state=RequestState.OPEN),))
    outdate_proposal(work, request.key)
    # Where a stand-in is looked for in every visit, the search has its own word for the teacher.
    is_sought = len(sought) == len(left)
    told = news(
        *(left, request),
        email=email,
        coordinators=_coordinators(work),
        at=now,
        is_sought=is_sought,
    )
    work.outbox.add(row for row in told if not (is_sought and _is_for_teacher(row, request)))
    begin_searches(work, (v for v in left if v.uid in sought), request, email=email, now=now)
    _note(work, pairs, email=email, deed="declined" if is_said else "did not answer", now=now)


def _is_for_teacher(row: OutboxRow, request: ClassroomRequest) -> bool:
    is_to_teacher = row.purpose == LET_GO and row.recipient == request.teacher_email
    return row.purpose == REOPENED or is_to_teacher


def _left(visit: Visit, sought: frozenset[str], *, reason: str, now: datetime) -> Visit:
    """What a no leaves of a visit: it goes on, waits for a stand-in, or is off."""
    if visit.uid in sought:
        return keep_open(visit, at=now)
    return visit if visit.present_bookings else life.cancel(visit, reason=reason, at=now)


def _release_moves(work: Work, moves: tuple[Visit, ...], *, now: datetime) -> None:
    pairs = tuple(
        (old, life.release_move(old, at=old.pending_move.release_at))
        for old in moves
        if old.pending_move
    )
    requests = work.requests.many(dict.fromkeys(old.request for old in moves))
    work.visits.save(moved for _, moved in pairs)
    changed = [(old, moved) for old, moved in pairs if moved.sequence != old.sequence]
    work.outbox.add(changes(work, changed, requests, now=now))


def _announce_change(work: Work, old: Visit, moved: Visit, *, now: datetime) -> None:
    requests = {moved.request: request_of(work, moved)}
    work.outbox.add(changes(work, [(old, moved)], requests, now=now))


def _require_not_over(visit: Visit, *, now: datetime, step: str) -> None:
    """A visit stays open for a while after its end, until it is noted whether it happened."""
    if visit.occupies and visit.period.end <= now:
        raise IllegalTransition(subject="visit", state="over", step=step)


def _own_visit(work: Work, visit: Visit | None, *, uid: str, actor: Actor) -> Visit:
    if visit is None:
        raise Unknown("visit", uid)
    if not actor.is_coordinator and request_of(work, visit).teacher_email != actor.email:
        raise Unknown("visit", uid)
    return visit


def _coordinators(work: Work) -> tuple[str, ...]:
    return work.people.with_role(RoleName.COORDINATOR)


def _name(actor: Actor) -> str:
    return "" if actor == Actor.operator() else actor.name


def _note(work: Work, pairs: Pairs, *, email: str, deed: str, now: datetime) -> None:
    work.activities.add(Activity(now, email, deed, f"visit:{new.uid}") for _, new in pairs)


def _withdraw_if_empty(work: Work, request: ClassroomRequest) -> None:
    """A request whose last visit was called off is closed; whoever wants it back asks anew."""
    if not any(v.state in OCCUPYING for v in work.visits.of_requests((request.key,))):
        work.requests.put((replace(request, state=RequestState.WITHDRAWN),))
