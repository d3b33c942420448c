"""The calendar and the page of a visit: who sees what, how it is drawn, where it leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import Booking, Partstat, VisitState
from scheduler.services.ports import Store
from scheduler.web.calendar import first_weekday
from tests.builders import (
    COORDINATOR,
    DAY,
    TEACHER,
    VOLUNTEER,
    a_person,
    a_visit,
    moment,
    period,
)
from tests.small_district import OFFICE, OTHER_TEACHER, OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import StoppedClock, Visitor, main_text, text_of

SignIn = Callable[[str], Visitor]
WEEK = f"/calendar?on={DAY}"
VISIT = f"/visits/{a_visit().uid}"
pytestmark = pytest.mark.usefixtures("small_district")


def put_visit(store: Store, **changes: object) -> None:
    with store.write() as work:
        work.visits.save((replace(a_visit(), **changes),))  # type: ignore[arg-type]


def close(store: Store, school: str, name: str) -> None:
    with store.write() as work:
        work.districts.put_closures((Closure(school, DateRange(DAY, DAY), name),))


@pytest.mark.parametrize("email", [COORDINATOR, VIEWER, TEACHER, VOLUNTEER, OFFICE])
@pytest.mark.parametrize("view", ["week", "month", "list"])
def test_visit_is_shown_to_everyone_it_concerns(
    signed_in_as: SignIn, email: str, view: str
) -> None:
    page = signed_in_as(email).page(f"{WEEK}&view={view}")
    links = [link for link in page.iter("a") if link.get("href") == VISIT]
    assert links
    assert "Robots around us" in text_of(links[0])


@pytest.mark.parametrize("email", [OTHER_TEACHER, OTHER_VOLUNTEER])
def test_visit_of_others_is_nowhere(signed_in_as: SignIn, email: str) -> None:
    visitor = signed_in_as(email)
    assert "Robots" not in main_text(visitor.page(WEEK))
    assert visitor.get(VISIT).status_code == 404


def test_office_sees_its_own_schools_alone(store: Store, signed_in_as: SignIn) -> None:
    with store.write() as work:
        work.people.put((a_person(email=OFFICE, name="Olive Stone", schools=()),))
    visitor = signed_in_as(OFFICE)
    assert "Robots" not in visitor.get(WEEK).text
    assert visitor.get(VISIT).status_code == 404


@pytest.mark.parametrize(
    ("email", "sees_it"),
    [(COORDINATOR, True), (TEACHER, True), (OFFICE, False), (VOLUNTEER, False)],
)
def test_what_is_held_back_is_known_to_few(
    store: Store, signed_in_as: SignIn, email: str, sees_it: bool
) -> None:
    put_visit(store, state=VisitState.HELD, was_released=False)
    visitor = signed_in_as(email)
    assert ("Robots" in main_text(visitor.page(WEEK))) is sees_it
    assert (visitor.get(VISIT).status_code == 200) is sees_it


def test_volunteer_who_said_no_sees_the_visit_no_more(store: Store, signed_in_as: SignIn) -> None:
    put_visit(store, bookings=(Booking(VOLUNTEER, Partstat.DECLINED, removed=True),))
    assert signed_in_as(VOLUNTEER).get(VISIT).status_code == 404


def test_week_is_a_table_with_a_caption_and_headed_rows_and_columns(signed_in_as: SignIn) -> None:
    table = signed_in_as(COORDINATOR).page(WEEK).find(".//table")
    assert table is not None
    assert text_of(table.find("caption")) == "Visits by school, 7–11 December"
    heads = [text_of(head) for head in table.iter("th") if head.get("scope") == "col"]
    assert heads == [
        *("School", "Mon 7 December", "Tue 8 December", "Wed 9 December"),
        *("Thu 10 December", "Fri 11 December"),
    ]
    assert [text_of(head) for head in table.iter("th") if head.get("scope") == "row"] == [
        "Maple School"
    ]
    (link,) = table.iter("a")
    assert text_of(link) == (
        "Tuesday 8 December, Maple School, 10:40 Robots around us Amara Okafor Waiting for a yes"
    )


def test_week_by_volunteer_shows_when_they_are_free(signed_in_as: SignIn) -> None:
    table = signed_in_as(COORDINATOR).page(f"{WEEK}&by=volunteer").find(".//table")
    assert table is not None
    row = [text_of(cell) for cell in table.find("tbody").iter("td")]  # type: ignore[union-attr]
    assert row[0] == "Free 08:00–16:00"
    assert row[1].endswith("Maple School Waiting for a yes Free 08:00–16:00")


def test_closed_days_are_named_for_one_school_and_for_all(
    store: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    close(store, "maple", "Snow")
    assert "Snow" in text_of(visitor.page(WEEK).find(".//tbody"))
    close(store, "", "Holiday")
    assert "Tue 8 December Holiday" in text_of(visitor.page(WEEK).find(".//thead"))
    assert "Closed: Holiday" in main_text(visitor.page(f"{WEEK}&view=list"))


def test_holiday_is_told_once_in_the_list(store: Store, signed_in_as: SignIn) -> None:
    with store.write() as work:
        days = DateRange(DAY.replace(day=14), DAY.replace(day=20))
        work.districts.put_closures((Closure("", days, "Break"),))
    told = main_text(signed_in_as(TEACHER).page(f"{WEEK}&view=list"))
    assert told.count("Break") == 1
    assert "14–20 DecemberClosed: Break" in told


def test_today_has_a_word(signed_in_as: SignIn, clock: StoppedClock) -> None:
    clock.now = moment("2026-12-08 07:00")
    visitor = signed_in_as(COORDINATOR)
    assert "Tue 8 December Today" in text_of(visitor.page("/calendar").find(".//thead"))
    assert "8 Today" in text_of(visitor.page("/calendar?view=month").find(".//tbody"))


def test_month_shows_three_visits_and_the_way_to_the_others(
    store: Store, signed_in_as: SignIn
) -> None:
    with store.write() as work:
        for number, hour in enumerate(("12:00", "13:00", "14:00", "15:00")):
            when = period(f"2026-12-08 {hour}-{hour[:2]}:30")
            work.visits.add(
                (replace(a_visit(), uid=f"more-{number}", period=when, session=2 + number),)
            )
    page = signed_in_as(COORDINATOR).page(f"{WEEK}&view=month")
    table = page.find(".//table")
    assert table is not None
    assert len([a for a in table.iter("a") if (a.get("href") or "").startswith("/visits/")]) == 3
    (more,) = [a for a in table.iter("a") if text_of(a).startswith("2 more")]
    assert more.get("href") == f"/calendar?view=list&on={DAY}"


def test_filters_are_in_the_address_and_a_topic_stands_for_those_below(
    signed_in_as: SignIn,
) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert "Robots around us" in visitor.get(f"{WEEK}&topic=engineering&school=maple").text
    assert "Robots around us" not in visitor.get(f"{WEEK}&zone=north").text
    assert "Robots around us" not in visitor.get(f"{WEEK}&topic=bridges").text


def test_previous_and_next_lead_a_week_a_month_on(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    for view, days in (
        ("week", ("2026-11-29", "2026-12-13")),
        ("month", ("2026-11-01", "2027-01-01")),
    ):
        links = {text_of(a): a.get("href") for a in visitor.page(f"{WEEK}&view={view}").iter("a")}
        assert [(links["Previous"] or "")[-10:], (links["Next"] or "")[-10:]] == list(days)


def test_week_begins_where_the_country_says() -> None:
    assert [first_weekday(country) for country in ("CA", "FR", "", "XX")] == [6, 0, 0, 0]


def test_zone_is_named_for_a_reader_who_lives_by_another(
    store: Store, signed_in_as: SignIn
) -> None:
    assert "time (UTC" not in main_text(signed_in_as(VOLUNTEER).page(WEEK))
    with store.write() as work:
        person = work.volunteers.get(VOLUNTEER)
        assert person
        work.volunteers.put((replace(person, timezone="America/Vancouver"),))
    assert "Toronto time (UTC−5)" in main_text(signed_in_as(VOLUNTEER).page(WEEK))


def test_list_is_a_file_too(signed_in_as: SignIn) -> None:
    answer = signed_in_as(TEACHER).get(f"/calendar.csv?view=list&on={DAY}")
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[1] == (
        '"2026-12-08","10:40","11:30","Maple School","5A","12","Lena Fischer","Amara Okafor",'
        '"Robots around us","Waiting for a yes"'
    )
    assert len(lines) == 2


@pytest.mark.parametrize(
    "query", ["on=yesterday", "on=9999-12-31", "view=year", "by=planet", "on=0001-01-01"]
)
def test_odd_address_shows_this_week(signed_in_as: SignIn, query: str) -> None:
    carla = signed_in_as(COORDINATOR)
    assert main_text(carla.page(f"/calendar?{query}")) == main_text(carla.page("/calendar"))


def test_visit_page_tells_each_reader_their_part(signed_in_as: SignIn) -> None:
    told = {
        email: main_text(signed_in_as(email).page(VISIT))
        for email in (COORDINATOR, VIEWER, TEACHER, VOLUNTEER, OFFICE)
    }
    assert all("Amara Okafor No answer yet" in words for words in told.values())
    assert {email for email, words in told.items() if "History" in words} == {COORDINATOR, VIEWER}
    assert {email for email, words in told.items() if "Move to…" in words} == {COORDINATOR}
    assert {e for e, words in told.items() if "Call this visit off" in words} == {
        COORDINATOR,
        TEACHER,
    }


def test_volunteer_reads_no_other_volunteers_answer(store: Store, signed_in_as: SignIn) -> None:
    put_visit(store, bookings=(Booking(VOLUNTEER), Booking(OTHER_VOLUNTEER, Partstat.ACCEPTED)))
    assert "Ben Ito" not in signed_in_as(VOLUNTEER).get(VISIT).text
    assert "Ben Ito Said yes" in main_text(signed_in_as(TEACHER).page(VISIT))


def test_teacher_calls_a_visit_off_with_a_reason(store: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(TEACHER)
    assert visitor.send(f"{VISIT}/cancel", {"reason": " "}, on=VISIT).status_code == 422
    answer = visitor.send(f"{VISIT}/cancel", {"reason": "The class is away"}, on=VISIT)
    assert (answer.status_code, answer.location) == (303, VISIT)
    with store.read() as work:
        visit = work.visits.get(a_visit().uid)
    assert visit
    assert (visit.state, visit.cancel_reason) == (VisitState.CANCELLED, "The class is away")
    assert "Called off: The class is away" in main_text(visitor.page(VISIT))


def test_office_and_volunteer_call_nothing_off(store: Store, signed_in_as: SignIn) -> None:
    for email in (OFFICE, VOLUNTEER, VIEWER):
        visitor = signed_in_as(email)
        answer = visitor.send(f"{VISIT}/cancel", {"reason": "No"}, on=VISIT)
        assert answer.status_code == 404
        assert visitor.get(f"{VISIT}/move").status_code == 404
    with store.read() as work:
        assert work.visits.get(a_visit().uid) == a_visit()


def test_coordinator_moves_a_visit_to_a_lesson_that_suits_everyone(
    store: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    page = visitor.page(f"{VISIT}/move")
    starts = [box.get("value") or "" for box in page.iter("input") if box.get("name") == "start"]
    thursday = moment("2026-12-10 10:40").isoformat()
    assert thursday in starts
    assert a_visit().period.start.isoformat() not in starts
    assert visitor.send(f"{VISIT}/move", {"start": thursday}).status_code == 303
    with store.read() as work:
        visit = work.visits.get(a_visit().uid)
    assert visit
    assert visit.pending_move
    assert visit.pending_move.period == period("2026-12-10 10:40-11:30")
    assert "Moves to Thursday 10 December, 10:40" in main_text(visitor.page(VISIT))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"start": "soon"},
        {"start": "2026-12-13T10:40:00-05:00"},
        {"day": "2026-12-12", "time": "10:40"},
    ],
)
def test_move_to_nowhere_is_refused(
    store: Store, signed_in_as: SignIn, fields: dict[str, str]
) -> None:
    answer = signed_in_as(COORDINATOR).send(f"{VISIT}/move", fields)
    assert answer.status_code == 422
    with store.read() as work:
        assert work.visits.get(a_visit().uid) == a_visit()


def test_unknown_visit_is_not_found(signed_in_as: SignIn) -> None:
    assert signed_in_as(COORDINATOR).get("/visits/none").status_code == 404
    assert signed_in_as(VOLUNTEER).get(f"{VISIT}.ics").mimetype == "text/calendar"
