"""The board on the page: approve what is ticked, take it back, choose, say no, see why nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest

from scheduler.domain.proposals import Proposal, ProposalState
from scheduler.domain.visits import VisitState
from scheduler.services.asking import reference_of
from scheduler.services.ports import Store, Work
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_volunteer,
)
from tests.small_district import OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import LATER, StoppedClock, Visitor, main_text, parsed, text_of

SignIn = Callable[[str], Visitor]
BOARD = "/proposals"


def proposal(store: Store) -> Proposal:
    """Return the one proposal of the district."""
    with store.read() as work:
        return proposal_in(work)


def proposal_in(work: Work) -> Proposal:
    """Return the one proposal of the district, within a transaction."""
    found = work.proposals.get("bridges")
    assert found is not None
    return found


def ticked(page: Element) -> list[str | None]:
    """Return the values of the boxes that come ticked."""
    boxes = (box for box in page.iter("input") if box.get("name") == "proposal")
    return [box.get("value") for box in boxes if box.get("checked") is not None]


@pytest.mark.usefixtures("proposed")
def test_ready_proposals_come_ticked(signed_in_as: SignIn) -> None:
    page = signed_in_as(COORDINATOR).page(BOARD)
    assert ticked(page) == ["bridges"]
    said = main_text(page)
    assert "1 open: 1 ready, 0 to choose, 0 without anybody." in said
    assert "Amara Okafor · strong fit" in said
    assert "They like to build." in said


def test_approval_says_when_mail_goes_out_and_is_taken_back(
    proposed: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    answer = visitor.send(f"{BOARD}/approve", {"proposal": ["bridges"]}, on=BOARD)
    assert answer.status_code == 303
    page = visitor.page(BOARD)
    assert "1 approved. E-mails go out at 09:10. Undo" in main_text(page)
    (moment,) = (box.get("value") for box in page.iter("input") if box.get("name") == "at")
    assert proposal(proposed).state is ProposalState.APPROVED
    visitor.send(f"{BOARD}/undo", {"at": moment}, on=BOARD)
    assert proposal(proposed).state is ProposalState.PENDING
    with proposed.read() as work:
        assert work.visits.of_requests(("bridges",)) == ()


def test_undo_after_the_release_changes_nothing(
    proposed: Store, signed_in_as: SignIn, clock: StoppedClock
) -> None:
    visitor = signed_in_as(COORDINATOR)
    visitor.send(f"{BOARD}/bridges/approve", on=BOARD)
    clock.now += timedelta(minutes=11)
    answer = visitor.send(f"{BOARD}/undo", {"request": "bridges"}, on="/activity")
    assert answer.status_code == 303
    assert "The ten minutes are over" in main_text(visitor.page(BOARD))
    with proposed.read() as work:
        (visit,) = work.visits.of_requests(("bridges",))
    assert visit.state is VisitState.HELD


def test_what_no_longer_holds_stays_behind_with_its_reason(
    proposed: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = visitor.get(BOARD)
    with proposed.write() as work:
        work.volunteers.put((a_volunteer(clearances=()),))
    visitor.send(f"{BOARD}/approve", {"proposal": ["bridges"]}, on=BOARD)
    said = main_text(visitor.page(f"{BOARD}/bridges"))
    assert page.status_code == 200
    assert "1 proposal no longer holds and stays behind." in said
    assert "Amara Okafor · no longer holds: clearance" in said
    assert "Renew Amara Okafor’s clearance" in said
    assert proposal(proposed).state is ProposalState.STALE


def test_nothing_ticked_is_said(proposed: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    visitor.send(f"{BOARD}/approve", on=BOARD)
    assert "Nothing was ticked" in main_text(visitor.page(BOARD))
    assert proposal(proposed).state is ProposalState.PENDING


def test_no_needs_a_reason(proposed: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    path = f"{BOARD}/bridges"
    refused = visitor.send(f"{path}/reject", {"reason": " "}, on=path)
    assert refused.status_code == 422
    assert "Say in a few words why not" in main_text(parsed(refused.text))
    visitor.send(f"{path}/reject", {"reason": "They know each other"}, on=path)
    assert proposal(proposed).reason == "They know each other"
    assert "You said no" in main_text(visitor.page(path))


def test_somebody_else_is_booked_for_the_same_lesson(proposed: Store, signed_in_as: SignIn) -> None:
    with proposed.write() as work:
        work.volunteers.put(
            (a_volunteer(email=OTHER_VOLUNTEER, name="Ben Ito", level_by_topic={"robotics": 2}),)
        )
    visitor = signed_in_as(COORDINATOR)
    path = f"{BOARD}/bridges"
    assert "Ben Ito" in main_text(visitor.page(path))
    visitor.send(f"{path}/choose", {"alternative": reference_of(OTHER_VOLUNTEER)}, on=path)
    with proposed.read() as work:
        (visit,) = work.visits.of_requests(("bridges",))
    assert visit.volunteers == (OTHER_VOLUNTEER,)


def test_choice_that_no_longer_holds_is_refused_in_words(
    proposed: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    path = f"{BOARD}/bridges"
    chosen = {"alternative": reference_of(OTHER_VOLUNTEER)}
    answer = visitor.send(f"{path}/choose", chosen, on=path)
    assert answer.status_code == 422
    assert "can no longer come then" in main_text(parsed(answer.text))
    assert visitor.send(f"{path}/choose", on=path).status_code == 422
    with proposed.read() as work:
        assert work.visits.of_requests(("bridges",)) == ()


@pytest.mark.usefixtures("proposed")
def test_filter_and_order_stay_in_the_address(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = visitor.page(f"{BOARD}?order=soonest&text=maple")
    links = {a.get("href") for a in page.iter("a")}
    assert "/proposals/bridges?order=soonest&text=maple" in links
    answer = visitor.send(f"{BOARD}/bridges/approve?order=soonest", on=BOARD)
    assert answer.location == "/proposals?just=bridges&order=soonest"
    assert visitor.get(f"{BOARD}?order=sideways&text=zebra").status_code == 200


@pytest.mark.usefixtures("proposed")
def test_pages_name_no_address_of_a_person(signed_in_as: SignIn) -> None:
    page = signed_in_as(COORDINATOR).page(f"{BOARD}/bridges")
    links = [a.get("href") or "" for a in page.iter("a")]
    assert f"/volunteers/{reference_of(VOLUNTEER)}" in links
    assert not [link for link in links if "@" in link and not link.startswith("mailto:")]


@pytest.mark.usefixtures("proposed")
def test_booked_request_leads_to_its_own_page(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert visitor.get(f"{BOARD}/robots").location == "/requests/robots"
    assert visitor.get(f"{BOARD}/nothing").status_code == 404


def test_empty_queue_says_all_done(proposed: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    visitor.send(f"{BOARD}/bridges/approve", on=BOARD)
    assert "All done" in main_text(visitor.page(BOARD))


@pytest.mark.parametrize("step", ["approve", "undo", "bridges/approve", "bridges/reject"])
@pytest.mark.parametrize("email", [VIEWER, TEACHER, VOLUNTEER])
def test_only_coordinators_decide(
    proposed: Store, signed_in_as: SignIn, email: str, step: str
) -> None:
    fields = {"proposal": "bridges", "reason": "No", "request": "bridges"}
    answer = signed_in_as(email).send(f"{BOARD}/{step}", fields, on="/calendars")
    assert answer.status_code == 404
    assert proposal(proposed).state is ProposalState.PENDING


@pytest.mark.usefixtures("proposed")
def test_viewers_look_and_have_nothing_to_press(signed_in_as: SignIn) -> None:
    page = signed_in_as(VIEWER).page(BOARD)
    assert ticked(page) == []
    assert "Approve" not in main_text(page)


@pytest.mark.usefixtures("proposed")
@pytest.mark.parametrize("moment", ["", "yesterday", "2026-11-21T14:00:00"])
def test_undo_without_a_moment_is_a_bad_request(signed_in_as: SignIn, moment: str) -> None:
    answer = signed_in_as(COORDINATOR).send(f"{BOARD}/undo", {"at": moment}, on=BOARD)
    assert answer.status_code == 400


def test_board_says_what_its_proposals_are_worth_by_term(
    proposed: Store, signed_in_as: SignIn
) -> None:
    with proposed.write() as work:
        work.proposals.put((replace(proposal_in(work), terms={"fit": 120}),))
    said = main_text(signed_in_as(COORDINATOR).page(BOARD))
    assert "Why these proposals" in said
    assert "Best known+120 points" in said


@pytest.mark.usefixtures("proposed")
def test_who_was_faster_is_told_with_what_they_decided(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    for _ in range(2):
        visitor.send(f"{BOARD}/bridges/approve", on=BOARD)
    said = main_text(visitor.page(BOARD))
    assert "approved “How bridges stand” just now. Nothing was changed." in said


@pytest.mark.usefixtures("proposed")
def test_what_is_open_belongs_to_the_group_shown(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert visitor.page(f"{BOARD}?group=ready").find(".//*[@id='open']") is not None
    page = visitor.page(f"{BOARD}?group=choice")
    assert page.find(".//*[@id='open']") is None
    assert "Nothing needs a choice." in main_text(page)


@pytest.mark.usefixtures("proposed")
def test_filter_that_nothing_passes_leads_back_to_everything(signed_in_as: SignIn) -> None:
    page = signed_in_as(COORDINATOR).page(f"{BOARD}?text=xyzzy")
    links = {text_of(a): a.get("href") for a in page.iter("a")}
    assert links["Show all open requests"] == BOARD


@pytest.mark.usefixtures("proposed")
def test_queue_can_be_taken_along_filtered(signed_in_as: SignIn) -> None:
    vera = signed_in_as(VIEWER)
    file = vera.get(f"{BOARD}.csv").text
    where = f'"{LATER}","How bridges stand","Maple School","6B"'
    assert file.splitlines()[1:] == [f'"Ready",{where},"Amara Okafor","1"']
    assert vera.get(f"{BOARD}.csv?group=nobody").text.splitlines()[1:] == []
