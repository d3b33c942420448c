"""What one change does to the district, on a copy: whom and what it touches, and how it is kept.

Days are those of the school, or of the volunteer's own clock where it is about a volunteer.
Only visits still to come are touched; what a person did is done.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scheduler.domain.assignments import HostCommitment, Place
from scheduler.domain.availability import DaysAway
from scheduler.domain.batches import WhatIf, WhatIfKind
from scheduler.domain.constraints import load_findings
from scheduler.domain.districts import WEIGHT_NAMES
from scheduler.domain.errors import Unknown
from scheduler.domain.people import RoleName
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import TEACHER_PREFIX, Visit, VisitState
from scheduler.domain.volunteers import Format, Limits, Volunteer
from scheduler.domain.zones import day_period, local
from scheduler.services.access import Actor
from scheduler.services.locking import CLOSURES, SETTINGS
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Work
from scheduler.services.records import Activity
from scheduler.services.settings import WEIGHTS
from scheduler.services.snapshots import (
    commitments_of,
    geography_of,
    session_of,
    speakers_of,
)

CAPS = ("max_per_day", "max_per_week", "max_per_month")
LIMITS = (*CAPS, "max_km")
CLOSED_BY_DEFAULT = "Closed"


def require_known(work: Work, picture: Picture, what_if: WhatIf) -> None:
    """Refuse a change of somebody or something that is not there.

    Raises:
        Unknown: naming what.
    """
    is_volunteer = what_if.kind in (WhatIfKind.AWAY, WhatIfKind.LIMIT)
    if is_volunteer and what_if.email not in picture.volunteers:
        raise Unknown("volunteer", what_if.email)
    if what_if.kind is WhatIfKind.ILL:
        person = work.people.get(what_if.email)
        if person is None or not person.has_role(RoleName.TEACHER):
            raise Unknown("teacher", what_if.email)
    if what_if.kind is WhatIfKind.LIMIT and what_if.name not in LIMITS:
        raise Unknown("limit", what_if.name)
    if what_if.kind is WhatIfKind.WEIGHT and what_if.name not in WEIGHT_NAMES:
        raise Unknown("weight", what_if.name)
    for key in what_if.schools:
        if key not in picture.schools:
            raise Unknown("school", key)


def changed(picture: Picture, what_if: WhatIf) -> Picture:
    """Return the district as it would be; its visits are left as they are."""
    match what_if.kind:
        case WhatIfKind.AWAY | WhatIfKind.LIMIT:
            person = _changed_person(picture.volunteers[what_if.email], what_if)
            return replace(picture, volunteers={**picture.volunteers, person.email: person})
        case WhatIfKind.CLOSED:
            return _closed(picture, what_if)
        case WhatIfKind.WEIGHT:
            weights = {**picture.district.weights, what_if.name: what_if.value or 0}
            return replace(picture, district=replace(picture.district, weights=weights))
        case WhatIfKind.ILL:
            return picture


def written_as_one(what_if: WhatIf) -> tuple[str, ...]:
    """Return what the change is written into as a whole, to be locked before anything is read."""
    kept_in = {WhatIfKind.CLOSED: (CLOSURES,), WhatIfKind.WEIGHT: (SETTINGS,)}
    return kept_in.get(what_if.kind, ())


def keep_change(
    work: Work, picture: Picture, what_if: WhatIf, *, actor: Actor, now: datetime
) -> None:
    """Store the change itself; a teacher's illness is nothing that anybody keeps."""
    match what_if.kind:
        case WhatIfKind.AWAY | WhatIfKind.LIMIT:
            work.volunteers.put((_changed_person(picture.volunteers[what_if.email], what_if),))
        case WhatIfKind.CLOSED:
            closures = {*work.districts.closures(), *_closures(what_if)}
            work.districts.put_closures(sorted(closures))
        case WhatIfKind.WEIGHT:
            work.districts.put(changed(picture, what_if).district)
            facts = {"weights": {what_if.name: what_if.value}}
            work.activities.add((Activity(now, actor.email, "changed weights", WEIGHTS, facts),))
        case WhatIfKind.ILL:
            return


def touched(picture: Picture, what_if: WhatIf, *, gazetteer: Gazetteer) -> tuple[Visit, ...]:
    """Return the visits to come that cannot stay as they are, by start.

    A lower limit leaves visits that everyone said yes to alone, unless they are released.
    """
    coming = tuple(v for v in picture.visits if v.occupies and v.period.start > picture.now)
    match what_if.kind:
        case WhatIfKind.AWAY:
            zone = _zone_of(picture, picture.volunteers[what_if.email])
            return tuple(
                v for v in coming if what_if.email in v.volunteers and _is_on(v, what_if, zone)
            )
        case WhatIfKind.CLOSED:
            schools = set(what_if.schools or picture.schools)
            return tuple(
                v for v in coming if v.school in schools and _is_on(v, what_if, v.timezone)
            )
        case WhatIfKind.ILL:
            host = TEACHER_PREFIX + what_if.email
            return tuple(v for v in coming if host in v.hosts and _is_on(v, what_if, v.timezone))
        case WhatIfKind.LIMIT:
            own = tuple(v for v in coming if what_if.email in v.volunteers)
            return _beyond_limit(picture, what_if, own, gazetteer=gazetteer)
        case WhatIfKind.WEIGHT:
            return ()


def takes_one_out(what_if: WhatIf, visit: Visit) -> bool:
    """Tell whether only the volunteer leaves; else the visit as a whole is given up.

    Visits that nobody outside heard of yet are always given up whole.
    """
    is_about_one = what_if.kind in (WhatIfKind.AWAY, WhatIfKind.LIMIT)
    return is_about_one and visit.state is not VisitState.HELD


def hours_taken(picture: Picture, what_if: WhatIf) -> tuple[HostCommitment, ...]:
    """Return the hours that the change takes from a teacher."""
    if what_if.kind is not WhatIfKind.ILL:
        return ()
    zone, host = picture.district.timezone, TEACHER_PREFIX + what_if.email
    return tuple(
        HostCommitment(host, session_of(day_period(day, zone), timezone=zone))
        for day in what_if.days.days()
    )


def with_limit(limits: Limits, name: str, *, value: int) -> Limits:
    """Return the limits with one of ``LIMITS`` set; ``max_km`` is what no other is."""
    match name:
        case "max_per_day":
            return replace(limits, max_per_day=value)
        case "max_per_week":
            return replace(limits, max_per_week=value)
        case "max_per_month":
            return replace(limits, max_per_month=value)
        case _:
            return replace(limits, max_km=float(value))


def _changed_person(person: Volunteer, what_if: WhatIf) -> Volunteer:
    if what_if.kind is WhatIfKind.AWAY:
        away = {*person.away, DaysAway(what_if.days)}
        return replace(person, away=tuple(sorted(away)))
    return replace(person, limits=with_limit(person.limits, what_if.name, value=what_if.value or 0))


def _closed(picture: Picture, what_if: WhatIf) -> Picture:
    new = {closure.school: closure for closure in _closures(what_if)}
    everywhere = new.get("")
    times = dict(picture.school_time_by_school)
    for key, school_time in times.items():
        closure = new.get(key) or everywhere
        if closure:
            closures = (*school_time.closures, closure)
            times[key] = replace(school_time, closures=closures)
    return replace(picture, school_time_by_school=times)


def _closures(what_if: WhatIf) -> tuple[Closure, ...]:
    name = what_if.name or CLOSED_BY_DEFAULT
    return tuple(Closure(school, what_if.days, name) for school in what_if.schools or ("",))


def _is_on(visit: Visit, what_if: WhatIf, zone: str) -> bool:
    # A visit that is about to be moved keeps its old day and its new one until its release.
    periods = [visit.period]
    if visit.pending_move:
        periods.append(visit.pending_move.period)
    return any(local(period.start, zone).date() in what_if.days for period in periods)


def _zone_of(picture: Picture, person: Volunteer) -> str:
    return person.timezone or picture.district.timezone


def _beyond_limit(
    picture: Picture, what_if: WhatIf, own: tuple[Visit, ...], *, gazetteer: Gazetteer
) -> tuple[Visit, ...]:
    """The visits that go beyond the new limit: certain ones stay first, then the soonest."""
    free = {v.uid for v in own if v.state is not VisitState.CONFIRMED or what_if.releases_confirmed}
    in_order = sorted(own, key=lambda v: (v.uid in free, v.period))
    judge = _Judge(changed(picture, what_if), what_if, gazetteer=gazetteer)
    beyond = {visit.uid for visit in in_order if judge.refuses(visit) and visit.uid in free}
    return tuple(visit for visit in own if visit.uid in beyond)


class _Judge:
    """One volunteer's visits, added one after the other under a new limit."""

    def __init__(self, picture: Picture, what_if: WhatIf, *, gazetteer: Gazetteer) -> None:
        self._picture, self._what_if = picture, what_if
        person = replace(picture.volunteers[what_if.email], is_active=True)
        alone = replace(picture, volunteers={person.email: person})
        (self._speaker,) = speakers_of(alone, (), gazetteer=gazetteer)
        past = (v for v in picture.visits if not v.occupies or v.period.start <= picture.now)
        kept = replace(picture, visits=tuple(past))
        mine = (each for each in commitments_of(kept) if each.speaker_id == what_if.email)
        self._standing = [each.engagement for each in mine]

    def refuses(self, visit: Visit) -> bool:
        """Tell whether the visit goes beyond the limit; one that does not counts from now on."""
        alone = commitments_of(replace(self._picture, visits=(visit,)))
        (added,) = (e.engagement for e in alone if e.speaker_id == self._what_if.email)
        if self._what_if.name == "max_km":
            return added.format == Format.IN_PERSON and self._is_too_far(added.place)
        findings = load_findings(
            self._speaker,
            (added,),
            standing=self._standing,
            geography=geography_of(self._picture),
        )
        is_beyond = any(f.rule == self._what_if.name and not f.kept for f in findings)
        if not is_beyond:
            self._standing.append(added)
        return is_beyond

    def _is_too_far(self, school: Place | None) -> bool:
        home, limit = self._speaker.home, self._speaker.max_km
        if home is None or school is None or limit is None:
            return False
        return geography_of(self._picture).distance_km(home, school) > limit
