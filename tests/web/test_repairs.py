"""What if, on the page: ask, see the difference in words, carry it out whole or leave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from scheduler.domain.batches import BatchState
from scheduler.domain.requests import PeriodWindow, RequestState
from scheduler.domain.visits import Partstat, VisitState
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, DAY, TEACHER, VOLUNTEER, a_request, a_volunteer
from tests.small_district import OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import Visitor, main_text, parsed, text_of

SignIn = Callable[[str], Visitor]
WHAT_IF = "/what-if"
AWAY = {"who": "Amara Okafor", "first": DAY.isoformat(), "moves": "2"}
SNOW = {"schools": ["maple"], "first": DAY.isoformat(), "name": "Snow day", "moves": "2"}


@pytest.fixture
def with_stand_in(small_district: Store) -> Store:
    """Return the small district with somebody who could come in Amara's place."""
    with small_district.write() as work:
        work.volunteers.put((a_volunteer(email=OTHER_VOLUNTEER, name="Ben Ito"),))
    return small_district


def only_batch_state(store: Store) -> BatchState:
    with store.read() as work:
        (batch,) = work.batches.recent(states=BatchState, limit=5)
    return batch.state


def found_out(visitor: Visitor, kind: str, answers: Mapping[str, object]) -> str:
    """Send the form and return the address of what came of it."""
    answer = visitor.send(f"{WHAT_IF}/{kind}", answers)
    assert answer.status_code == 303, main_text(parsed(answer.text))
    return answer.headers["Location"]


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("kind", ["away", "closed", "ill", "limit", "weight"])
def test_every_change_has_its_form(signed_in_as: SignIn, kind: str) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert f"{WHAT_IF}/{kind}" in visitor.get(WHAT_IF).text
    assert "Nothing happens yet." in main_text(visitor.page(f"{WHAT_IF}/{kind}"))


@pytest.mark.usefixtures("with_stand_in")
def test_difference_is_told_in_words_and_waits(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = found_out(visitor, "away", AWAY)
    said = main_text(visitor.page(page))
    assert said.startswith("Amara Okafor cannot come on Tue 8 December")
    assert "Nothing has changed yet. It still finds somebody." in said
    assert "Now: Tue 8 December, 10:40–11:30, Amara Okafor." in said
    assert "Then: Tue 8 December, 10:40–11:30, Ben Ito." in said
    rows = visitor.page(page).iterfind(".//tbody/tr")
    kept = ["Keeping what was proposed before", "60", "0", "−60"]
    assert [[text_of(cell) for cell in row] for row in rows] == [kept]
    assert "Somebody else" in said
    assert "Amara Okafor cannot come on Tue 8 December" in main_text(visitor.page(WHAT_IF))


def test_carrying_out_books_the_stand_in(with_stand_in: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = found_out(visitor, "away", AWAY)
    visitor.send(f"{page}/approve", on=page)
    assert "Done. Invitations go out at 09:10." in main_text(visitor.page(WHAT_IF))
    with with_stand_in.read() as work:
        visits = work.visits.of_requests(("robots",))
    assert [v.volunteers for v in visits if v.occupies] == [(OTHER_VOLUNTEER,)]
    assert only_batch_state(with_stand_in) is BatchState.APPROVED
    assert "This was carried out." in main_text(visitor.page(page))


def test_dropping_leaves_everything_as_it_is(with_stand_in: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = found_out(visitor, "away", AWAY)
    visitor.send(f"{page}/drop", on=page)
    assert "Nothing was changed." in main_text(visitor.page(WHAT_IF))
    with with_stand_in.read() as work:
        (visit,) = work.visits.of_requests(("robots",))
    assert visit.state is VisitState.INVITED
    assert only_batch_state(with_stand_in) is BatchState.DROPPED


def test_what_was_overtaken_says_so_and_does_nothing(
    with_stand_in: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = found_out(visitor, "away", AWAY)
    with with_stand_in.write() as work:
        work.volunteers.put((a_volunteer(email=OTHER_VOLUNTEER, name="Ben Ito", clearances=()),))
    visitor.send(f"{page}/approve", on=page)
    said = main_text(visitor.page(page))
    assert "Something changed in the meantime, so nothing was done." in said
    assert "Robots around us: clearance." in said
    assert only_batch_state(with_stand_in) is BatchState.STALE
    with with_stand_in.read() as work:
        (visit,) = work.visits.of_requests(("robots",))
    assert visit.booking_of(VOLUNTEER).partstat is Partstat.NEEDS_ACTION


def test_deciding_twice_is_refused(with_stand_in: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = found_out(visitor, "away", AWAY)
    visitor.send(f"{page}/drop", on=page)
    assert visitor.send(f"{page}/approve", on=f"{WHAT_IF}/away").status_code == 409
    assert only_batch_state(with_stand_in) is BatchState.DROPPED


def test_closed_day_without_another_lesson_calls_off(
    small_district: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = found_out(visitor, "closed", SNOW)
    said = main_text(visitor.page(page))
    assert "Maple School is closed on Tue 8 December" in said
    assert "Called off" in said
    visitor.send(f"{page}/approve", on=page)
    with small_district.read() as work:
        (visit,) = work.visits.of_requests(("robots",))
        closures = work.districts.closures()
    assert (visit.state, visit.cancel_reason) == (VisitState.CANCELLED, "Snow day")
    assert [closure.name for closure in closures] == ["Snow day"]


def test_moved_visit_is_another_time(small_district: Store, signed_in_as: SignIn) -> None:
    later = DAY + timedelta(days=2)
    windows = (PeriodWindow(DAY, "P3"), PeriodWindow(later, "P3"))
    with small_district.write() as work:
        work.requests.put((a_request(state=RequestState.BOOKED, windows=windows),))
    visitor = signed_in_as(COORDINATOR)
    page = found_out(visitor, "ill", {"who": TEACHER, "first": DAY.isoformat(), "moves": "0"})
    said = main_text(visitor.page(page))
    assert "Another time" in said
    assert "Then: Thu 10 December, 10:40–11:30, Amara Okafor." in said


@pytest.mark.usefixtures("small_district")
def test_change_that_touches_nothing_can_be_carried_out(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = found_out(visitor, "away", {**AWAY, "first": "2027-03-01"})
    assert "No visit has to change" in main_text(visitor.page(page))


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("kind", "answers", "sentence"),
    [
        ("away", {**AWAY, "who": ""}, "Write a name or an e-mail address"),
        ("away", {**AWAY, "who": "Nobody Here"}, "We know nobody of that name or address"),
        ("away", {**AWAY, "first": ""}, "Pick the day"),
        ("away", {**AWAY, "last": "2026-12-01"}, "The last day is before the first"),
        ("closed", {**SNOW, "schools": []}, "Tick the schools"),
        ("limit", {"who": VOLUNTEER, "value": "-1"}, "New limit: write a number from 0 to 2000"),
    ],
)
def test_form_says_what_is_missing(
    signed_in_as: SignIn, kind: str, answers: Mapping[str, object], sentence: str
) -> None:
    answer = signed_in_as(COORDINATOR).send(f"{WHAT_IF}/{kind}", answers)
    assert answer.status_code == 422
    assert sentence in main_text(parsed(answer.text))


def test_every_school_wins_over_single_ones(small_district: Store, signed_in_as: SignIn) -> None:
    found_out(signed_in_as(COORDINATOR), "closed", {**SNOW, "schools": ["maple", "*"]})
    with small_district.read() as work:
        (batch,) = work.batches.recent(states=BatchState, limit=5)
    assert batch.what_if.schools == ()


@pytest.mark.usefixtures("small_district")
def test_address_can_say_whom_and_when(signed_in_as: SignIn) -> None:
    told = f"schools=maple&first={DAY}&last={DAY}"
    page = signed_in_as(COORDINATOR).page(f"{WHAT_IF}/closed?{told}")
    ticked = [box.get("value") for box in page.iter("input") if box.get("checked") is not None]
    days = {box.get("name"): box.get("value") for box in page.iter("input")}
    assert (ticked, days["first"], days["last"]) == (["maple"], DAY.isoformat(), DAY.isoformat())


def test_viewer_reads_and_others_find_no_page(with_stand_in: Store, signed_in_as: SignIn) -> None:
    page = found_out(signed_in_as(COORDINATOR), "away", AWAY)
    viewer = signed_in_as(VIEWER)
    assert "Carry it all out" not in main_text(viewer.page(page))
    assert viewer.get(f"{WHAT_IF}/away").status_code == 404
    assert signed_in_as(TEACHER).get(WHAT_IF).status_code == 404
    assert signed_in_as(VOLUNTEER).get(page).status_code == 404
    assert only_batch_state(with_stand_in) is BatchState.PENDING


@pytest.mark.usefixtures("small_district")
def test_what_nobody_can_try_out_is_not_there(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert visitor.get(f"{WHAT_IF}/storm").status_code == 404
    assert visitor.get(f"{WHAT_IF}/changes/nothing").status_code == 404
