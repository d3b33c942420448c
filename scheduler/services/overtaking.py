"""What something newer has overtaken: mail that still waits, and a proposal made before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from scheduler.domain.proposals import ProposalState
from scheduler.services.ports import Work
from scheduler.services.records import OutboxRow, OutboxState


def overtake(
    work: Work, subjects: Iterable[str], *, only: Callable[[OutboxRow], bool] = lambda row: True
) -> tuple[OutboxRow, ...]:
    """Send none of the mails of these subjects that still wait, or ``only`` some; return them.

    What was sent, or is being sent, keeps its state.
    """
    found = tuple(row for row in work.outbox.of_subjects(subjects) if row.is_waiting and only(row))
    work.outbox.set_state((row.key for row in found), state=OutboxState.SUPERSEDED)
    return found


def outdate_proposal(work: Work, key: str) -> None:
    """Be done with a request's proposal; it remembers whom coordinators turned down before."""
    proposal = work.proposals.get(key)
    if proposal:
        work.proposals.put((replace(proposal, state=ProposalState.STALE),))
