"""The people who could come to one request, for those who oversee; one of them can be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.errors import Unknown
from scheduler.domain.proposals import Proposal
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.topics import Topic
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.booking_by_hand import book
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.suggestions import SuggestedSpeaker, for_request
from scheduler.services.warm import Warm


@dataclass(frozen=True, slots=True)
class WhoCouldCome:
    """Everything the page shows.

    ``can_book`` tells whether one of these people alone would fill the request.
    """

    request: ClassroomRequest
    school_name: str
    class_name: str
    topic: Topic
    timezone: str
    speakers: tuple[SuggestedSpeaker, ...]
    can_book: bool


def who_could_come(
    store: Store, key: str, *, warm: Warm, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> WhoCouldCome:
    """Return the best people for what is still to be filled of a request.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such request.
    """
    require_overseer(actor, deed="see suggestions")
    speakers = for_request(store, key, warm=warm, actor=actor, now=now, gazetteer=gazetteer)
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        request = work.requests.get(key)
        if request is None:
            raise Unknown("request", key)
        ground, standing = district.ground, district.visits.of_request(key)
    classroom = ground.classroom_of(request)
    is_untouched = request.state is RequestState.OPEN and not standing
    return WhoCouldCome(
        request=request,
        school_name=ground.schools[request.school].name,
        class_name=classroom.name if classroom else "",
        topic=ground.topics.topic(request.topic),
        timezone=ground.zone_of(request.school),
        speakers=speakers,
        can_book=is_untouched and request.speakers == 1,
    )


def book_suggested(
    store: Store,
    key: str,
    *,
    reference: str,
    start: datetime,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> Proposal:
    """Book somebody who is still among the best for that start.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such request, or they could no longer come.
        IllegalTransition, ConstraintViolated, DoubleBooked: as a booking by hand.
    """
    require_coordinator(actor, deed="choose a speaker")
    found = for_request(
        store, key, warm=warm, actor=actor, now=now, gazetteer=gazetteer, start=start
    )
    email = next((each.email for each in found if each.reference == reference), None)
    if email is None:
        raise Unknown("speaker", reference)
    return book(
        store, key, volunteers=(email,), start=start, actor=actor, now=now, gazetteer=gazetteer
    )
