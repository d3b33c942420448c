"""A class that one teacher offers to a colleague of the same school, who says yes or no."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition


class HandoverState(StrEnum):
    """Where an offer stands; a decided one never changes again."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Handover:
    """One offer of a class, by its key, from one teacher's address to another's."""

    key: str
    classroom: str
    giver_email: str
    taker_email: str
    offered_at: datetime
    state: HandoverState = HandoverState.OFFERED
    decided_at: datetime | None = None


def decide(handover: Handover, *, state: HandoverState, at: datetime) -> Handover:
    """Return the offer as decided.

    Raises:
        IllegalTransition: if it was decided before.
    """
    if handover.state is not HandoverState.OFFERED:
        raise IllegalTransition(subject="class", state=str(handover.state), step="handed over")
    return replace(handover, state=state, decided_at=at)
