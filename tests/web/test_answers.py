"""Answering from a mail, through the page: what it says, what a tap does, what a scanner cannot."""

from __future__ import annotations

from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Partstat, VisitState, cancel, move
from scheduler.services.announcements import CHANGE, announce
from scheduler.services.ports import Store
from scheduler.services.tokens import answer_token
from tests.builders import NOW, VOLUNTEER, a_request, a_visit, period, some_bookings
from tests.small_district import OTHER_VOLUNTEER
from tests.web.conftest import (
    SECRET_KEY,
    StoppedClock,
    Visitor,
    csrf_token,
    main_text,
    parsed,
    text_of,
)

UID = a_visit().uid


def link(uid: str = UID) -> str:
    return f"/r/{answer_token(uid, VOLUNTEER, key=SECRET_KEY)}"


def partstats(store: Store, request: str = "robots") -> list[Partstat]:
    with store.read() as work:
        visits = work.visits.of_requests((request,))
    return [visit.booking_of(VOLUNTEER).partstat for visit in visits]


def buttons(page: Element) -> list[str]:
    main = page.find(".//main")
    assert main is not None
    return [text_of(button) for button in main.iter("button")]


@pytest.fixture
def series(small_district: Store) -> Store:
    with small_district.write() as work:
        work.requests.put((a_request(key="weeks", sessions=2, state=RequestState.BOOKED),))
        work.visits.add(
            a_visit(uid=uid, request="weeks", session=number, period=period(when))
            for uid, number, when in (
                ("first", 1, "2026-12-09 13:30-14:20"),
                ("second", 2, "2026-12-16 13:30-14:20"),
            )
        )
    return small_district


@pytest.mark.usefixtures("small_district")
def test_page_shows_the_facts_and_one_large_yes(client: Visitor) -> None:
    page = client.page(link())
    said = main_text(page)
    for fact in ("Robots around us", "10:40–11:30 at Maple School", "Ring at the front door."):
        assert fact in said
    assert buttons(page) == ["Yes, I’ll come", "Tell them I can’t come"]


def test_yes_is_entered_and_shown(small_district: Store, client: Visitor) -> None:
    answer = client.send(link(), {"answer": "yes"})
    assert (answer.status_code, answer.location) == (303, link())
    assert partstats(small_district) == [Partstat.ACCEPTED]
    page = client.page(link())
    assert "You said yes on Sat 21 November" in main_text(page)
    assert buttons(page) == ["Tell them I can’t come"]


def test_no_with_a_reason_is_entered_and_shown(small_district: Store, client: Visitor) -> None:
    client.send(link(), {"answer": "no", "reason": "too_far", "words": " by bus "})
    with small_district.read() as work:
        visit = work.visits.get(UID)
    assert visit is not None
    assert visit.booking_of(VOLUNTEER).reason == "It is too far: by bus"
    said = main_text(client.page(link()))
    assert "You said no on Sat 21 November" in said
    assert "The place is still free." in said


def test_yes_can_be_taken_back(small_district: Store, client: Visitor) -> None:
    client.send(link(), {"answer": "yes"})
    client.send(link(), {"answer": "no"})
    assert partstats(small_district) == [Partstat.DECLINED]


def test_link_that_says_no_opens_the_part_for_a_no(small_district: Store, client: Visitor) -> None:
    details = client.page(f"{link()}?a=no").find(".//details")
    assert details is not None
    assert "open" in details.attrib
    assert partstats(small_district) == [Partstat.NEEDS_ACTION]


@pytest.mark.parametrize("fields", [{}, {"answer": "maybe"}, {"answer": "no", "reason": "<b>"}])
def test_answer_that_is_neither_is_refused(
    small_district: Store, client: Visitor, fields: dict[str, str]
) -> None:
    assert client.send(link(), fields).status_code == 422
    assert partstats(small_district) == [Partstat.NEEDS_ACTION]


def test_reason_that_is_too_long_is_shown_at_its_field(
    small_district: Store, client: Visitor
) -> None:
    answer = client.send(link(), {"answer": "no", "words": "x" * 301})
    page = parsed(answer.text)
    assert answer.status_code == 422
    assert text_of(page.find(".//title")).startswith("Error: ")
    assert text_of(page.find(".//*[@id='words-error']")) == "Use at most 300 letters"
    assert partstats(small_district) == [Partstat.NEEDS_ACTION]


def test_every_day_of_a_series_is_shown_and_answered(series: Store, client: Visitor) -> None:
    page = client.page(link("first"))
    tiles = [tile.get("datetime") for tile in page.iter("time")]
    assert tiles == ["2026-12-09", "2026-12-16"]
    client.send(link("first"), {"answer": "yes"})
    assert partstats(series, "weeks") == [Partstat.ACCEPTED, Partstat.ACCEPTED]


def test_no_to_a_series_names_its_days(series: Store, client: Visitor) -> None:
    refused = client.send(link("first"), {"answer": "no"})
    assert refused.status_code == 422
    assert "Pick the days you can’t come" in main_text(parsed(refused.text))
    client.send(link("first"), {"answer": "no", "days": ["second"]})
    assert partstats(series, "weeks") == [Partstat.NEEDS_ACTION, Partstat.DECLINED]


def test_no_day_of_somebody_elses_visit_can_be_slipped_in(series: Store, client: Visitor) -> None:
    client.send(link("first"), {"answer": "no", "days": [UID]})
    assert partstats(series) == [Partstat.NEEDS_ACTION]


@pytest.mark.usefixtures("small_district")
def test_unknown_link_says_so_kindly(client: Visitor) -> None:
    token = link().removeprefix("/r/")
    for path in ("/r/abc", "/r/AA.AA", f"/r/{token}x", f"/r/{token[:-1]}"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "We can’t find that invitation" in main_text(parsed(answer.text))


@pytest.mark.parametrize(
    ("when", "title"), [("start", "This visit has begun"), ("end", "This visit is over")]
)
def test_link_ends_with_the_visit(
    small_district: Store, client: Visitor, clock: StoppedClock, when: str, title: str
) -> None:
    token = client.page(link())
    clock.now = getattr(a_visit().period, when)
    answer = client.get(link())
    assert (answer.status_code, title in main_text(parsed(answer.text))) == (410, True)
    fields = {field.get("name"): field.get("value") for field in token.iter("input")}
    late = client.post(link(), data={"csrf_token": fields["csrf_token"], "answer": "no"})
    assert late.status_code == 303
    assert partstats(small_district) == [Partstat.NEEDS_ACTION]


def test_visit_that_was_called_off_says_why(small_district: Store, client: Visitor) -> None:
    with small_district.write() as work:
        work.visits.save((cancel(a_visit(), reason="Snow <day>", at=NOW),))
    answer = client.get(link())
    assert answer.status_code == 410
    assert "This visit was called off" in main_text(parsed(answer.text))
    assert "The reason: “Snow <day>”" in main_text(parsed(answer.text))


def test_held_visit_has_no_page_yet(small_district: Store, client: Visitor) -> None:
    with small_district.write() as work:
        held = a_visit(
            uid="held",
            request="bridges",
            state=VisitState.HELD,
            period=period("2026-12-15 10:40-11:30"),
            release_at=NOW + timedelta(minutes=10),
        )
        work.visits.add((held,))
    assert client.get(link("held")).status_code == 404


def test_yes_after_a_no_takes_the_visit_up_again(small_district: Store, client: Visitor) -> None:
    client.send(link(), {"answer": "no", "reason": "came_up"})
    page = client.page(link())
    assert buttons(page) == ["Yes, I can come after all"]
    client.send(link(), {"answer": "yes"})
    with small_district.read() as work:
        visit, request = work.visits.get(UID), work.requests.get("robots")
    assert visit is not None
    assert request is not None
    assert (visit.state, visit.cancel_reason) == (VisitState.CONFIRMED, "")
    assert request.state is RequestState.BOOKED
    assert "You are coming" in main_text(client.page(link()))


def test_no_stays_a_no_once_somebody_else_has_the_place(
    small_district: Store, client: Visitor
) -> None:
    client.send(link(), {"answer": "no"})
    with small_district.write() as work:
        other = a_visit(uid="other", bookings=some_bookings(OTHER_VOLUNTEER))
        work.visits.add((other,))
    said = main_text(client.page(link()))
    assert "Write to Carla Diaz: carla@schools.example" in said
    client.send(link(), {"answer": "yes"})
    with small_district.read() as work:
        visit = work.visits.get(UID)
    assert visit is not None
    assert visit.state is VisitState.CANCELLED


def test_other_times_are_offered_and_nothing_is_reopened(
    small_district: Store, client: Visitor
) -> None:
    with small_district.write() as work:
        windows = ("2026-12-08 P3", "2026-12-10 P3", "2026-12-15 P4")
        work.requests.put((a_request(*windows, state=RequestState.BOOKED),))
    page = client.page(f"{link()}/times")
    (first, second) = (
        str(box.get("value")) for box in page.iter("input") if box.get("name") == "starts"
    )
    assert first.startswith("2026-12-10T15:40")
    answer = client.send(f"{link()}/times", {"starts": [first], "other": "or later"})
    assert answer.status_code == 303
    with small_district.read() as work:
        (offer,) = work.time_offers.of_visits((UID,))
        request = work.requests.get("robots")
    assert ([start.isoformat() for start in offer.starts], offer.words) == ([first], "or later")
    assert request is not None
    assert request.state is RequestState.BOOKED
    assert partstats(small_district) == [Partstat.NEEDS_ACTION]
    assert "You offered another time." in main_text(client.page(link()))
    assert second


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"other": "  "},
        {"starts": ["2026-12-10T03:00:00+00:00"]},
        {"starts": ["soon"]},
        {"other": "x" * 301},
    ],
)
def test_offer_that_says_nothing_or_too_much_is_refused(
    small_district: Store, client: Visitor, fields: dict[str, object]
) -> None:
    assert client.send(f"{link()}/times", fields).status_code == 422
    with small_district.read() as work:
        assert work.time_offers.of_visits((UID,)) == ()


def test_older_link_marks_what_changed_since_its_mail(
    small_district: Store, client: Visitor
) -> None:
    later = period("2026-12-10 10:40-11:30")
    with small_district.write() as work:
        moved = move(a_visit(), period=later, room="12", hosts=a_visit().hosts, at=NOW)
        work.visits.save((moved,))
        facts = {"old_start": a_visit().period.start.isoformat(), "old_room": "12"}
        facts["old_end"] = a_visit().period.end.isoformat()
        work.outbox.add(
            announce(
                (moved,), purpose=CHANGE, recipients=(VOLUNTEER,), at=NOW, revision=1, facts=facts
            )
        )
    marked = main_text(client.page(f"{link()}?a=yes"))
    assert "The time has changed. Your e-mail said Tuesday 8 December, 10:40–11:30." in marked
    assert "has changed" not in main_text(client.page(f"{link()}?a=yes&s=1"))


def test_ended_link_sends_a_new_one_and_shows_no_address(
    small_district: Store, client: Visitor, clock: StoppedClock
) -> None:
    clock.now = a_visit().period.end
    token = csrf_token(client.get(link()).text)
    again = client.post(f"{link()}/again", data={"csrf_token": token})
    page = main_text(parsed(client.get(again.location).text))
    assert "A new link is on its way to your e-mail address." in page
    assert VOLUNTEER not in page
    with small_district.read() as work:
        assert [row.recipient for row in work.outbox.of_subjects(("sign-in",))] == [VOLUNTEER]


@pytest.mark.usefixtures("small_district")
def test_page_sends_no_address_on(client: Visitor) -> None:
    headers = client.get(link()).headers
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
