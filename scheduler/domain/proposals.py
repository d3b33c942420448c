"""A proposal: the machine's suggestion of who visits when, for one request as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.periods import Period
from scheduler.domain.volunteers import Format


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class ProposedSpeaker:
    """One person of a proposal, with how they would take part."""

    email: str
    format: Format


@dataclass(frozen=True, slots=True)
class Proposal:
    """One request with all its speakers and sessions, approved or rejected whole.

    ``terms`` holds the objective's points by name; ``sessions`` are spans in UTC, in order;
    ``passed_over`` names whom a coordinator turned down for this request before.
    """

    request: str
    speakers: tuple[ProposedSpeaker, ...]
    sessions: tuple[Period, ...]
    preference: int
    made_at: datetime
    state: ProposalState = ProposalState.PENDING
    terms: Mapping[str, int] | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SieveStep:
    """How many people are left after one rule, and how many it took out."""

    rule: str
    left: int
    lost: int


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A request that the last run could not fill, and why, as data.

    ``sieve`` counts people rule by rule; ``reason`` is the key of what decided it:
    ``no_start``, the rule that took the last person, ``too_few``, ``never_at_once`` or ``outbid``.
    """

    request: str
    reason: str
    sieve: tuple[SieveStep, ...]
    facts: Mapping[str, object]
    made_at: datetime


def decide(
    proposal: Proposal, *, state: ProposalState, by: str, at: datetime, reason: str = ""
) -> Proposal:
    """Approve, reject or outdate a pending proposal.

    Raises:
        IllegalTransition: unless it is pending.
    """
    if proposal.state is not ProposalState.PENDING:
        raise IllegalTransition(subject="proposal", state=str(proposal.state), step=str(state))
    return replace(proposal, state=state, decided_by=by, decided_at=at, reason=reason)
