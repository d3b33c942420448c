"""A day closed at short notice (snow, a burst pipe): what it means, doing it, taking it back.

The visits of the day are called off and everyone concerned is told at once, each person once.
Taking it back is possible as long as no mail went out.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from scheduler.domain.closings import Afterwards, Closing, before, brought_back, undone, without
from scheduler.domain.districts import School
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import ClassroomRequest, RequestState, parse_window
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import OCCUPYING, Visit
from scheduler.domain.visits import plan_move as planned_move
from scheduler.domain.zones import day_period, local
from scheduler.services import visits as visit_steps
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.alterations import ANOTHER_LESSON, alterations_of
from scheduler.services.announcements import CANCELLATION
from scheduler.services.feed_records import CalendarMode
from scheduler.services.locking import CLOSURES, locked_visits
from scheduler.services.picture import load_picture
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity, OutboxRow, OutboxState
from scheduler.services.within import Within


def close_day(
    store: Store,
    day: date,
    schools: Iterable[str],
    *,
    name: str,
    afterwards: Afterwards,
    zone: str = "",
    actor: Actor,
    now: datetime,
) -> Closing:
    """Close the day, call its visits off, and tell everyone concerned at once.

    With ``NEW_TIME`` a request that has no other visit is open again, for any lesson of the
    coming weeks.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if a school or the zone is not known.
    """
    require_coordinator(actor, deed="close days")
    with store.write() as work:
        work.visits.lock((CLOSURES,))
        meant = meant_schools(work.districts.schools(), schools, zone=zone)
        closing = Closing(str(uuid.uuid4()), day, meant, name, afterwards, now, actor.email)
        closing = _carried_out(work, closing, actor=actor)
        work.closings.put(closing)
        facts = {"day": day, "visits": len(closing.before), "name": name}
        deed = Activity(now, actor.email, "closed a day", f"closing:{closing.key}", facts)
        work.activities.add((deed,))
    return closing


def undo(store: Store, key: str, *, actor: Actor, now: datetime) -> Closing:
    """Open the day again: its visits are what they were, and nobody hears of it.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such closing.
        IllegalTransition: if somebody was told, or a request went on meanwhile.
        DoubleBooked: if somebody else has the hour by now.
    """
    require_coordinator(actor, deed="open days again")
    with store.write() as work:
        work.visits.lock((CLOSURES, f"closing:{key}"))
        closing = work.closings.get(key)
        if closing is None:
            raise Unknown("closing", key)
        opened = undone(closing, by=actor.email, at=now)
        if work.outbox.recall(closing.mail) != len(closing.mail):
            raise IllegalTransition(subject="closing", state="known to people", step="undone")
        was = {each.uid: each for each in closing.before}
        visits = locked_visits(work, was)
        _require_untouched(work, closing)
        work.visits.save(brought_back(visit, was[visit.uid], at=now) for visit in visits)
        for mail, state in closing.overtaken:
            work.outbox.set_state((mail,), state=OutboxState(state))
        _put_requests_back(work, closing)
        work.districts.put_closures(without(work.districts.closures(), closing.closures))
        work.closings.put(opened)
        work.activities.add((Activity(now, actor.email, "opened a day", f"closing:{key}"),))
    return opened


def meant_schools(
    known: Mapping[str, School], schools: Iterable[str], *, zone: str
) -> tuple[str, ...]:
    """Return the schools that are meant by a zone or by name; none where all are.

    Raises:
        Unknown: if a school or the zone is not known.
    """
    if zone:
        found = tuple(key for key, school in known.items() if school.zone == zone)
        if not found:
            raise Unknown("zone", zone)
        return found
    meant = tuple(dict.fromkeys(schools))
    for key in meant:
        if key not in known:
            raise Unknown("school", key)
    return meant


def concerned(
    work: Work, day: date, schools: Collection[str], *, now: datetime
) -> tuple[Visit, ...]:
    """Return the visits of that day, still to come, by each school's own clock.

    No schools named means every school.
    """
    return tuple(
        visit
        for visit in _around(work, day)
        if visit.period.start > now
        and local(visit.period.start, visit.timezone).date() == day
        and (not schools or visit.school in schools)
    )


def _carried_out(work: Work, closing: Closing, *, actor: Actor) -> Closing:
    """Call off, tell and close; return the closing with all that can be taken back."""
    day, schools, now = closing.day, closing.schools, closing.made_at
    standing = (visit.uid for visit in concerned(work, day, schools, now=now))
    visits = tuple(v for v in locked_visits(work, standing) if v.occupies)
    requests = work.requests.many({visit.request for visit in visits})
    former_mail = _mail_of(work, visits)
    for visit in visits:
        visit_steps.cancel(Within(work), visit.uid, reason=closing.name, actor=actor, now=now)
    _take_moves_back(work, day, schools, now=now)
    if closing.afterwards is Afterwards.NEW_TIME:
        _look_for_new_times(work, requests, now=now)
    _tell_each_once(work, visits)
    added = _close(work, day, schools, name=closing.name)
    closing = _with_memory(replace(closing, added=added), visits, requests)
    return _with_mail(closing, former=former_mail, present=_mail_of(work, visits))


def _mail_of(work: Work, visits: Iterable[Visit]) -> dict[str, OutboxRow]:
    return {row.key: row for row in work.outbox.of_subjects(visit.uid for visit in visits)}


def _with_memory(
    closing: Closing, visits: Iterable[Visit], requests: Mapping[str, ClassroomRequest]
) -> Closing:
    """The closing with what its visits and requests were, so that it can be taken back."""
    return replace(
        closing,
        before=tuple(before(visit) for visit in visits),
        requests=tuple(
            (key, str(each.state), tuple(map(str, each.windows))) for key, each in requests.items()
        ),
    )


def _with_mail(
    closing: Closing, *, former: Mapping[str, OutboxRow], present: Mapping[str, OutboxRow]
) -> Closing:
    """The closing with the mail that tells of it, and the mail that is not sent because of it."""
    return replace(
        closing,
        mail=tuple(key for key in present if key not in former),
        overtaken=tuple(
            (key, str(row.state))
            for key, row in former.items()
            if row.is_waiting and present[key].state is OutboxState.SUPERSEDED
        ),
    )


def _around(work: Work, day: date) -> tuple[Visit, ...]:
    # A day is somewhere between the first zone's morning and the last one's night.
    first = day_period(day, "Pacific/Kiritimati").start
    last = day_period(day, "Pacific/Pago_Pago").end
    return work.visits.in_states(tuple(OCCUPYING), since=first, until=last)


def _take_moves_back(work: Work, day: date, schools: Collection[str], *, now: datetime) -> None:
    """A visit that was about to move to the closed day stays where it is."""
    moving = work.visits.in_states(tuple(OCCUPYING), since=now)
    stay = tuple(
        planned_move(visit, period=visit.period, room=visit.room, hosts=visit.hosts, at=now)
        for visit in moving
        if visit.pending_move
        and local(visit.pending_move.period.start, visit.timezone).date() == day
        and (not schools or visit.school in schools)
    )
    work.visits.save(stay)


def _look_for_new_times(
    work: Work, requests: Mapping[str, ClassroomRequest], *, now: datetime
) -> None:
    picture = load_picture(work, now=now, requests=tuple(requests), volunteers=())
    again = []
    for request in picture.requests.values():
        for each in alterations_of(picture, request):
            if each.kind == ANOTHER_LESSON:
                again.append(replace(each.alter(request), state=RequestState.OPEN))
    work.requests.put(again)


def _tell_each_once(work: Work, visits: Iterable[Visit]) -> None:
    """Put the news of several visits into one mail, unless each has to leave a calendar by mail."""
    uids = [visit.uid for visit in visits]
    modes = work.calendar_modes.fixed(uids)
    rows: dict[str, list[OutboxRow]] = {}
    for row in work.outbox.of_subjects(uids):
        is_invited = modes.get((row.subject, row.recipient)) is CalendarMode.INVITATION
        if row.purpose == CANCELLATION and row.state is OutboxState.DUE and not is_invited:
            rows.setdefault(row.recipient, []).append(row)
    for several in rows.values():
        if len(several) < 2:
            continue
        first = min(several, key=lambda row: uids.index(row.subject))
        told = sorted((row.subject for row in several), key=uids.index)
        work.outbox.remove(row.key for row in several)
        work.outbox.add((replace(first, facts={**first.facts, "visits": told}),))


def _close(work: Work, day: date, schools: tuple[str, ...], *, name: str) -> tuple[str, ...]:
    """Store the closures and return the schools that were not closed by the same name before."""
    known = set(work.districts.closures())
    days = DateRange(day, day)
    fresh = {Closure(school, days, name) for school in schools or ("",)} - known
    work.districts.put_closures(sorted(known | fresh))
    return tuple(sorted(closure.school for closure in fresh))


def _require_untouched(work: Work, closing: Closing) -> None:
    keys = [key for key, _, _ in closing.requests]
    gone_on = {
        visit.request
        for visit in work.visits.of_requests(keys)
        if visit.state in OCCUPYING and visit.created_at > closing.made_at
    }
    if gone_on:
        raise IllegalTransition(subject="request", state="booked anew", step="put back")


def _put_requests_back(work: Work, closing: Closing) -> None:
    present = work.requests.many(key for key, _, _ in closing.requests)
    work.requests.put(
        replace(
            present[key],
            state=RequestState(state),
            windows=tuple(parse_window(window) for window in windows),
        )
        for key, state, windows in closing.requests
        if key in present
    )
