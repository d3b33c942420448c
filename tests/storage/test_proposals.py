"""The latest word on each request: a proposal or why there is none, never both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.proposals import (
    Proposal,
    ProposalState,
    ProposedSpeaker,
    SieveStep,
    Unassigned,
)
from scheduler.domain.volunteers import Format
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import COORDINATOR, NOW, VOLUNTEER, a_proposal, period
from tests.storage.district import BRUNO, CHLOE

FULL = Proposal(
    request="robots",
    speakers=(
        ProposedSpeaker(CHLOE, Format.VIRTUAL),
        ProposedSpeaker(VOLUNTEER, Format.IN_PERSON),
        ProposedSpeaker(BRUNO, Format.IN_PERSON),
    ),
    sessions=(period("2026-12-08 10:40-11:30"), period("2026-12-15 10:40-11:30")),
    preference=2,
    made_at=NOW,
    state=ProposalState.REJECTED,
    terms={"travel": -12, "preference": 20},
    decided_at=NOW + timedelta(hours=1),
    decided_by=COORDINATOR,
    reason="The class is away.",
)
NOBODY = Unassigned(
    request="bridges",
    reason="topic_match",
    sieve=(SieveStep("topic_match", 0, 3), SieveStep("grade_match", 0, 0)),
    facts={"needed": 2, "topics": ("bridges", 3), "ratio": 0.5, "list": ["a"], "none": None},
    made_at=NOW,
)


@pytest.mark.parametrize("proposal", [FULL, a_proposal(), a_proposal(terms={})])
def test_proposal_comes_back_whole(store: SqlStore, proposal: Proposal) -> None:
    with store.write() as work:
        work.proposals.put((proposal,))
    with store.read() as work:
        assert work.proposals.get(proposal.request) == proposal


def test_unassigned_entry_comes_back_whole(store: SqlStore) -> None:
    with store.write() as work:
        work.proposals.put_unassigned((NOBODY,))
    with store.read() as work:
        assert dict(work.proposals.unassigned()) == {"bridges": NOBODY}


def test_later_proposal_replaces_the_former_one(store: SqlStore) -> None:
    other = a_proposal(request="bridges")
    with store.write() as work:
        work.proposals.put((FULL, other))
        work.proposals.put((a_proposal(),))
        assert list(work.proposals.all().items()) == [("bridges", other), ("robots", a_proposal())]


def test_proposal_and_unassigned_entry_replace_each_other(store: SqlStore) -> None:
    with store.write() as work:
        work.proposals.put_unassigned((NOBODY,))
        work.proposals.put((a_proposal(request="bridges"),))
        assert (list(work.proposals.all()), dict(work.proposals.unassigned())) == (["bridges"], {})
        work.proposals.put_unassigned((NOBODY,))
        assert (dict(work.proposals.all()), list(work.proposals.unassigned())) == ({}, ["bridges"])


def test_remove_forgets_proposal_and_entry_of_these_requests_alone(store: SqlStore) -> None:
    with store.write() as work:
        work.proposals.put((FULL,))
        work.proposals.put_unassigned((NOBODY,))
        work.proposals.remove(("robots", "never heard of"))
        assert dict(work.proposals.all()) == {}
        assert dict(work.proposals.unassigned()) == {"bridges": NOBODY}


def test_proposal_of_someone_who_is_no_volunteer_is_refused(store: SqlStore) -> None:
    by_staff = a_proposal(speakers=(ProposedSpeaker(COORDINATOR, Format.IN_PERSON),))
    with pytest.raises(Unknown, match=f"no volunteer “{COORDINATOR}”"), store.write() as work:
        work.proposals.put((by_staff,))
