"""Carry searches for stand-ins on: ask the next wave, send the plan B, give up in time.

Whom to ask is worked out in a reading transaction, under the rules that hold for every booking.
Notice alone is set aside: a stand-in is asked, not booked, and whoever says yes has given it.
Where a coordinator stopped a search to look by hand, nobody is asked, and all else goes on.
All of it follows from the database, so a clock that stood still catches up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain import stand_ins as life
from scheduler.domain import visits as visit_life
from scheduler.domain.assignments import Option
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.schooldays import SchoolTime
from scheduler.domain.stand_ins import AskAnswer, Fitting, SearchState, StandInAsk, StandInSearch
from scheduler.domain.visits import OPEN, Visit
from scheduler.domain.volunteers import Volunteer
from scheduler.matching.explain import explain
from scheduler.services import stand_in_news
from scheduler.services.announcements import cancellations
from scheduler.services.booking_by_hand import problem_of_demand
from scheduler.services.onlookers import OFFICE, coordinators, offices_of
from scheduler.services.picture import load_district, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.quiet_hours import reached_at
from scheduler.services.records import Activity
from scheduler.services.reminders import reminder_moment, times_of_schools
from scheduler.services.snapshots import demand_at, session_of
from scheduler.services.stand_ins import finish, locked_search, request_of, vacancy_of

MOST_RANKED = 200
SYSTEM = "timetable"
NOBODY_COULD = "Nobody could step in."


@dataclass(frozen=True, slots=True)
class Advanced:
    """What one look at all searches did: people asked, plans sent, searches ended."""

    asked: int = 0
    plans_sent: int = 0
    ended: int = 0

    def __add__(self, other: Advanced) -> Advanced:
        """Return both looks together."""
        return Advanced(
            self.asked + other.asked,
            self.plans_sent + other.plans_sent,
            self.ended + other.ended,
        )


def advance_stand_ins(store: Store, *, now: datetime, gazetteer: Gazetteer) -> Advanced:
    """Do what is due of every search that is on; safe to repeat."""
    with store.read() as work:
        searches = work.stand_ins.watched(at=now)
        visits = work.visits.many(search.visit for search in searches)
        requests = work.requests.many({visit.request for visit in visits.values()})
        times = times_of_schools(work, load_district(work)) if searches else {}
    total = Advanced()
    for search in searches:
        visit = visits[search.visit]
        plan_b_at = _plan_b_due(search, visit, school_time=times[visit.school])
        if _is_quiet(search, visit, requests[visit.request], plan_b_at=plan_b_at, now=now):
            continue
        is_due = search.is_on and search.next_at <= now
        fitting = fitting_for(store, visit, now=now, gazetteer=gazetteer) if is_due else None
        with store.write() as work:
            total += _advance(work, search.key, fitting, plan_b_at=plan_b_at, now=now)
    return total


def fitting_for(
    store: Store, visit: Visit, *, now: datetime, gazetteer: Gazetteer
) -> tuple[Fitting, ...]:
    """Return who could step into a visit, best first; everybody's calendar is worked out."""
    with store.read() as work:
        picture = load_picture(work, now=now, requests=(visit.request,))
    others = tuple(each for each in picture.visits if each.uid != visit.uid)
    willing = {key: _without_notice(each) for key, each in picture.volunteers.items()}
    picture = replace(picture, visits=others, volunteers=willing)
    request = replace(picture.requests[visit.request], speakers=1, sessions=1)
    option = Option(1, (session_of(visit.period, timezone=visit.timezone),))
    demand = demand_at(picture, request, (option,))
    known = {booking.volunteer_email for booking in visit.bookings}
    demand = replace(demand, excluded=demand.excluded | known)
    problem = problem_of_demand(picture, demand, gazetteer=gazetteer)
    found = explain(problem, demand.id, top=MOST_RANKED).candidates
    return tuple(Fitting(each.speaker_id, each.points) for each in found)


def _without_notice(volunteer: Volunteer) -> Volunteer:
    return replace(volunteer, limits=replace(volunteer.limits, notice_days=0))


def _plan_b_due(search: StandInSearch, visit: Visit, *, school_time: SchoolTime) -> datetime:
    start = visit.period.start
    return life.plan_b_due(
        search,
        start,
        eve=reminder_moment(visit, days=1, school_time=school_time),
        reached_at=reached_at(search.opened_at, start=start, zone=visit.timezone),
    )


def _is_quiet(
    search: StandInSearch,
    visit: Visit,
    request: ClassroomRequest,
    *,
    plan_b_at: datetime,
    now: datetime,
) -> bool:
    """Nothing is due yet: most looks find it so, and write nothing."""
    return (
        _is_needed(visit, request)
        and (now < search.next_at or not search.is_on)
        and now < life.gives_up_at(search, visit.period.start)
        and (search.plan_b_at is not None or now < plan_b_at)
    )


def _is_needed(visit: Visit, request: ClassroomRequest) -> bool:
    return visit.state in OPEN and vacancy_of(visit, request) > 0


def _advance(
    work: Work,
    key: str,
    fitting: tuple[Fitting, ...] | None,
    *,
    plan_b_at: datetime,
    now: datetime,
) -> Advanced:
    """Do what is due of one search; without ``fitting`` nobody is asked in this look."""
    search = locked_search(work, key)
    visit = work.visits.get(search.visit)
    if visit is None or not search.is_undecided:
        return Advanced()
    request = request_of(work, visit)
    if not _is_needed(visit, request) or now >= visit.period.start:
        finish(work, life.end(search, SearchState.OVERTAKEN, at=now))
        return Advanced(ended=1)
    if now >= life.gives_up_at(search, visit.period.start):
        return _give_up(work, search, visit, request, now=now)
    done = Advanced()
    if search.plan_b_at is None and now >= plan_b_at:
        search = _send_plan_b(work, search, visit, request, now=now)
        done += Advanced(plans_sent=1)
    if fitting is not None and search.is_on and search.next_at <= now:
        done += _ask(work, search, visit, fitting, now=now)
    return done


def _ask(
    work: Work,
    search: StandInSearch,
    visit: Visit,
    fitting: tuple[Fitting, ...],
    *,
    now: datetime,
) -> Advanced:
    known = work.stand_ins.asks(_keys_of(work, visit))
    done = {ask.email for ask in known if _is_done_with(ask, search)}
    emails = life.next_wave(
        fitting,
        asked=done,
        last_asked_by_email=_last_asked(work, fitting),
        at_a_time=work.stand_ins.rules().at_a_time,
    )
    start = visit.period.start
    read_at = reached_at(now, start=start, zone=visit.timezone)
    search, asks = life.ask_next(search, emails, start=start, at=now, reached_at=read_at)
    work.stand_ins.put((search,))
    work.stand_ins.put_asks(asks)
    work.outbox.add(stand_in_news.asking(visit, asks))
    if asks:
        facts = {"wave": search.wave, "people": len(asks)}
        deed = Activity(now, SYSTEM, "asked stand-ins", f"visit:{visit.uid}", facts)
        work.activities.add((deed,))
    return Advanced(asked=len(asks))


def _is_done_with(ask: StandInAsk, search: StandInSearch) -> bool:
    """Whoever was too late in an earlier search may be asked again, whoever said no may not."""
    return ask.search == search.key or ask.answer is AskAnswer.NO


def _keys_of(work: Work, visit: Visit) -> tuple[str, ...]:
    return tuple(search.key for search in work.stand_ins.of_visits((visit.uid,)))


def _last_asked(work: Work, fitting: tuple[Fitting, ...]) -> Mapping[str, datetime]:
    return work.stand_ins.last_asked(each.email for each in fitting)


def _send_plan_b(
    work: Work, search: StandInSearch, visit: Visit, request: ClassroomRequest, *, now: datetime
) -> StandInSearch:
    search = replace(search, plan_b_at=now)
    work.stand_ins.put((search,))
    words = work.stand_ins.rules().plan_b
    work.outbox.add(stand_in_news.plan_b(work, visit, request, search=search, words=words))
    return search


def _give_up(
    work: Work, search: StandInSearch, visit: Visit, request: ClassroomRequest, *, now: datetime
) -> Advanced:
    """A visit that nobody comes to is called off, in time for everybody to read it."""
    plans = 0
    if search.plan_b_at is None:
        search, plans = _send_plan_b(work, search, visit, request, now=now), 1
    finish(work, life.end(search, SearchState.NOBODY, at=now))
    if not visit.present_bookings:
        off = visit_life.cancel(visit, reason=NOBODY_COULD, at=now)
        work.visits.save((off,))
        work.outbox.add(
            cancellations(
                (off,),
                request,
                at=now,
                reason=NOBODY_COULD,
                by="",
                role_by_email={
                    **coordinators(work),
                    **dict.fromkeys(offices_of(work, visit.school), OFFICE),
                },
            )
        )
    return Advanced(plans_sent=plans, ended=1)
