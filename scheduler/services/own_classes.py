"""A teacher's own classes, at one school or several, and what is offered to or by colleagues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.classes import Classroom
from scheduler.domain.errors import NotAllowed
from scheduler.domain.handovers import Handover
from scheduler.domain.requests import RequestState
from scheduler.services.access import Actor
from scheduler.services.ports import Store, Work


@dataclass(frozen=True, slots=True)
class OwnClass:
    """One class: its school by name, how many requests are open, and whom it is offered to."""

    classroom: Classroom
    school_name: str
    open_requests: int
    offer: str = ""
    offered_to: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A class that a colleague offers: the offer's key, the class, and who offers it."""

    key: str
    class_name: str
    school_name: str
    giver: str


@dataclass(frozen=True, slots=True)
class OwnClasses:
    """Everything the page shows: own classes by school and name, and offers that wait."""

    classes: tuple[OwnClass, ...]
    offered: tuple[Offered, ...]


def own_classes(store: Store, *, actor: Actor) -> OwnClasses:
    """Return the actor's own classes.

    Raises:
        NotAllowed: unless the actor is a teacher.
    """
    if not actor.is_teacher:
        raise NotAllowed("read own classes")
    with store.read() as work:
        classes = work.districts.classes()
        schools = {key: school.name for key, school in work.districts.schools().items()}
        offers = work.handovers.open_ones(actor.email)
        names = work.traces.names(email for o in offers for email in (o.giver_email, o.taker_email))
        running = _running(work, actor.email)
    given = {offer.classroom: offer for offer in offers if offer.giver_email == actor.email}
    own = (
        _own(each, given.get(key), schools=schools, names=names, running=running)
        for key, each in classes.items()
        if each.teacher_email == actor.email
    )
    return OwnClasses(
        classes=tuple(sorted(own, key=lambda c: (c.school_name, c.classroom.name))),
        offered=tuple(
            Offered(
                key=offer.key,
                class_name=classes[offer.classroom].name,
                school_name=schools[classes[offer.classroom].school],
                giver=names[offer.giver_email],
            )
            for offer in offers
            if offer.taker_email == actor.email
        ),
    )


def _running(work: Work, email: str) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for request in work.requests.of_teacher(email).values():
        if request.state is not RequestState.WITHDRAWN:
            counts[request.classroom] = counts.get(request.classroom, 0) + 1
    return counts


def _own(
    classroom: Classroom,
    offer: Handover | None,
    *,
    schools: Mapping[str, str],
    names: Mapping[str, str],
    running: Mapping[str, int],
) -> OwnClass:
    return OwnClass(
        classroom=classroom,
        school_name=schools[classroom.school],
        open_requests=running.get(classroom.key, 0),
        offer=offer.key if offer else "",
        offered_to=names[offer.taker_email] if offer else "",
    )
