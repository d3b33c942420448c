"""The one adapter from the district to the matching problem: wall clocks become minutes.

Minutes count from 1970-01-01 00:00 UTC, days are local date ordinals at the school. What the
engine finds is valid for the picture it was made from, and for no later one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from scheduler.domain.assignments import (
    Assignment,
    ClearanceSpan,
    Commitment,
    Demand,
    Engagement,
    Geography,
    HostCommitment,
    Option,
    Place,
    Session,
    Speaker,
)
from scheduler.domain.availability import expand
from scheduler.domain.districts import Coordinates
from scheduler.domain.periods import DateRange, Period, merge, minute_of
from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.starts import Start, starts_of
from scheduler.domain.visits import Booking, Visit, hosts_of
from scheduler.domain.volunteers import Clearance, Volunteer
from scheduler.domain.zones import at_wall_time, day_period, local
from scheduler.matching.problem import Problem, Weights
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer

MINUTES_PER_HOUR = 60


def problem_of(
    picture: Picture,
    *,
    gazetteer: Gazetteer,
    previous: Iterable[Proposal] = (),
    days: DateRange | None = None,
) -> Problem:
    """Return the matching problem of the picture's open requests and active volunteers.

    With ``days``, only starts whose every session falls on them are offered. Cost: linear in
    starts, and in volunteers × days of the horizon.
    """
    demands = tuple(
        demand_of(picture, request, days=days) for _, request in sorted(picture.requests.items())
    )
    return Problem(
        geography=geography_of(picture),
        speakers=speakers_of(picture, demands, gazetteer=gazetteer),
        demands=demands,
        commitments=commitments_of(picture),
        host_commitments=host_commitments_of(picture),
        previous=tuple(assignment_of(proposal) for proposal in previous),
        filled_by_school=_filled_by_school(picture),
        weights=Weights(**picture.district.weights),
    )


def geography_of(picture: Picture) -> Geography:
    """Return how the district turns straight kilometres into minutes."""
    district = picture.district
    return Geography("sphere", district.road_factor, district.speed_kmh / MINUTES_PER_HOUR)


def demand_of(
    picture: Picture, request: ClassroomRequest, *, days: DateRange | None = None
) -> Demand:
    """Return what is still to be filled of a request.

    A start that has passed is no longer offered. Where visits of it stand already, the one
    option is the sessions that were lost, else those that miss somebody. Whoever said no to any
    of its visits is not asked again.
    """
    standing = picture.visits_of(request.key)
    if standing:
        return _gap_of(picture, request, standing=standing, days=days)
    school_time = picture.school_time_by_school[request.school]
    found = starts_of(request, school_time=school_time, classroom=picture.classroom_of(request))
    ahead = (start for start in found if picture.is_ahead(start.sessions[0].start))
    options = (option_of(start, timezone=school_time.timezone) for start in ahead)
    return demand_at(picture, request, tuple(o for o in options if _within(o, days)))


def demand_at(picture: Picture, request: ClassroomRequest, options: tuple[Option, ...]) -> Demand:
    """Return the request with these options in place of its own."""
    school = picture.schools[request.school]
    classroom = picture.classroom_of(request)
    return Demand(
        id=request.key,
        title=request.title,
        school=request.school,
        place=_place(school.coordinates),
        need=school.need_weight,
        hosts=frozenset(hosts_for(picture, request)),
        topic=request.topic,
        grade=classroom.grade if classroom else None,
        language=request.language,
        format=str(request.format),
        kind=str(request.kind),
        speakers=request.speakers,
        options=options,
        priority=request.priority,
        preferred=frozenset(request.preferred),
        excluded=frozenset(request.excluded) | picture.declined.get(request.key, frozenset()),
    )


def hosts_for(picture: Picture, request: ClassroomRequest) -> tuple[str, ...]:
    """Return what a visit of this request needs of its school."""
    classroom = picture.classroom_of(request)
    return hosts_of(
        teacher_email=request.teacher_email,
        school=request.school,
        classroom=request.classroom,
        room=classroom.room if classroom else "",
    )


def option_of(start: Start, *, timezone: str) -> Option:
    """Return a start as the rules see it."""
    sessions = tuple(session_of(period, timezone=timezone) for period in start.sessions)
    return Option(start.preference, sessions)


def session_of(period: Period, *, timezone: str) -> Session:
    """Return a span with the local day, Monday week and month it falls on."""
    day = local(period.start, timezone).date()
    ordinal = day.toordinal()
    return Session(
        start=minute_of(period.start),
        end=minute_of(period.end),
        day=ordinal,
        week=(ordinal - 1) // 7,
        month=day.year * 12 + day.month - 1,
    )


def assignment_of(proposal: Proposal) -> Assignment:
    """Return a proposal as a plan writes it."""
    return Assignment(
        demand_id=proposal.request,
        start=minute_of(proposal.sessions[0].start),
        speaker_ids=tuple(speaker.email for speaker in proposal.speakers),
    )


def speakers_of(
    picture: Picture, demands: Iterable[Demand], *, gazetteer: Gazetteer
) -> tuple[Speaker, ...]:
    """Return the active volunteers as the rules see them, in order of address."""
    days = _days_used(picture, demands)
    history = Counter(email for visit in picture.visits for email in visit.volunteers)
    held_back = _leaving_times(picture)
    return tuple(
        _speaker(picture, person, days, history[email], held_back.get(email, ()), gazetteer)
        for email, person in sorted(picture.volunteers.items())
        if person.is_active
    )


def commitments_of(picture: Picture) -> tuple[Commitment, ...]:
    """Return every booked session of every volunteer, past ones of the year too."""
    return tuple(
        Commitment(booking.volunteer_email, _engagement(picture, visit, booking=booking))
        for visit in picture.visits
        for booking in visit.present_bookings
    )


def host_commitments_of(picture: Picture) -> tuple[HostCommitment, ...]:
    """Return every hour for which a teacher, class or room is kept."""
    found = []
    for visit in picture.visits:
        for resource, period in visit.occupied:
            session = session_of(period, timezone=visit.timezone)
            found.append(HostCommitment(resource, session, visit.request))
    return tuple(found)


def _speaker(
    picture: Picture,
    person: Volunteer,
    days: DateRange,
    history: int,
    leaving: tuple[Period, ...],
    gazetteer: Gazetteer,
) -> Speaker:
    limits = person.limits
    busy = (*picture.busy_of(person), *leaving)
    return Speaker(
        id=person.email,
        name=person.name,
        kind=str(person.kind),
        level_by_topic=picture.topics.effective_levels(person.level_by_topic),
        grades=person.grades,
        languages=frozenset(person.languages),
        formats=frozenset(str(each) for each in person.formats),
        home=home_of(picture, person, gazetteer=gazetteer),
        max_km=limits.max_km,
        free=_free(picture, person, days),
        busy=_spans(merge(busy)),
        earliest_day=picture.today.toordinal() + limits.notice_days,
        clearances=tuple(_clearance(c) for c in person.clearances if c.counts),
        buffer_minutes=limits.buffer_minutes,
        min_minutes=limits.min_minutes,
        max_per_day=limits.max_per_day,
        max_per_week=limits.max_per_week,
        max_per_month=limits.max_per_month,
        history=history,
        known_until=_known_until(picture, person),
    )


def home_of(picture: Picture, person: Volunteer, *, gazetteer: Gazetteer) -> Place | None:
    """Return where a volunteer sets out from: the point given, else that of the postal code."""
    point = person.coordinates
    if point is None and person.postal_code:
        point = gazetteer.locate(person.postal_code, country=picture.district.country)
    return _place(point) if point else None


def _free(
    picture: Picture, person: Volunteer, days: DateRange
) -> tuple[tuple[int, int], ...] | None:
    if not person.has_availability:
        return None
    timezone = person.timezone or picture.district.timezone
    last = picture.last_known_day(person) or days.last
    if last < days.first:
        return ()
    known = DateRange(days.first, min(last, days.last))
    return _spans(expand(person.weekly, person.away, days=known, timezone=timezone))


def _known_until(picture: Picture, person: Volunteer) -> int | None:
    last = picture.last_known_day(person)
    if last is None:
        return None
    return minute_of(day_period(last, person.timezone or picture.district.timezone).end)


def _spans(periods: Iterable[Period]) -> tuple[tuple[int, int], ...]:
    return tuple((minute_of(each.start), minute_of(each.end)) for each in periods)


def _clearance(clearance: Clearance) -> ClearanceSpan:
    first = clearance.approved or date.min
    last = clearance.expires.toordinal() if clearance.expires else None
    return ClearanceSpan(first.toordinal(), last, clearance.school or None)


def _gap_of(
    picture: Picture,
    request: ClassroomRequest,
    *,
    standing: tuple[Visit, ...],
    days: DateRange | None,
) -> Demand:
    """Sessions that were lost need a whole team; where none was, those that lack people do."""
    lost = _lost_sessions(picture, request, standing=standing)
    lacking = tuple(
        visit
        for visit in standing
        if len(visit.volunteers) < request.speakers and picture.is_ahead(visit.period.start)
    )
    periods = lost or tuple(visit.period for visit in lacking)
    timezone = picture.zone_of(request.school)
    sessions = tuple(session_of(period, timezone=timezone) for period in periods)
    missing = max((request.speakers - len(visit.volunteers) for visit in lacking), default=0)
    present = frozenset(email for visit in lacking for email in visit.volunteers)
    gap = (Option(1, sessions),) if sessions else ()
    demand = demand_at(picture, request, tuple(o for o in gap if _within(o, days)))
    if lost:
        return demand
    return replace(demand, speakers=missing, excluded=demand.excluded | present)


def _lost_sessions(
    picture: Picture, request: ClassroomRequest, *, standing: tuple[Visit, ...]
) -> tuple[Period, ...]:
    """The sessions of a series that nobody comes to any more and that are still ahead."""
    known = standing[0]
    school_time = picture.school_time_by_school[request.school]
    wall = local(known.period.start, school_time.timezone)
    found = []
    for number in missing_sessions(request, standing):
        day = wall.date() + timedelta(days=(number - known.session) * request.every_days)
        start = at_wall_time(day, wall.time(), school_time.timezone)
        if school_time.has_lessons(day) and picture.is_ahead(start):
            found.append(Period(start, start + (known.period.end - known.period.start)))
    return tuple(found)


def missing_sessions(request: ClassroomRequest, standing: Iterable[Visit]) -> tuple[int, ...]:
    """Return the numbers of a series' sessions that none of these visits is."""
    there = {visit.session for visit in standing}
    return tuple(n for n in range(1, request.sessions + 1) if n not in there)


def _engagement(picture: Picture, visit: Visit, *, booking: Booking) -> Engagement:
    school = picture.schools.get(visit.school)
    period = visit.pending_move.period if visit.pending_move else visit.period
    return Engagement(
        demand_id=visit.request,
        school=visit.school,
        place=_place(school.coordinates) if school else None,
        session=session_of(period, timezone=visit.timezone),
        format=str(booking.format or visit.format),
    )


def _leaving_times(picture: Picture) -> dict[str, tuple[Period, ...]]:
    """A visit about to be moved still keeps its old time until the move is released."""
    times: dict[str, tuple[Period, ...]] = {}
    for visit in picture.visits:
        if visit.pending_move and visit.occupies:
            for email in visit.volunteers:
                times[email] = (*times.get(email, ()), visit.period)
    return times


def _days_used(picture: Picture, demands: Iterable[Demand]) -> DateRange:
    ordinals = [s.day for d in demands for o in d.options for s in o.sessions]
    last = max(ordinals, default=picture.today.toordinal())
    # A volunteer elsewhere may be a local day ahead or behind the school.
    first = min(ordinals, default=picture.today.toordinal()) - 1
    return DateRange(date.fromordinal(first), date.fromordinal(last) + timedelta(days=1))


def _within(option: Option, days: DateRange | None) -> bool:
    if days is None:
        return True
    return all(date.fromordinal(session.day) in days for session in option.sessions)


def _filled_by_school(picture: Picture) -> dict[str, int]:
    filled = {(visit.school, visit.request) for visit in picture.visits}
    return dict(Counter(school for school, _ in filled))


def _place(point: Coordinates | None) -> Place | None:
    return Place(point.longitude, point.latitude) if point else None
