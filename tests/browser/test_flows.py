"""What people come for, counted: taps and fields, with scripts, without them, and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from scheduler.domain.proposals import ProposalState
from scheduler.domain.visits import VisitState
from scheduler.services.tokens import feedback_token
from tests.browser.district import COORDINATOR
from tests.browser.hands import Finger, Keyboard
from tests.browser.pages import TEACHER, VOLUNTEER, names_in
from tests.browser.serving import Served
from tests.services.world import KEY

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
Told = Callable[[Finger, Served], None]


@dataclass(frozen=True, slots=True)
class Flow:
    """A story with its budget; ``short`` ones belong to the short form of the tests."""

    name: str
    tell: Told
    role: str
    taps: int
    fields: int = 0
    short: bool = False


def ask(hand: Finger, site: Served) -> None:
    """From the start page to a request that was sent."""
    hand.open("/requests")
    hand.tap(hand.page.get_by_role("navigation").get_by_role("link", name="Ask for a speaker"))
    hand.type(hand.page.get_by_label("What should the visit be about?"), "How do robots walk?")
    hand.choose(hand.page.get_by_label("Which topic is nearest?"), "Robotics")
    hand.tap(hand.page.locator("label.lesson").first)
    hand.tap(hand.page.get_by_role("button", name="Send request"))
    hand.page.get_by_text("We have your request").first.wait_for()


def answer(hand: Finger, site: Served) -> None:
    """From the mail to a yes; opening the link is the first tap."""
    invited = site.visits(VisitState.INVITED)[0]
    hand.open(site.answer_path(invited))
    hand.taps += 1
    hand.tap(hand.page.get_by_role("button", name="Yes, ").first)
    hand.page.get_by_role("heading", name="You are coming").wait_for()


def usual_week(hand: Finger, site: Served) -> None:
    """From the start page to a week of mornings that is saved."""
    hand.open("/visits")
    hand.tap(hand.page.get_by_role("navigation").get_by_role("link", name="When I can visit"))
    hand.tap(hand.page.get_by_role("button", name="All mornings"))
    hand.tap(hand.page.get_by_label("Tuesday, Afternoon"))
    hand.tap(hand.page.get_by_role("button", name="Save", exact=True).last)
    hand.page.get_by_text("saved").first.wait_for()


def approve_fourteen(hand: Finger, site: Served) -> None:
    """From the start page to fourteen approvals, ready rows being ticked; then back by one tap."""
    hand.open("/today")
    hand.tap(hand.page.get_by_role("navigation").get_by_role("link", name="Proposals"))
    button = hand.page.get_by_role("button", name="Approve").filter(has_text="selected")
    assert int(button.inner_text().split()[1]) >= 14
    hand.tap(button)
    hand.page.get_by_text("approved").first.wait_for()
    assert hand.taps == 2
    held = len(site.visits(VisitState.HELD))
    assert held >= 14
    hand.tap(hand.page.get_by_role("button", name="Undo").first)
    hand.page.get_by_text("taken back").first.wait_for()
    assert site.visits(VisitState.HELD) == ()


def swap_speaker(hand: Finger, site: Served) -> None:
    """On the board, from the proposed speaker to another one who is booked."""
    hand.open(f"/proposals/{proposal_with_others(site)}")
    hand.tap(hand.page.locator("label.alternative").first)
    hand.tap(hand.page.get_by_role("button", name="Book this person instead"))
    hand.page.get_by_text("approved").first.wait_for()


def why_nobody(hand: Finger, site: Served) -> None:
    """On the board, from a request that has nobody to why, and what would help."""
    hand.open("/proposals")
    row = hand.page.locator(".queue-group", has_text="Nobody yet").locator(".queue-row a").first
    hand.tap(row)
    hand.page.locator(".sieve").wait_for()
    assert hand.page.locator(".solutions li").count() >= 1


def subscribe(hand: Finger, site: Served) -> None:
    """From the start page to the calendar program, which takes the link from there."""
    hand.open("/visits")
    hand.tap(hand.page.get_by_role("link", name="Put my visits in my own calendar"))
    hand.tap(hand.page.get_by_role("button", name="Make my calendar link"))
    address = hand.page.locator("input[readonly]").input_value()
    assert hand.page.request.get(address).text().startswith("BEGIN:VCALENDAR")


def feed_back(hand: Finger, site: Served) -> None:
    """From the mail after a visit to three answers; opening the link is the first tap."""
    visit = site.visits(VisitState.CONFIRMED)[-1]
    site.now = visit.period.end + timedelta(hours=3)
    with site.store.read() as work:
        request = work.requests.get(visit.request)
    assert request
    hand.open(f"/f/{feedback_token(visit.uid, request.teacher_email, key=KEY)}")
    hand.taps += 1
    hand.tap(hand.page.locator("label.tile", has_text="Yes"))
    hand.tap(hand.page.locator("label.tile", has_text="Great"))
    hand.tap(hand.page.get_by_role("button", name="Send", exact=True))
    hand.page.get_by_text("Thank you").first.wait_for()


def proposal_with_others(site: Served) -> str:
    """Return a proposal for which others could come too."""
    visitor = site.app.test_client()
    visitor.set_cookie(site.cookie, site.session(COORDINATOR))
    with site.store.read() as work:
        proposals = work.proposals.all().values()
    pending = sorted(each.request for each in proposals if each.state is ProposalState.PENDING)
    pages = ((key, visitor.get(f"/proposals/{key}").text) for key in pending)
    return next(key for key, page in pages if 'class="alternative"' in page)


FLOWS = (
    Flow("ask for a speaker", ask, TEACHER, taps=4, fields=1, short=True),
    Flow("answer from the mail", answer, "", taps=2, short=True),
    Flow("give a usual week", usual_week, VOLUNTEER, taps=6),
    Flow("approve fourteen and undo", approve_fourteen, COORDINATOR, taps=3, short=True),
    Flow("swap the speaker", swap_speaker, COORDINATOR, taps=2),
    Flow("see why nobody fits", why_nobody, COORDINATOR, taps=1),
    Flow("give feedback", feed_back, "", taps=4),
    Flow("subscribe to the calendar", subscribe, VOLUNTEER, taps=2),
)
WAYS = ("with scripts", "without scripts", "by keyboard")


def stories() -> list[object]:
    """Return every flow in every way; the short ones with scripts run in the short form."""
    return [
        pytest.param(
            flow,
            way,
            id=f"{flow.name} {way}",
            marks=() if flow.short and way == WAYS[0] else pytest.mark.full,
        )
        for flow in FLOWS
        for way in WAYS
    ]


@pytest.mark.parametrize(("flow", "way"), stories())
def test_flow_takes_no_more_than_its_taps(
    fresh_site: Served, browser: Browser, flow: Flow, way: str
) -> None:
    email = flow.role.format_map(names_in(fresh_site))
    viewport = {"width": 390, "height": 760}
    with fresh_site.context(
        browser, email, viewport=viewport, java_script_enabled=way != "without scripts"
    ) as context:
        hand = (Keyboard if way == "by keyboard" else Finger)(context.new_page())
        flow.tell(hand, fresh_site)
        assert (hand.taps, hand.fields) <= (flow.taps, flow.fields)
        assert hand.complaints == []


@pytest.mark.full
def test_remedy_that_is_applied_yields_a_match(fresh_site: Served, browser: Browser) -> None:
    with fresh_site.store.read() as work:
        nobody = sorted(work.proposals.unassigned())
    with fresh_site.context(browser, COORDINATOR) as context:
        page = context.new_page()
        for key in nobody:
            page.goto(f"/proposals/{key}")
            form = page.locator(".solutions form").filter(has=page.locator("button.button")).first
            if not form.count():
                continue
            for box in form.locator("input[type=checkbox]:not(:checked)").all():
                box.check()
            form.locator("button.button").first.click()
            page.goto(f"/proposals/{key}")
            assert page.locator("#open").get_by_role("button", name="Approve").count() == 1
            return
    raise AssertionError("Nothing would help anybody.")
