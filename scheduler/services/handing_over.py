"""Hand a class over to a colleague of the same school: offered by one, accepted by the other.

With the class go its requests that are not over yet and the visits to come: their host changes,
and whoever comes is told.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.classes import Classroom
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.handovers import Handover, HandoverState, decide
from scheduler.domain.people import Person, RoleName
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import CLASS_PREFIX, Visit
from scheduler.services.access import Actor
from scheduler.services.announcements import HAND_OVER, HANDED_OVER
from scheduler.services.asking import reference_of
from scheduler.services.hosting import coming_visits, going_along, move_requests
from scheduler.services.overtaking import overtake
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity, OutboxRow
from scheduler.services.single_mail import mail_to


@dataclass(frozen=True, slots=True)
class Colleague:
    """A teacher of the same school; ``reference`` stands for the address."""

    reference: str
    name: str


@dataclass(frozen=True, slots=True)
class Offering:
    """A class to be handed over, and to whom it could go, by name."""

    classroom: Classroom
    school_name: str
    colleagues: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class OfferedClass:
    """An offer as its two teachers see it, with what would go along.

    ``visits`` are those to come of which the taker may know.
    """

    handover: Handover
    classroom: Classroom
    school_name: str
    giver: str
    taker: str
    requests: tuple[ClassroomRequest, ...]
    visits: tuple[Visit, ...]
    is_mine_to_answer: bool


def offering(store: Store, classroom: str, *, actor: Actor) -> Offering:
    """Return whom the actor's own class could be handed over to.

    Raises:
        Unknown: if there is no such class, or it is another teacher's.
    """
    with store.read() as work:
        own = _own_class(work, classroom, actor=actor)
        colleagues = (
            Colleague(reference_of(each.email), each.name) for each in _colleagues(work, own)
        )
        school = work.districts.schools()[own.school]
        return Offering(own, school.name, tuple(sorted(colleagues, key=lambda c: c.name)))


def offer_class(
    store: Store, classroom: str, *, colleague: str, actor: Actor, now: datetime
) -> Handover:
    """Offer the actor's own class to the colleague whom a reference stands for.

    Raises:
        Unknown: if the class is not the actor's, or there is no such colleague.
        IllegalTransition: if it is offered to somebody already.
    """
    with store.write() as work:
        work.visits.lock((CLASS_PREFIX + classroom,))
        own = _own_class(work, classroom, actor=actor)
        taker = next(
            (p for p in _colleagues(work, own) if reference_of(p.email) == colleague), None
        )
        if taker is None:
            raise Unknown("colleague", colleague)
        if any(each.classroom == classroom for each in work.handovers.open_ones(actor.email)):
            raise IllegalTransition(subject="class", state="offered", step="offered again")
        made = Handover(str(uuid.uuid4()), classroom, actor.email, taker.email, now)
        work.handovers.put(made)
        facts = {**_named(work, own), "author": actor.name, "offer": made.key}
        work.outbox.add((_mail(made, HAND_OVER, to=taker.email, at=now, facts=facts),))
        work.activities.add((Activity(now, actor.email, "offered", f"class:{classroom}"),))
        return made


def offered_class(store: Store, key: str, *, actor: Actor, now: datetime) -> OfferedClass:
    """Return an offer for the teacher who made it or the one it was made to.

    Raises:
        Unknown: if there is none, or it is between others.
    """
    with store.read() as work:
        handover = _theirs(work, key, actor=actor)
        classroom = work.districts.classes()[handover.classroom]
        requests = going_along(work, handover)
        visits = coming_visits(work, requests, now=now)
        names = work.traces.names((handover.giver_email, handover.taker_email))
        return OfferedClass(
            handover=handover,
            classroom=classroom,
            school_name=work.districts.schools()[classroom.school].name,
            giver=names[handover.giver_email],
            taker=names[handover.taker_email],
            requests=requests,
            visits=tuple(visit for visit in visits if visit.was_released),
            is_mine_to_answer=handover.taker_email == actor.email
            and handover.state is HandoverState.OFFERED,
        )


def take_over(store: Store, key: str, *, actor: Actor, now: datetime) -> Handover:
    """Accept an offered class: requests, visits and mail to come are the taker's from now on.

    Raises:
        Unknown: if there is none, or it was made to somebody else.
        IllegalTransition: if it was decided before, or the class is no longer the giver's.
        DoubleBooked: if the taker has a visit at the hour of one that would go along.
    """
    with store.write() as work:
        handover = _mine_to_answer(work, key, actor=actor)
        accepted = decide(handover, state=HandoverState.ACCEPTED, at=now)
        classroom = work.districts.classes()[handover.classroom]
        if classroom.teacher_email != handover.giver_email:
            raise IllegalTransition(subject="class", state="somebody else's", step="handed over")
        work.handovers.put(accepted)
        work.districts.put_classes((replace(classroom, teacher_email=handover.taker_email),))
        move_requests(work, handover, now=now)
        _tell_giver(work, accepted, classroom, actor=actor, now=now)
        return accepted


def turn_down(store: Store, key: str, *, actor: Actor, now: datetime) -> Handover:
    """Say no to an offered class; it stays with who offered it.

    Raises:
        Unknown: if there is none, or it was made to somebody else.
        IllegalTransition: if it was decided before.
    """
    with store.write() as work:
        handover = _mine_to_answer(work, key, actor=actor)
        declined = decide(handover, state=HandoverState.DECLINED, at=now)
        work.handovers.put(declined)
        classroom = work.districts.classes()[handover.classroom]
        _tell_giver(work, declined, classroom, actor=actor, now=now)
        return declined


def take_back(store: Store, key: str, *, actor: Actor, now: datetime) -> Handover:
    """Take one's own offer back.

    Raises:
        Unknown: if there is none, or it is somebody else's.
        IllegalTransition: if it was decided before.
    """
    with store.write() as work:
        _lock(work, key)
        handover = work.handovers.get(key)
        if handover is None or handover.giver_email != actor.email:
            raise Unknown("offer", key)
        taken_back = decide(handover, state=HandoverState.TAKEN_BACK, at=now)
        work.handovers.put(taken_back)
        overtake(work, (f"handover:{key}",))
        return taken_back


def _own_class(work: Work, key: str, *, actor: Actor) -> Classroom:
    classroom = work.districts.classes().get(key)
    if classroom is None or classroom.teacher_email != actor.email:
        raise Unknown("class", key)
    return classroom


def _colleagues(work: Work, classroom: Classroom) -> tuple[Person, ...]:
    teachers = work.people.many(work.people.with_role(RoleName.TEACHER))
    return tuple(
        each
        for each in teachers.values()
        if classroom.school in each.schools and each.email != classroom.teacher_email
    )


def _theirs(work: Work, key: str, *, actor: Actor) -> Handover:
    handover = work.handovers.get(key)
    if handover is None or actor.email not in (handover.giver_email, handover.taker_email):
        raise Unknown("offer", key)
    return handover


def _mine_to_answer(work: Work, key: str, *, actor: Actor) -> Handover:
    _lock(work, key)
    handover = work.handovers.get(key)
    if handover is None or handover.taker_email != actor.email:
        raise Unknown("offer", key)
    return handover


def _lock(work: Work, key: str) -> None:
    """One of the two may take back what the other accepts in the same moment."""
    work.visits.lock((f"handover:{key}",))


def _tell_giver(
    work: Work, handover: Handover, classroom: Classroom, *, actor: Actor, now: datetime
) -> None:
    is_accepted = handover.state is HandoverState.ACCEPTED
    facts = {**_named(work, classroom), "author": actor.name, "accepted": is_accepted}
    row = _mail(handover, HANDED_OVER, to=handover.giver_email, at=now, facts=facts)
    work.outbox.add((row,))
    deed = "took over" if is_accepted else "turned down"
    work.activities.add((Activity(now, actor.email, deed, f"class:{classroom.key}"),))


def _named(work: Work, classroom: Classroom) -> dict[str, object]:
    school = work.districts.schools()[classroom.school]
    return {"class_name": classroom.name, "school_name": school.name, "role": "teacher"}


def _mail(
    handover: Handover, purpose: str, *, to: str, at: datetime, facts: dict[str, object]
) -> OutboxRow:
    return mail_to(to, f"handover:{handover.key}", purpose=purpose, at=at, facts=facts)
