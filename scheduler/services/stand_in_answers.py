"""Step in, or say no, by the link from a mail or a coordinator: the first yes has the place.

The link names the search and the person; opening it does nothing. Whoever is too late reads
that somebody was found, and nothing else about the visit than when and where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scheduler.domain import stand_ins as life
from scheduler.domain import visits as visit_life
from scheduler.domain.errors import ConstraintViolated, IllegalTransition, Unknown
from scheduler.domain.people import normal_email
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.stand_ins import AskAnswer, SearchState, StandInAsk, StandInSearch
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import OPEN, VOLUNTEER_PREFIX, Booking, Partstat, Visit
from scheduler.domain.volunteers import Format
from scheduler.services import stand_in_news
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.announcements import STAND_IN_ASK
from scheduler.services.booking_by_hand import OWN_WISHES, broken_by_move
from scheduler.services.invitations import Before, before_in
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity, Mailbox, OutboxRow
from scheduler.services.sheets import sheets_of
from scheduler.services.stand_ins import (
    book_if_filled,
    finish,
    locked_search,
    request_of,
    vacancy_of,
)
from scheduler.services.tokens import (
    answer_token,
    bearer_of,
    stand_in_token,
    visit_of_answer_token,
)


class AskStanding(StrEnum):
    """How things stand between somebody who was asked and the place."""

    ASKED = "asked"
    SAID_NO = "said_no"
    COMING = "coming"
    FOUND = "found"
    NOT_NEEDED = "not_needed"


ANSWERABLE = frozenset({AskStanding.ASKED, AskStanding.SAID_NO})


@dataclass(frozen=True, slots=True)
class Ask:
    """What a link shows.

    ``answer`` leads to the visit's own page once they are coming; ``before`` is what the mail
    with the question said, where that has changed since.
    """

    person: Mailbox
    standing: AskStanding
    sheet: VisitSheet
    answer: str = ""
    before: Before | None = None


def open_ask(store: Store, token: str, *, now: datetime, key: bytes) -> Ask:
    """Return what the link shows; nothing is changed.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
    """
    with store.read() as work:
        return _shown(work, *_proven(work, token, key=key), now=now, key=key)


def step_in(store: Store, token: str, *, now: datetime, key: bytes, gazetteer: Gazetteer) -> Ask:
    """Take the place if it is still free; a second yes of the same person changes nothing.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
        IllegalTransition: if somebody was found, or nobody is needed any more.
        ConstraintViolated: with every hard rule that stands in the way by now.
        DoubleBooked: if the database refuses.
    """
    with store.write() as work:
        search, ask = _proven(work, token, key=key)
        search = locked_search(work, search.key)
        work.visits.lock((VOLUNTEER_PREFIX + ask.email,))
        shown = _shown(work, search, ask, now=now, key=key)
        if shown.standing is AskStanding.COMING:
            return shown
        if shown.standing not in ANSWERABLE:
            raise IllegalTransition(subject="visit", state="taken", step="taken up")
        _enter(work, search, ask.email, shown.sheet.visit, now=now, gazetteer=gazetteer)
    return open_ask(store, token, now=now, key=key)


def enter_yes(
    store: Store, key: str, email: str, *, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> None:
    """Enter that somebody steps in who told a coordinator so, whether we asked them or not.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such search, or no active volunteer with that address.
        IllegalTransition: if somebody was found, or nobody is needed any more.
        ConstraintViolated: with every hard rule that stands in the way.
        DoubleBooked: if the database refuses.
    """
    require_coordinator(actor, deed="enter stand-ins")
    with store.write() as work:
        search = locked_search(work, key)
        email = normal_email(email)
        work.visits.lock((VOLUNTEER_PREFIX + email,))
        visit = work.visits.get(search.visit)
        assert visit is not None
        is_free = vacancy_of(visit, request_of(work, visit)) and email not in visit.volunteers
        is_open = visit.state in OPEN and now < visit.period.start and search.is_undecided
        if not (is_free and is_open):
            raise IllegalTransition(subject="visit", state="taken", step="taken up")
        _enter(work, search, email, visit, now=now, gazetteer=gazetteer)


def say_no(store: Store, token: str, *, now: datetime, key: bytes) -> Ask:
    """Enter a no; once a whole wave said no, the next one is due at once.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
    """
    with store.write() as work:
        search, ask = _proven(work, token, key=key)
        search = locked_search(work, search.key)
        shown = _shown(work, search, ask, now=now, key=key)
        if shown.standing is not AskStanding.ASKED:
            return shown
        work.stand_ins.put_asks((life.answer(ask, AskAnswer.NO, at=now),))
        left = (each for each in work.stand_ins.asks((search.key,)) if each.email != ask.email)
        if not any(each.answer is AskAnswer.WAITING and now < each.expires_at for each in left):
            work.stand_ins.put((replace(search, next_at=min(now, search.next_at)),))
    return open_ask(store, token, now=now, key=key)


def _proven(work: Work, token: str, *, key: bytes) -> tuple[StandInSearch, StandInAsk]:
    name = visit_of_answer_token(token)
    # PostgreSQL refuses to compare text that holds a NUL.
    search = work.stand_ins.get(name) if name.isprintable() else None
    asks = work.stand_ins.asks((search.key,)) if search else ()
    ask_by_email = {ask.email: ask for ask in asks}
    person = bearer_of(
        token,
        work.people.many(ask_by_email).values(),
        signed=lambda email, number: stand_in_token(name, email, key=key, generation=number),
    )
    if search is None or person is None or not person.is_active:
        raise Unknown("question", "behind this link")
    return search, ask_by_email[person.email]


def _shown(work: Work, search: StandInSearch, ask: StandInAsk, *, now: datetime, key: bytes) -> Ask:
    visit, person = work.visits.get(search.visit), work.people.get(ask.email)
    assert visit is not None
    assert person is not None
    standing = _standing(search, ask, visit, request_of(work, visit), now=now)
    (sheet,) = sheets_of(work, (visit,))
    generation = person.link_generation
    secret = answer_token(visit.uid, ask.email, key=key, generation=generation)
    return Ask(
        person=Mailbox(person.name, person.email),
        standing=standing,
        sheet=sheet,
        answer=secret if standing is AskStanding.COMING else "",
        before=_before(work, visit, ask) if standing in ANSWERABLE else None,
    )


def _before(work: Work, visit: Visit, ask: StandInAsk) -> Before | None:
    """Whoever is asked has no part in the visit yet, so others' mail tells what was moved."""
    rows = work.outbox.of_subjects((visit.uid,))
    asked = (row.sent_at for row in rows if _is_question(row, ask))
    sent_at = next(filter(None, asked), None)
    if sent_at is None:
        return None
    return before_in((row for row in rows if row.created_at > sent_at), visit)


def _is_question(row: OutboxRow, ask: StandInAsk) -> bool:
    is_theirs = row.purpose == STAND_IN_ASK and row.recipient == ask.email
    return is_theirs and row.facts.get("search") == ask.search


def _standing(
    search: StandInSearch,
    ask: StandInAsk,
    visit: Visit,
    request: ClassroomRequest,
    *,
    now: datetime,
) -> AskStanding:
    if visit.state not in OPEN or now >= visit.period.start:
        return AskStanding.NOT_NEEDED
    if ask.email in visit.volunteers:
        return AskStanding.COMING
    if not vacancy_of(visit, request):
        return AskStanding.FOUND
    if not search.is_on or any(each.volunteer_email == ask.email for each in visit.bookings):
        return AskStanding.NOT_NEEDED
    return AskStanding.SAID_NO if ask.answer is AskAnswer.NO else AskStanding.ASKED


def _enter(
    work: Work,
    search: StandInSearch,
    email: str,
    visit: Visit,
    *,
    now: datetime,
    gazetteer: Gazetteer,
) -> None:
    request = request_of(work, visit)
    booking = _booking(work, email, visit, now=now)
    _require_rules(work, visit, booking, now=now, gazetteer=gazetteer)
    joined = visit_life.join(visit, (booking,), at=now)
    work.visits.save((joined,))
    asks = (ask for ask in work.stand_ins.asks((search.key,)) if ask.email == email)
    work.stand_ins.put_asks(life.answer(ask, AskAnswer.YES, at=now) for ask in asks)
    if not vacancy_of(joined, request):
        finish(work, life.end(search, SearchState.FOUND, at=now, by=email))
        book_if_filled(work, request)
    work.outbox.add(stand_in_news.found(work, joined, request, search=search, email=email))
    work.activities.add((Activity(now, email, "stepped in", f"visit:{visit.uid}"),))


def _booking(work: Work, email: str, visit: Visit, *, now: datetime) -> Booking:
    """Somebody who only comes by video call steps into a visit at the school that way."""
    volunteer = work.volunteers.get(email)
    if volunteer is None or not volunteer.is_active:
        raise Unknown("active volunteer", email)
    is_usual = visit.format in volunteer.formats
    other = next((each for each in Format if each in volunteer.formats), None)
    return Booking(email, Partstat.ACCEPTED, format=None if is_usual else other, answered_at=now)


def _require_rules(
    work: Work, visit: Visit, booking: Booking, *, now: datetime, gazetteer: Gazetteer
) -> None:
    alone = replace(visit, bookings=(booking,))
    findings = broken_by_move(work, alone, period=visit.period, now=now, gazetteer=gazetteer)
    broken = tuple(finding for finding in findings if finding.rule not in OWN_WISHES)
    if broken:
        raise ConstraintViolated("Stepping in", broken)
