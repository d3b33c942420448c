"""A district as large as an office may have: 5,000 open requests, 2,000 volunteers, 465 schools.

Most requests were checked; of those most have a proposal, each the best of what the warm table
suggests, so that some of them want the same person at one time, as after a busy week.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

from scheduler.domain.assignments import Assignment
from scheduler.domain.people import Role, RoleName
from scheduler.domain.periods import Period
from scheduler.domain.proposals import Proposal, Unassigned
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import Booking, Visit, VisitState
from scheduler.domain.volunteers import Volunteer
from scheduler.matching.suggestions import suggest
from scheduler.services.access import Actor
from scheduler.services.bundles import import_bundle
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.proposing import proposal_of
from scheduler.services.snapshots import demand_of, problem_of
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict
from tests.benchmarks.large_bundle import FIELDS, TOPICS_EACH, write_large_bundle
from tests.builders import NOW, a_visit, period

REQUESTS, SCHOOLS, CHECKED, PAST_VISITS = 5_000, 465, 4_800, 1_500
COORDINATOR = "carla@river.example"
# What a run leaves behind where no change would help.
NO_CURE = {"remedies": [], "tried": ["another_lesson", "virtual"], "no_single_helps": True}


def fill(store: Store, folder: Path, *, gazetteer: Gazetteer) -> None:
    """Put the district into an empty store; the folder is for the bundle it begins with."""
    write_large_bundle(folder)
    import_bundle(store, folder, actor=Actor.operator(), now=NOW)
    _add_schools(store, Random(2))
    _add_requests(store, Random(3))
    _add_past_visits(store, Random(4))
    _propose(store, Random(5), gazetteer=gazetteer)


def _add_schools(store: Store, random: Random) -> None:
    """Add schools with classes and teachers like those there are; let people know few topics."""
    with store.write() as work:
        schools, classes = work.districts.schools(), work.districts.classes()
        people = work.people.all()
        new_schools, new_classes, new_people = [], [], []
        for number in range(len(schools), SCHOOLS):
            like = random.choice(list(schools.values()))
            key = f"s{number}"
            new_schools.append(replace(like, key=key, name=f"School {number}"))
            own = (each for each in classes.values() if each.school == like.key)
            for turn, each in enumerate(own):
                teacher = replace(
                    people[each.teacher_email],
                    email=f"t{number}-{turn}@river.example",
                    roles=(Role(RoleName.TEACHER),),
                    schools=(key,),
                )
                new_people.append(teacher)
                new_classes.append(
                    replace(
                        each,
                        key=f"c{number}-{turn}",
                        school=key,
                        teacher_email=teacher.email,
                        room=f"{number}-{turn}",
                    )
                )
        work.districts.put_schools(new_schools)
        work.people.put(new_people)
        work.districts.put_classes(new_classes)
        work.volunteers.put(_versed(each, random) for each in work.volunteers.all().values())


def _versed(person: Volunteer, random: Random) -> Volunteer:
    topics = {f"topic-{random.randrange(FIELDS)}-{random.randrange(TOPICS_EACH)}" for _ in range(3)}
    levels = {topic: random.randint(1, 3) for topic in sorted(topics)}
    return replace(person, level_by_topic=levels)


def _add_requests(store: Store, random: Random) -> None:
    with store.write() as work:
        known = list(work.requests.all().values())
        classes = list(work.districts.classes().values())
        work.requests.put(
            replace(
                random.choice(known),
                key=f"r{number}",
                title=f"Visit {number}",
                school=classroom.school,
                classroom=classroom.key,
                teacher_email=classroom.teacher_email,
                # Nobody speaks it, so one request in fifty is one for which nobody is found.
                language="uk" if number % 50 == 0 else "en",
            )
            for number in range(len(known), REQUESTS)
            for classroom in (random.choice(classes),)
        )


def _add_past_visits(store: Store, random: Random) -> None:
    """Let visits of this school year have happened, so that schools and people differ."""
    with store.write() as work:
        people = list(work.volunteers.all())
        requests = list(work.requests.all().values())
        work.visits.add(
            _past_visit(number, requests[number], people[number % len(people)])
            for number in range(PAST_VISITS)
        )


def _past_visit(number: int, request: ClassroomRequest, email: str) -> Visit:
    first = period("2026-09-14 10:00-10:50")
    days = timedelta(days=number % 30)
    return a_visit(
        uid=f"past-{number}",
        request=request.key,
        period=Period(first.start + days, first.end + days),
        state=VisitState.CANCELLED if number % 10 == 0 else VisitState.HAPPENED,
        bookings=(Booking(email),),
        school=request.school,
        hosts=(),
        room="",
    )


def _propose(store: Store, random: Random, *, gazetteer: Gazetteer) -> None:
    with store.write() as work, Warm().at(work, now=NOW, gazetteer=gazetteer) as district:
        requests = list(work.requests.all().values())[:CHECKED]
        found = tuple(_found(work, district, each, random, gazetteer) for each in requests)
        work.proposals.put(each for each in found if isinstance(each, Proposal))
        work.proposals.put_unassigned(each for each in found if isinstance(each, Unassigned))


def _found(
    work: Work,
    district: WarmDistrict,
    request: ClassroomRequest,
    random: Random,
    gazetteer: Gazetteer,
) -> Proposal | Unassigned:
    picture = replace(district.ground, requests={request.key: request}, visits=(), declined={})
    demand = demand_of(picture, request)
    best = suggest(district.table, district.problem_of(demand), demand.id, top=12)
    chosen = random.choice(best[:3]) if best else None
    team = [each.speaker_id for each in best if chosen and each.start == chosen.start]
    if chosen is None or len(team) < demand.speakers:
        return Unassigned(request.key, "too_few", (), NO_CURE, NOW)
    people = district.people.of(work, team).volunteers
    problem = problem_of(replace(picture, volunteers=people), gazetteer=gazetteer)
    assignment = Assignment(demand.id, chosen.start, tuple(team[: demand.speakers]))
    return proposal_of(problem, assignment, now=NOW)
