"""Decide otherwise than was proposed: somebody else for the same lesson, or a soft rule set aside.

Both are bookings by hand under the same rules, and both can be undone as an approval can.
"""

from __future__ import annotations

from datetime import datetime

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.asking import reference_of
from scheduler.services.booking_by_hand import OVERRIDABLE, Override, book
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict


def choose(
    store: Store,
    key: str,
    *,
    reference: str,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    instead_of: str = "",
) -> Proposal:
    """Book somebody else for the lesson that was proposed.

    Of a team only the one whom ``instead_of`` refers to is replaced.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no proposal, or nobody bears that reference.
        IllegalTransition, ConstraintViolated, DoubleBooked: as a booking by hand.
    """
    require_coordinator(actor, deed="choose a speaker")
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        proposal = work.proposals.get(key)
        email = email_of(district, reference)
    team = tuple(each.email for each in proposal.speakers) if proposal else ()
    left = tuple(e for e in team if len(team) > 1 and reference_of(e) != instead_of)
    start = proposal.sessions[0].start if proposal else now
    return book(
        store,
        key if proposal else "",
        volunteers=(*left, email),
        start=start,
        actor=actor,
        now=now,
        gazetteer=gazetteer,
    )


def override(
    store: Store, key: str, *, reason: str, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> Proposal:
    """Book whoever is proposed although soft rules are not kept, with the reason in words.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no proposal.
        IllegalTransition, ConstraintViolated, DoubleBooked: as a booking by hand.
    """
    require_coordinator(actor, deed="set a rule aside")
    with store.read() as work:
        proposal = work.proposals.get(key)
    if proposal is None:
        raise Unknown("proposal", key)
    if proposal.state is ProposalState.APPROVED:
        raise IllegalTransition(subject="proposal", state="approved", step="approved")
    return book(
        store,
        key,
        volunteers=tuple(each.email for each in proposal.speakers),
        start=proposal.sessions[0].start,
        actor=actor,
        now=now,
        gazetteer=gazetteer,
        override=Override(tuple(OVERRIDABLE), reason),
    )


def email_of(district: WarmDistrict, reference: str) -> str:
    """Return the address of the active volunteer a reference stands for, empty for nobody's."""
    emails = (email for email in district.table.row_by_id if reference_of(email) == reference)
    return next(emails, "")
