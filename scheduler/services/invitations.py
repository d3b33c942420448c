"""Answer an invitation by the link from a mail: the link names the person, opening it does nothing.

One link answers for every coming visit of the request that this person has a part in. It works
until the last of them begins; afterwards it only says how things stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.domain.answering import Bar, bar_to_answer, can_still_answer
from scheduler.domain.errors import Unknown
from scheduler.domain.other_times import OfferState, TimeOffer, is_unanswered
from scheduler.domain.people import Person, RoleName
from scheduler.domain.periods import Period
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Partstat, Visit
from scheduler.services.access import Actor
from scheduler.services.announcements import CHANGE
from scheduler.services.picture import Picture
from scheduler.services.ports import Store, Work
from scheduler.services.records import Mailbox, OutboxRow
from scheduler.services.sheets import sheets_of
from scheduler.services.still_coming import is_asked_again
from scheduler.services.tokens import answer_token, bearer_of, visit_of_answer_token
from scheduler.services.visits import answer

ENDS = ("start", "end")


class Standing(StrEnum):
    """How things stand between a person and the visits a link is about."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"
    CALLED_OFF = "called_off"
    BEGUN = "begun"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Before:
    """When and where the visit was to be, as an older mail said."""

    period: Period
    room: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a person needs to answer.

    ``sheet`` is the visit the link was written for; ``open_sheets``, by start, are those an
    answer counts for, empty when there is nothing left to answer. ``contact`` is whom to
    write to after a no, where there is a coordinator. ``before`` is what the mail said that
    the link came from, where that has changed since; ``offer`` is the other times that wait
    for a word. ``is_asked_again`` where a yes of theirs waits for being said once more,
    ``has_lapsed`` where they never answered and the place went to others.
    """

    person: Mailbox
    standing: Standing
    sheet: VisitSheet
    open_sheets: tuple[VisitSheet, ...]
    answered_at: datetime | None
    contact: Mailbox | None
    before: Before | None = None
    offer: TimeOffer | None = None
    is_asked_again: bool = False
    has_lapsed: bool = False


def open_invitation(
    store: Store, token: str, *, now: datetime, key: bytes, seen: int | None = None
) -> Invitation:
    """Return what the link shows; nothing is changed.

    ``seen`` is the visit's SEQUENCE when the mail with the link was written.

    Raises:
        Unknown: if the link is nobody's, or tells of what nobody may know yet.
        LinkEnded: if its person has ended it.
    """
    with store.read() as work:
        visit, person = proven(work, token, key=key)
        siblings = work.visits.of_requests((visit.request,))
        return invitation_in(work, visit, person, siblings=siblings, now=now, seen=seen)


def invitation_in(
    work: Work,
    visit: Visit,
    person: Person,
    *,
    siblings: Iterable[Visit],
    now: datetime,
    seen: int | None = None,
    ground: Picture | None = None,
) -> Invitation:
    """Return what the link of this person to this visit shows, ``siblings`` being its request's.

    Schools and topics are those of the ``ground`` where one is known already.
    """
    coming = _coming(siblings, email=person.email, now=now)
    sheet, *open_sheets = sheets_of(work, (visit, *coming), ground=ground)
    standing = _standing(visit, coming, email=person.email, now=now)
    return Invitation(
        person=Mailbox(person.name, person.email),
        standing=standing,
        sheet=sheet,
        open_sheets=tuple(open_sheets),
        answered_at=_answered_at((*coming, visit), email=person.email),
        contact=_contact(work) if standing is Standing.DECLINED else None,
        before=_before(work, visit, email=person.email, seen=seen),
        offer=_waiting_offer(work, visit, email=person.email),
        is_asked_again=is_asked_again(work, coming, email=person.email),
        has_lapsed=not coming and bar_to_answer(visit, person.email, at=now) is Bar.LAPSED,
    )


def reply(
    store: Store,
    token: str,
    *,
    says_yes: bool,
    now: datetime,
    key: bytes,
    reason: str = "",
    only: Collection[str] | None = None,
) -> Invitation:
    """Enter the person's answer to their open visits, or to ``only`` those of these UIDs.

    Returns how things stand then; where nothing is left to answer, nothing is changed.

    Raises:
        Unknown, LinkEnded: as ``open_invitation``.
        IllegalTransition: if a visit was called off this very moment.
    """
    found = open_invitation(store, token, now=now, key=key)
    uids = tuple(sheet.visit.uid for sheet in found.open_sheets)
    chosen = tuple(uid for uid in uids if only is None or uid in only)
    if not chosen:
        return found
    answer(
        store,
        chosen,
        email=found.person.email,
        says_yes=says_yes,
        actor=Actor(found.person.email, found.person.name),
        now=now,
        reason=reason,
    )
    return open_invitation(store, token, now=now, key=key)


def proven(work: Work, token: str, *, key: bytes) -> tuple[Visit, Person]:
    """Return the visit and the person that a link is about.

    Raises:
        Unknown, LinkEnded: as ``open_invitation``.
    """
    uid = visit_of_answer_token(token)
    # PostgreSQL refuses to compare text that holds a NUL.
    visit = work.visits.get(uid) if uid.isprintable() else None
    emails = (booking.volunteer_email for booking in visit.bookings) if visit else ()
    person = bearer_of(
        token,
        work.people.many(emails).values(),
        signed=lambda email, number: answer_token(uid, email, key=key, generation=number),
    )
    if visit is None or person is None or not person.is_active or not visit.was_released:
        raise Unknown("invitation", "behind this link")
    return visit, person


def before_in(rows: Iterable[OutboxRow], visit: Visit) -> Before | None:
    """Return what the first change among these mails changed, None if it is so again."""
    changes = (row for row in rows if row.purpose == CHANGE)
    first = min(changes, key=lambda row: row.revision, default=None)
    if first is None:
        return None
    start, end = (datetime.fromisoformat(str(first.facts[f"old_{name}"])) for name in ENDS)
    before = Before(Period(start, end), str(first.facts["old_room"]))
    return before if before != Before(visit.period, visit.room) else None


def _coming(siblings: Iterable[Visit], *, email: str, now: datetime) -> tuple[Visit, ...]:
    return tuple(each for each in siblings if can_still_answer(each, email, at=now))


def _standing(visit: Visit, coming: tuple[Visit, ...], *, email: str, now: datetime) -> Standing:
    if coming:
        answers = {each.booking_of(email).partstat for each in coming}
        return Standing.ACCEPTED if answers == {Partstat.ACCEPTED} else Standing.ASKED
    bar = bar_to_answer(visit, email, at=now)
    assert bar is not None
    return Standing.DECLINED if bar is Bar.LAPSED else Standing(bar.value)


def _answered_at(visits: tuple[Visit, ...], *, email: str) -> datetime | None:
    moments = (visit.booking_of(email).answered_at for visit in visits)
    return max((moment for moment in moments if moment), default=None)


def _before(work: Work, visit: Visit, *, email: str, seen: int | None) -> Before | None:
    """The first change after what was seen tells what it was; later ones tell of it no more."""
    if seen is None or seen >= visit.sequence:
        return None
    return before_in(
        (
            row
            for row in work.outbox.of_subjects((visit.uid,))
            if row.recipient == email and row.revision > seen
        ),
        visit,
    )


def _waiting_offer(work: Work, visit: Visit, *, email: str) -> TimeOffer | None:
    offers = work.time_offers.of_visits((visit.uid,))
    theirs = (o for o in offers if o.email == email and o.state is OfferState.WAITING)
    return next((offer for offer in theirs if is_unanswered(offer, visit)), None)


def _contact(work: Work) -> Mailbox | None:
    coordinators = work.people.many(work.people.with_role(RoleName.COORDINATOR)[:1])
    return next((Mailbox(p.name, p.email) for p in coordinators.values()), None)
