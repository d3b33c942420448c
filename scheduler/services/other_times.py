"""Other times: a volunteer says by the link from a mail when they could come instead.

The offer goes to the coordinators and changes nothing by itself: the visit stands, and nobody
else is asked, until one of them moves it, keeps it, or looks for somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.answering import bar_to_answer
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.other_times import OfferState, TimeOffer, decide, is_unanswered
from scheduler.domain.people import RoleName
from scheduler.domain.starts import starts_of
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.announcements import TIME_KEPT, TIMES_OFFERED, announce
from scheduler.services.invitations import proven
from scheduler.services.locking import locked_visit
from scheduler.services.picture import load_district, school_times
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity
from scheduler.services.sheets import sheets_of
from scheduler.services.tokens import new_token
from scheduler.services.visits import move
from scheduler.services.within import Within

MOST_SHOWN = 9


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer that waits for a coordinator, with the visit it is about."""

    offer: TimeOffer
    sheet: VisitSheet
    name: str


def times_for(store: Store, token: str, *, now: datetime, key: bytes) -> tuple[datetime, ...]:
    """Return the other starts that would suit the teacher, by time, ``MOST_SHOWN`` at most.

    Raises:
        Unknown: if the link is nobody's.
    """
    with store.read() as work:
        visit, _ = proven(work, token, key=key)
        return _other_starts(work, visit, now=now)


def offer_times(
    store: Store,
    token: str,
    *,
    starts: Iterable[datetime],
    words: str,
    now: datetime,
    key: bytes,
) -> TimeOffer:
    """Pass other times on to the coordinators; a newer offer takes the place of an older one.

    Raises:
        Unknown: if the link is nobody's.
        ValueError: if it says nothing, or names a time that does not suit the teacher.
        IllegalTransition: if there is nothing left to answer.
    """
    with store.write() as work:
        visit, person = proven(work, token, key=key)
        visit = locked_visit(work, visit.uid) or visit
        bar = bar_to_answer(visit, person.email, at=now)
        if bar is not None:
            raise IllegalTransition(subject="visit", state=str(bar), step="put off")
        chosen = tuple(sorted(set(starts)))
        if set(chosen) - set(_other_starts(work, visit, now=now)):
            raise ValueError("That time does not suit the class.")
        offer = TimeOffer(new_token(), visit.uid, person.email, chosen, words.strip(), now)
        earlier = _waiting(work.time_offers.of_visits((visit.uid,)), email=person.email)
        work.time_offers.put(decide(o, state=OfferState.OVERTAKEN, at=now) for o in earlier)
        work.time_offers.put((offer,))
        _tell_coordinators(work, visit, offer, now=now)
        return offer


def offers(store: Store, *, actor: Actor, now: datetime) -> tuple[OfferLine, ...]:
    """Return what waits for a coordinator's word, oldest first.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read offered times")
    with store.read() as work:
        waiting = work.time_offers.in_state(OfferState.WAITING)
        visits = work.visits.many(dict.fromkeys(offer.visit for offer in waiting))
        sheet_by_uid = {s.visit.uid: s for s in sheets_of(work, tuple(visits.values()))}
    return tuple(
        OfferLine(offer, sheet, speaker.name or offer.email)
        for offer in waiting
        if (sheet := sheet_by_uid.get(offer.visit))
        and now < sheet.visit.period.start
        and is_unanswered(offer, sheet.visit)
        and (speaker := sheet.speaker(offer.email))
    )


def take(
    store: Store,
    key: str,
    *,
    start: datetime,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
) -> TimeOffer:
    """Move the visit to one of the offered times, with all that a move does.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such offer, or it does not name that time.
        IllegalTransition: if it was decided before.
        ConstraintViolated, DoubleBooked: as a move.
    """
    require_coordinator(actor, deed="decide on offered times")
    with store.write() as work:
        taken = decide(_offer(work, key), state=OfferState.TAKEN, at=now, by=actor.email)
        if start not in taken.starts:
            raise Unknown("offered time", start.isoformat())
        move(Within(work), taken.visit, start=start, actor=actor, now=now, gazetteer=gazetteer)
        work.time_offers.put((taken,))
        return taken


def keep(store: Store, key: str, *, actor: Actor, now: datetime) -> TimeOffer:
    """Keep the visit where it is, and tell who offered another time.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such offer.
        IllegalTransition: if it was decided before.
    """
    require_coordinator(actor, deed="decide on offered times")
    with store.write() as work:
        kept = decide(_offer(work, key), state=OfferState.KEPT, at=now, by=actor.email)
        work.time_offers.put((kept,))
        visit = work.visits.get(kept.visit)
        if visit is not None:
            work.outbox.add(
                announce(
                    (visit,),
                    purpose=TIME_KEPT,
                    recipients=(kept.email,),
                    at=now,
                    offset=kept.key[:12],
                    revision=visit.sequence,
                )
            )
        work.activities.add((Activity(now, actor.email, "kept the time", f"visit:{kept.visit}"),))
        return kept


def _other_starts(work: Work, visit: Visit, *, now: datetime) -> tuple[datetime, ...]:
    """One of a series moves alone, so its times are those of a single session."""
    request = work.requests.get(visit.request)
    school = work.districts.schools().get(visit.school)
    if request is None or school is None:
        return ()
    times = school_times(
        {school.key: school},
        district=load_district(work),
        bells=work.districts.bell_schedules(),
        closures=work.districts.closures(),
    )
    classroom = work.districts.classes().get(request.classroom)
    found = starts_of(request, school_time=times[school.key], classroom=classroom)
    shown: list[datetime] = []
    ends = now
    for start in found:
        first = start.sessions[0]
        if first.start >= ends and not first.overlaps(visit.period):
            shown.append(first.start)
            ends = first.end
    return tuple(shown[:MOST_SHOWN])


def _waiting(offers: Iterable[TimeOffer], *, email: str) -> tuple[TimeOffer, ...]:
    return tuple(o for o in offers if o.email == email and o.state is OfferState.WAITING)


def _offer(work: Work, key: str) -> TimeOffer:
    """The offer, locked: two coordinators may decide on it in the same moment."""
    work.visits.lock((f"offer:{key}",))
    offer = work.time_offers.get(key)
    if offer is None:
        raise Unknown("offer", key)
    return offer


def _tell_coordinators(work: Work, visit: Visit, offer: TimeOffer, *, now: datetime) -> None:
    work.outbox.add(
        announce(
            (visit,),
            purpose=TIMES_OFFERED,
            recipients=work.people.with_role(RoleName.COORDINATOR),
            at=now,
            offset=offer.key[:12],
            revision=visit.sequence,
            facts={"volunteer": offer.email, "starts": offer.starts, "words": offer.words},
        )
    )
    subject = f"visit:{visit.uid}"
    work.activities.add((Activity(now, offer.email, "offered other times", subject),))
