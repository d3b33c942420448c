"""The volunteer's week through its page: boxes, lines, limits, exact times, days away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from xml.etree.ElementTree import Element

import pytest

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import Limits, Volunteer
from scheduler.services.ports import Store
from tests.builders import VOLUNTEER, a_visit
from tests.small_district import OTHER_VOLUNTEER
from tests.web.conftest import Visitor, main_text, parsed, text_of

PAGE = "/availability"
LIMITS = {
    "max_per_day": "1",
    "max_per_week": "1",
    "max_per_month": "2",
    "max_km": "",
    "buffer_minutes": "15",
    "notice_days": "7",
}


@pytest.fixture
def ben(small_district: Store, signed_in_as: Callable[[str], Visitor]) -> Visitor:
    """Return the browser of the volunteer who has told us nothing yet."""
    assert small_district
    return signed_in_as(OTHER_VOLUNTEER)


def volunteer(store: Store, email: str = OTHER_VOLUNTEER) -> Volunteer:
    with store.read() as work:
        found = work.volunteers.get(email)
    assert found is not None
    return found


def ticked(page: Element) -> set[str | None]:
    return {box.get("value") for box in page.iter("input") if "checked" in box.attrib}


def undo(visitor: Visitor, page: Element) -> None:
    """Press the button of the message on the page."""
    (form,) = page.findall(".//div[@class='undo-note']/form")
    fields = {field.get("name"): field.get("value") for field in form.iter("input")}
    assert visitor.post(form.get("action"), data=fields).status_code == 303


def test_unknown_is_said_in_so_many_words(ben: Visitor) -> None:
    said = main_text(ben.page(PAGE))
    assert "We don’t know yet when you can visit. Until you tick a box or add a time" in said


def test_boxes_and_limits_are_saved_and_read_back(ben: Visitor, store: Store) -> None:
    changed = {"max_km": "12.5", "notice_days": "3"}
    fields = LIMITS | changed | {"free": ["mon-0800-1000", "mon-1000-1200"]}
    answer = ben.send(PAGE, fields)
    assert (answer.status_code, answer.location) == (303, PAGE)
    saved = volunteer(store)
    assert saved.weekly == (WeeklyAvailability(0, time(8), time(12)),)
    assert saved.limits == Limits(max_km=12.5, notice_days=3)
    page = ben.page(PAGE)
    assert ticked(page) == {"mon-0800-1000", "mon-1000-1200"}
    said = main_text(page)
    assert "You may be asked on Mondays from 08:00 to 12:00, until 25 June." in said
    assert "Up to 12.5 km from you. We leave you 15 free minutes before and after" in said
    assert "You hear of a visit at least 3 days ahead." in said


def test_head_of_a_line_fills_it_and_undo_takes_that_back(ben: Visitor, store: Store) -> None:
    ben.send(PAGE, LIMITS | {"free": ["fri-0800-1000"], "fill": "tue"})
    assert volunteer(store).weekly == (
        WeeklyAvailability(1, time(8), time(16)),
        WeeklyAvailability(4, time(8), time(10)),
    )
    page = ben.page(PAGE)
    assert "Filled Tuesday. Undo" in main_text(page)
    undo(ben, page)
    assert volunteer(store).weekly == (WeeklyAvailability(4, time(8), time(10)),)


def test_clearing_the_week_can_be_undone(ben: Visitor, store: Store) -> None:
    ben.send(PAGE, LIMITS | {"fill": "mornings"})
    mornings = volunteer(store).weekly
    boxes = sorted(str(box) for box in ticked(ben.page(PAGE)))
    ben.send(PAGE, LIMITS | {"free": boxes, "fill": "clear"})
    assert volunteer(store).weekly == ()
    undo(ben, ben.page(PAGE))
    assert volunteer(store).weekly == mornings


def test_clearing_the_week_keeps_the_visit(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    amara = signed_in_as(VOLUNTEER)
    amara.send(PAGE, LIMITS | {"fill": "clear"})
    with small_district.read() as work:
        assert work.visits.get(a_visit().uid) == a_visit()
    page = amara.page(PAGE)
    boxes = [box.get("aria-label") for box in page.iter("input") if box.get("name") == "free"]
    assert "Tuesday, Morning, 10 to 12, visit booked on 8 December" in boxes
    assert "Taking a tick away never cancels a visit." in main_text(page)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("max_per_day", "0", "Most visits a day: write a number from 1 to 8"),
        ("max_per_week", "", "Most visits a week: write a number from 1 to 20"),
        ("max_per_month", "many", "Most visits a month: write a number from 0 to 60"),
        ("max_km", "-1", "Longest way there, in km: write a number from 0 to 2000"),
        ("max_km", "nan", "Longest way there, in km: write a number from 0 to 2000"),
        ("max_km", "far", "Longest way there, in km: write a number from 0 to 2000"),
        ("notice_days", "181", "Days I need to know ahead: write a number from 0 to 180"),
    ],
)
def test_limit_that_makes_no_sense_is_refused_at_its_field(
    ben: Visitor, store: Store, field: str, value: str, message: str
) -> None:
    answer = ben.send(PAGE, LIMITS | {"free": ["mon-0800-1000"], field: value})
    page = parsed(answer.text)
    assert answer.status_code == 422
    assert [(a.get("href"), text_of(a)) for a in page.findall(".//*[@role='alert']//a")] == [
        (f"#{field}", message)
    ]
    assert text_of(page.find(f".//*[@id='{field}-error']")) == message
    assert ticked(page) == {"mon-0800-1000"}
    assert volunteer(store).weekly == ()


def test_column_names_sent_along_change_nothing_else(ben: Visitor, store: Store) -> None:
    before = volunteer(store)
    extra = {"email": "x@y.z", "is_active": "", "adult": "yes", "min_minutes": "99", "kind": "peer"}
    ben.send(PAGE, LIMITS | extra | {"free": ["mon-0800-1000"]})
    after = volunteer(store)
    assert (after.adult, after.kind, after.limits) == (before.adult, before.kind, before.limits)


def test_exact_time_is_added_shown_and_taken_back(ben: Visitor, store: Store) -> None:
    fields = {"weekday": "3", "start": "17:00", "end": "18:30", "last": "2027-03-01"}
    assert ben.send(f"{PAGE}/times", fields, on=PAGE).status_code == 303
    added = WeeklyAvailability(3, time(17), time(18, 30), None, date(2027, 3, 1))
    assert volunteer(store).weekly == (added,)
    page = ben.page(PAGE)
    assert "Added Thursday 17:00–18:30, until 1 March. Undo" in main_text(page)
    undo(ben, page)
    assert volunteer(store).weekly == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": ""}, "Tell us when it starts"),
        ({"start": "25:00"}, "Write a time, such as 17:30"),
        ({"end": "17:00"}, "The end must be after the start"),
        ({"first": "2027-02-30"}, "Pick a day, such as 14 December 2026"),
        ({"first": "2027-03-02", "last": "2027-03-01"}, "The last day is before the first"),
    ],
)
def test_exact_time_that_makes_no_sense_is_refused(
    ben: Visitor, store: Store, changes: dict[str, str], message: str
) -> None:
    fields = {"weekday": "3", "start": "17:00", "end": "18:30"} | changes
    answer = ben.send(f"{PAGE}/times", fields, on=PAGE)
    assert (answer.status_code, message in main_text(parsed(answer.text))) == (422, True)
    assert volunteer(store).weekly == ()


def test_days_away_are_added_removed_and_put_back(ben: Visitor, store: Store) -> None:
    skiing = DaysAway(DateRange(date(2026, 12, 14), date(2026, 12, 18)))
    fields = {"away_first": "2026-12-14", "away_last": "2026-12-18"}
    ben.send(f"{PAGE}/away", fields, on=PAGE)
    assert volunteer(store).away == (skiing,)
    assert "Remove 14–18 December" in {
        button.get("aria-label") for button in ben.page(PAGE).iter("button")
    }
    ben.send(f"{PAGE}/away/remove", fields, on=PAGE)
    assert volunteer(store).away == ()
    page = ben.page(PAGE)
    assert "Removed 14–18 December. Undo" in main_text(page)
    undo(ben, page)
    assert volunteer(store).away == (skiing,)


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("", "", "Pick the first day"),
        ("soon", "", "Pick a day, such as 14 December 2026"),
        ("2026-12-18", "2026-12-14", "The last day is before the first"),
        ("2026-11-20", "", "These days are over. Pick later ones"),
        ("2026-11-19", "2026-11-20", "These days are over. Pick later ones"),
    ],
)
def test_days_away_that_make_no_sense_are_refused(
    ben: Visitor, store: Store, first: str, last: str, message: str
) -> None:
    fields = {"away_first": first, "away_last": last}
    answer = ben.send(f"{PAGE}/away", fields, on=PAGE)
    assert (answer.status_code, message in main_text(parsed(answer.text))) == (422, True)
    assert volunteer(store).away == ()


def test_one_day_away_needs_no_last_day(ben: Visitor, store: Store) -> None:
    ben.send(f"{PAGE}/away", {"away_first": "2026-11-21"}, on=PAGE)
    today = date(2026, 11, 21)
    assert volunteer(store).away == (DaysAway(DateRange(today, today)),)


def test_enter_in_a_number_saves_and_fills_no_line(ben: Visitor) -> None:
    (form,) = (form for form in ben.page(PAGE).iter("form") if form.get("id") == "week")
    first = next(form.iter("button"))
    assert (first.get("name"), text_of(first)) == (None, "Save")


def test_tick_that_was_saved_by_itself_says_so_in_the_bar(ben: Visitor, store: Store) -> None:
    ben.send(PAGE, LIMITS | {"free": ["mon-0800-1000"]})
    answer = ben.get(PAGE, headers={"HX-Request": "true"})
    bar = parsed(answer.text).find(".//*[@id='week-said']")
    assert text_of(bar) == "1 box, about 2 hours a week Saved. Undo"
    assert bar is not None
    (form,) = bar.iter("form")
    fields = {field.get("name"): field.get("value") for field in form.iter("input")}
    assert ben.post(form.get("action"), data=fields).status_code == 303
    assert volunteer(store).weekly == ()


def test_first_tick_takes_the_question_off_the_page(ben: Visitor) -> None:
    assert "We don’t know yet" in text_of(ben.page(PAGE).find(".//*[@id='week-note']"))
    ben.send(PAGE, LIMITS | {"free": ["mon-0800-1000"]})
    page = ben.page(PAGE)
    assert text_of(page.find(".//*[@id='week-note']")) == ""
    (form,) = (form for form in page.iter("form") if form.get("id") == "week")
    assert "#week-note" in (form.get("data-hx-select-oob") or "").split(",")


def test_undo_brings_the_limits_back_too(ben: Visitor, store: Store) -> None:
    ben.send(PAGE, LIMITS | {"free": ["mon-0800-1000"], "max_per_month": "9"})
    undo(ben, ben.page(PAGE))
    assert (volunteer(store).weekly, volunteer(store).limits) == ((), Limits())
