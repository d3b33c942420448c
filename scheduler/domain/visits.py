"""A visit's life: one dated session of a request, with one booking per volunteer in it.

The visit owns UID, SEQUENCE and state; the booking owns the answer (PARTSTAT). Every step is
a function from visit to visit; a step that the state does not allow raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.periods import Period, merge
from scheduler.domain.volunteers import Format


class VisitState(StrEnum):
    """Where a visit stands; a proposal is not yet a visit."""

    HELD = "held"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    HAPPENED = "happened"
    MISSED = "missed"


class Partstat(StrEnum):
    """An attendee's answer. Source: RFC 5545 section 3.2.12."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"


OCCUPYING = frozenset({VisitState.HELD, VisitState.INVITED, VisitState.CONFIRMED})
APPROVAL_HOLD = timedelta(minutes=10)
EDIT_HOLD = timedelta(minutes=10)
EDIT_HOLD_MOST = timedelta(minutes=30)
AT_ONCE_WITHIN = timedelta(hours=24)
VOLUNTEER_PREFIX = "volunteer:"
TEACHER_PREFIX, CLASS_PREFIX, ROOM_PREFIX = "teacher:", "class:", "room:"
OPEN = frozenset({VisitState.INVITED, VisitState.CONFIRMED})
# The reason of a no that nobody said: an invitation stayed without an answer too long.
NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class Booking:
    """One volunteer in a visit; ``removed`` marks one who was swapped out or declined.

    ``format`` is how this person takes part, where that differs from the visit's: a panel
    may have one speaker on the screen.
    """

    volunteer_email: str
    partstat: Partstat = Partstat.NEEDS_ACTION
    format: Format | None = None
    reason: str = ""
    answered_at: datetime | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class PendingMove:
    """A new time or place that waits for its release; until then everyone sees the old one."""

    period: Period
    room: str
    hosts: tuple[str, ...]
    since: datetime
    release_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """One dated session that a human approved.

    ``school`` is the school's key. ``hosts`` names what no other visit may use at that time:
    ``teacher:``, ``class:`` and ``room:`` keys, as :func:`hosts_of` makes them. ``sequence``
    rises with time, zone, place and status; ``revised_at`` is the last change that anyone
    could see. ``was_released`` tells whether any feed or mail ever showed it. ``host_agrees``
    tells whether the teacher's yes is given; asking inside one's own windows is one.
    """

    uid: str
    request: str
    session: int
    period: Period
    timezone: str
    format: Format
    state: VisitState
    bookings: tuple[Booking, ...]
    created_at: datetime
    revised_at: datetime
    school: str = ""
    hosts: tuple[str, ...] = ()
    room: str = ""
    sequence: int = 0
    release_at: datetime | None = None
    pending_move: PendingMove | None = None
    was_released: bool = False
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    host_agrees: bool = True

    @property
    def occupies(self) -> bool:
        """Tell whether volunteer, class and room are kept for it."""
        return self.state in OCCUPYING

    @property
    def present_bookings(self) -> tuple[Booking, ...]:
        """Return the bookings of those who are still meant to come."""
        return tuple(booking for booking in self.bookings if not booking.removed)

    @property
    def volunteers(self) -> tuple[str, ...]:
        """Return the addresses of those who are still meant to come."""
        return tuple(booking.volunteer_email for booking in self.present_bookings)

    @property
    def occupied(self) -> tuple[tuple[str, Period], ...]:
        """Return what is kept free, and when: people, teacher, class and room.

        A pending move keeps the new time as well as the old one. Empty once the visit is
        over or cancelled.
        """
        if not self.occupies:
            return ()
        people = tuple(VOLUNTEER_PREFIX + email for email in self.volunteers)
        periods = {key: [self.period] for key in (*people, *self.hosts)}
        if self.pending_move:
            for key in (*people, *self.pending_move.hosts):
                periods.setdefault(key, []).append(self.pending_move.period)
        return tuple((key, span) for key, spans in periods.items() for span in merge(spans))

    def booking_of(self, email: str) -> Booking:
        """Return the volunteer's latest booking: someone may be asked again after leaving.

        Raises:
            Unknown: if the volunteer has no part in the visit.
        """
        for booking in reversed(self.bookings):
            if booking.volunteer_email == email:
                return booking
        raise Unknown("booking", email)

    @property
    def has_every_yes(self) -> bool:
        """Tell whether the teacher and everyone who is still meant to come have said yes."""
        present = self.present_bookings
        return bool(present and self.host_agrees) and all(
            booking.partstat is Partstat.ACCEPTED for booking in present
        )


def hosts_of(*, teacher_email: str, school: str, classroom: str, room: str) -> tuple[str, ...]:
    """Return what a visit needs of the school: its teacher, class and room, where known."""
    keys = (
        (TEACHER_PREFIX, teacher_email),
        (CLASS_PREFIX, classroom),
        (ROOM_PREFIX, f"{school}/{room}" if room else ""),
    )
    return tuple(prefix + key for prefix, key in keys if key)


def release(visit: Visit, *, at: datetime) -> Visit:
    """Make a held visit known to everyone concerned: invitations go out, feeds show it.

    Raises:
        IllegalTransition: unless it is held.
    """
    _require(visit, {VisitState.HELD}, step="released")
    state = VisitState.CONFIRMED if visit.has_every_yes else VisitState.INVITED
    return replace(visit, state=state, was_released=True, release_at=None, revised_at=at)


def answer(
    visit: Visit, email: str, *, partstat: Partstat, at: datetime, reason: str = ""
) -> Visit:
    """Enter a volunteer's answer; the last required yes confirms the visit.

    A decline takes the person out of the visit; whether it goes on without them is for
    others to say. The answer leaves SEQUENCE alone, a change of status that it causes raises
    it. The same answer again changes nothing.

    Raises:
        IllegalTransition: unless the visit is invited or confirmed, or after a decline.
        Unknown: if the volunteer has no part in it.
    """
    _require(visit, OPEN, step="answered")
    booking = visit.booking_of(email)
    if booking.partstat is partstat:
        return visit
    if booking.removed:
        raise IllegalTransition(subject="booking", state="declined", step="answered again")
    given = replace(
        booking,
        partstat=partstat,
        reason=reason,
        answered_at=at,
        removed=partstat is Partstat.DECLINED,
    )
    bookings = tuple(given if b is booking else b for b in visit.bookings)
    return _with_bookings(visit, bookings, at=at)


def affirm(visit: Visit, email: str, *, at: datetime) -> Visit:
    """Note that somebody who said yes says so again; calendars stay as they are.

    Raises:
        IllegalTransition: unless the visit is invited or confirmed, and that person said yes.
        Unknown: if the volunteer has no part in it.
    """
    _require(visit, OPEN, step="affirmed")
    booking = visit.booking_of(email)
    if booking.removed or booking.partstat is not Partstat.ACCEPTED:
        raise IllegalTransition(subject="booking", state=str(booking.partstat), step="affirmed")
    again = replace(booking, answered_at=at)
    return replace(visit, bookings=tuple(again if b is booking else b for b in visit.bookings))


def agree(visit: Visit, *, at: datetime) -> Visit:
    """Enter the teacher's yes to a time outside their own windows; a second yes is nothing.

    Raises:
        IllegalTransition: unless the visit is invited or confirmed.
    """
    _require(visit, OPEN, step="agreed to")
    if visit.host_agrees:
        return visit
    return _with_bookings(replace(visit, host_agrees=True), visit.bookings, at=at)


def join(visit: Visit, bookings: Iterable[Booking], *, at: datetime) -> Visit:
    """Ask more volunteers into a visit that others already know of; nobody is asked twice.

    Raises:
        IllegalTransition: unless it is invited or confirmed.
    """
    _require(visit, OPEN, step="joined")
    asked = tuple(b for b in bookings if b.volunteer_email not in visit.volunteers)
    return _with_bookings(visit, (*visit.bookings, *asked), at=at) if asked else visit


def move(visit: Visit, *, period: Period, room: str, hosts: tuple[str, ...], at: datetime) -> Visit:
    """Give the visit another time or place, now; a new time asks everyone anew.

    Raises:
        IllegalTransition: unless it is held, invited or confirmed.
    """
    _require(visit, OCCUPYING, step="moved")
    visit = replace(visit, pending_move=None)
    if (period, room) == (visit.period, visit.room):
        return visit
    moved = replace(visit, period=period, room=room, hosts=hosts, revised_at=at)
    if visit.state is VisitState.HELD:
        return moved
    moved = replace(moved, sequence=visit.sequence + 1)
    if period == visit.period:
        return moved
    bookings = tuple(_asked_anew(b) for b in visit.bookings)
    return replace(moved, state=VisitState.INVITED, bookings=bookings)


def plan_move(
    visit: Visit, *, period: Period, room: str, hosts: tuple[str, ...], at: datetime
) -> Visit:
    """Move the visit at the end of its hold-back; until then only the old time is shown.

    A held visit, and one within 24 hours, old or new, moves at once. Further edits put the
    release off until ``EDIT_HOLD`` after the last, ``EDIT_HOLD_MOST`` at most; a move back
    to where the visit is takes the pending one away.

    Raises:
        IllegalTransition: as ``move``.
    """
    _require(visit, OCCUPYING, step="moved")
    soon = min(visit.period.start, period.start) - at < AT_ONCE_WITHIN
    is_undo = (period, room) == (visit.period, visit.room)
    if visit.state is VisitState.HELD or soon or is_undo:
        return move(visit, period=period, room=room, hosts=hosts, at=at)
    since = visit.pending_move.since if visit.pending_move else at
    release_at = min(at + EDIT_HOLD, since + EDIT_HOLD_MOST)
    return replace(visit, pending_move=PendingMove(period, room, hosts, since, release_at))


def release_move(visit: Visit, *, at: datetime) -> Visit:
    """Carry out the pending move.

    Raises:
        IllegalTransition: if none is pending, or as ``move``.
    """
    pending = visit.pending_move
    if pending is None:
        raise IllegalTransition(subject="visit", state="not being moved", step="moved")
    return move(visit, period=pending.period, room=pending.room, hosts=pending.hosts, at=at)


def cancel(visit: Visit, *, reason: str, at: datetime) -> Visit:
    """Call the visit off.

    Raises:
        IllegalTransition: if it is over or cancelled already.
    """
    _require(visit, OCCUPYING, step="cancelled")
    return replace(
        visit,
        state=VisitState.CANCELLED,
        sequence=visit.sequence + 1,
        cancelled_at=at,
        cancel_reason=reason,
        revised_at=at,
        release_at=None,
        pending_move=None,
    )


def close(visit: Visit, *, took_place: bool, at: datetime) -> Visit:
    """Say after its end whether the visit happened; the calendar entry stays as it was.

    Raises:
        IllegalTransition: unless it was invited or confirmed and its end has passed.
    """
    _require(visit, OPEN, step="closed")
    if at < visit.period.end:
        raise IllegalTransition(subject="visit", state="not over yet", step="closed")
    state = VisitState.HAPPENED if took_place else VisitState.MISSED
    return replace(visit, state=state)


def _with_bookings(visit: Visit, bookings: tuple[Booking, ...], *, at: datetime) -> Visit:
    changed = replace(visit, bookings=bookings, revised_at=at)
    state = visit.state
    if changed.has_every_yes:
        state = VisitState.CONFIRMED
    elif _awaited(changed) - _awaited(visit):
        state = VisitState.INVITED
    raised = changed.sequence + (state is not visit.state)
    return replace(changed, state=state, sequence=raised)


def _awaited(visit: Visit) -> frozenset[str]:
    # Where the parties agreed beforehand, a confirmed visit awaits yeses, and none undoes it.
    return frozenset(
        b.volunteer_email for b in visit.present_bookings if b.partstat is not Partstat.ACCEPTED
    )


def _asked_anew(booking: Booking) -> Booking:
    if booking.removed:
        return booking
    return replace(booking, partstat=Partstat.NEEDS_ACTION, reason="", answered_at=None)


def _require(visit: Visit, states: AbstractSet[VisitState], *, step: str) -> None:
    if visit.state not in states:
        raise IllegalTransition(subject="visit", state=str(visit.state), step=step)
