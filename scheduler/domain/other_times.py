"""Other times: a volunteer who cannot come then says when they could.

An offer reopens nothing. The visit stays as it is until a coordinator moves it, keeps it, or
looks for somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.visits import OPEN, Visit

MOST_TIMES = 3


class OfferState(StrEnum):
    """Where an offer stands; ``OVERTAKEN`` by a newer one."""

    WAITING = "waiting"
    TAKEN = "taken"
    KEPT = "kept"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True)
class TimeOffer:
    """When a volunteer could come instead: up to three starts, words, or both.

    Raises:
        ValueError: if it says nothing, or names more than ``MOST_TIMES`` starts.
    """

    key: str
    visit: str
    email: str
    starts: tuple[datetime, ...]
    words: str
    offered_at: datetime
    state: OfferState = OfferState.WAITING
    decided_at: datetime | None = None
    decided_by: str = ""

    def __post_init__(self) -> None:
        if not self.starts and not self.words.strip():
            raise ValueError("An offer names a time or says something.")
        if len(self.starts) > MOST_TIMES:
            raise ValueError(f"An offer names at most {MOST_TIMES} times.")


def is_unanswered(offer: TimeOffer, visit: Visit) -> bool:
    """Tell whether the offer still asks for a word: no plain answer came after it."""
    if visit.state not in OPEN or offer.email not in visit.volunteers:
        return False
    answered_at = visit.booking_of(offer.email).answered_at
    return answered_at is None or answered_at < offer.offered_at


def decide(offer: TimeOffer, *, state: OfferState, at: datetime, by: str = "") -> TimeOffer:
    """Enter what became of an offer.

    Raises:
        IllegalTransition: if that was decided before.
    """
    if offer.state is not OfferState.WAITING:
        raise IllegalTransition(subject="offer", state=str(offer.state), step=str(state))
    return replace(offer, state=state, decided_at=at, decided_by=by)
