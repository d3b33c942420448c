"""The plan for the day and the way out, by the link from a mail."""

from __future__ import annotations

import pytest

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Partstat, VisitState, cancel
from scheduler.services.ports import Store
from scheduler.services.tokens import answer_token
from tests.builders import NOW, VOLUNTEER, a_request, a_visit, period
from tests.web.conftest import SECRET_KEY, StoppedClock, Visitor, main_text, parsed, text_of

UID = a_visit().uid
PLAN = f"/v/{answer_token(UID, VOLUNTEER, key=SECRET_KEY)}"


def partstat(store: Store) -> Partstat:
    with store.read() as work:
        visit = work.visits.get(UID)
    assert visit is not None
    return visit.booking_of(VOLUNTEER).partstat


@pytest.mark.usefixtures("small_district")
def test_plan_tells_all_that_a_guest_needs(client: Visitor) -> None:
    page = client.page(PLAN)
    said = main_text(page)
    for fact in (
        "The plan for Tuesday 8 December",
        "Room 12, Maple School, 12 Maple Street, Toronto",
        "Ring at the front door.",
        "Lena Fischer",
        "416-555-0100",
        "Sign in at the school office first",
        "You have not answered yet.",
    ):
        assert fact in said
    links = {text_of(a): a.get("href") or "" for a in page.iter("a")}
    assert "mlat=43.66290" in links["See Maple School on a map"]


@pytest.mark.usefixtures("small_district")
def test_opening_the_way_out_changes_nothing(small_district: Store, client: Visitor) -> None:
    page = client.page(f"{PLAN}/cant")
    assert "Nothing happens before you press the button." in main_text(page)
    assert partstat(small_district) is Partstat.NEEDS_ACTION


def test_drop_out_is_entered_with_its_reason(small_district: Store, client: Visitor) -> None:
    answer = client.send(f"{PLAN}/cant", {"reason": "came_up"})
    assert answer.status_code == 303
    assert partstat(small_district) is Partstat.DECLINED
    with small_district.read() as work:
        request = work.requests.get("robots")
    assert request is not None
    assert request.state is RequestState.OPEN


def test_drop_out_from_a_series_names_its_days(small_district: Store, client: Visitor) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="weeks", sessions=2, state=RequestState.BOOKED),))
        work.visits.add(
            a_visit(uid=day, request="weeks", period=period(f"2026-12-{day} 13:30-14:20"))
            for day in ("09", "16")
        )
    path = f"/v/{answer_token('09', VOLUNTEER, key=SECRET_KEY)}/cant"
    assert client.send(path, {}).status_code == 422
    client.send(path, {"days": ["16"]})
    with small_district.read() as work:
        answers = [v.booking_of(VOLUNTEER).partstat for v in work.visits.of_requests(("weeks",))]
    assert answers == [Partstat.NEEDS_ACTION, Partstat.DECLINED]


def test_visit_that_was_called_off_has_no_plan(small_district: Store, client: Visitor) -> None:
    with small_district.write() as work:
        work.visits.save((cancel(a_visit(), reason="Snow", at=NOW),))
    for path in (PLAN, f"{PLAN}/cant"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, PLAN.replace("/v/", "/r/"))


def test_it_is_too_late_once_the_visit_has_begun(
    small_district: Store, client: Visitor, clock: StoppedClock
) -> None:
    clock.now = a_visit().period.start
    assert "The visit has begun." in main_text(client.page(PLAN))
    assert client.get(f"{PLAN}/cant").status_code == 303
    with small_district.read() as work:
        visit = work.visits.get(UID)
    assert visit is not None
    assert visit.state is VisitState.INVITED


@pytest.mark.usefixtures("small_district")
def test_link_that_is_nobodys_has_no_plan(client: Visitor) -> None:
    for path in ("/v/abc", f"{PLAN}x", "/v/abc/cant"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "We can’t find that invitation" in main_text(parsed(answer.text))
