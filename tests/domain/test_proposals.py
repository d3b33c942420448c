"""A proposal is decided once, as a whole, from pending."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.proposals import ProposalState, decide
from tests.builders import COORDINATOR, NOW, a_proposal

LATER = NOW + timedelta(hours=1)
PENDING = ProposalState.PENDING
DECISIONS = sorted(set(ProposalState) - {PENDING})


@pytest.mark.parametrize("state", DECISIONS)
def test_pending_proposal_is_decided_and_remembers_by_whom_and_why(state: ProposalState) -> None:
    proposal = a_proposal()
    assert decide(proposal, state=state, by=COORDINATOR, at=LATER, reason="Far") == replace(
        proposal, state=state, decided_by=COORDINATOR, decided_at=LATER, reason="Far"
    )


@pytest.mark.parametrize("state", DECISIONS)
@pytest.mark.parametrize("decided", DECISIONS)
def test_decided_proposal_is_not_decided_again(
    decided: ProposalState, state: ProposalState
) -> None:
    with pytest.raises(IllegalTransition) as caught:
        decide(a_proposal(state=decided), state=state, by=COORDINATOR, at=LATER)
    assert (caught.value.subject, caught.value.state, caught.value.step) == (
        "proposal",
        decided,
        state,
    )
