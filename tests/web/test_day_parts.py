"""The parts of a day: set by the district, ticked by volunteers, in whatever language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.day_parts import USUAL_PARTS, DayPart
from scheduler.services.ports import Store
from tests.builders import COORDINATOR
from tests.small_district import OTHER_VOLUNTEER, VIEWER
from tests.web.conftest import Visitor, main_text, parsed, text_of
from tests.web.test_availability import LIMITS, PAGE, volunteer

SETTINGS, CHANGE = "/settings", "/settings/day-parts"
SignedInAs = Callable[[str], Visitor]
TWO = {
    "part_name_1": "First lessons",
    "part_start_1": "07:30",
    "part_end_1": "09:00",
    "part_name_2": " Afternoon ",
    "part_start_2": "13:15",
    "part_end_2": "16:00",
}


def parts(store: Store) -> tuple[DayPart, ...]:
    with store.read() as work:
        return work.own_weeks.day_parts()


@pytest.fixture
def carla(small_district: Store, signed_in_as: SignedInAs) -> Visitor:
    """Return the browser of the coordinator."""
    assert small_district
    return signed_in_as(COORDINATOR)


def test_district_cuts_its_days_and_goes_back_to_the_usual(carla: Visitor, store: Store) -> None:
    fields = {each.get("name"): each.get("value") for each in carla.page(SETTINGS).iter("input")}
    assert [fields[f"part_{told}_4"] for told in ("name", "start", "end")] == [
        *("Afternoon", "14:00", "16:00")
    ]
    answer = carla.send(CHANGE, TWO, on=SETTINGS)
    assert (answer.status_code, answer.location) == (303, SETTINGS)
    assert parts(store) == (
        DayPart("First lessons", time(7, 30), time(9)),
        DayPart("Afternoon", time(13, 15), time(16)),
    )
    carla.send(CHANGE, {"usual": "1"}, on=SETTINGS)
    assert parts(store) == USUAL_PARTS


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"part_name_2": " "}, "part_name_2", "Tell us what this part is called"),
        ({"part_start_1": ""}, "part_start_1", "Tell us when it starts"),
        ({"part_end_1": ""}, "part_end_1", "Tell us when it ends"),
        ({"part_end_1": "late"}, "part_end_1", "Write a time, such as 17:30"),
        ({"part_end_1": "07:30"}, "part_end_1", "The end must be after the start"),
        ({"part_end_1": "08:59"}, "part_end_1", "Use steps of 5 minutes, such as 8:00 or 8:05"),
        (
            {"part_end_1": "13:20"},
            "part_start_2",
            "This part starts before the one above it ends",
        ),
        ({"part_name_2": "First  lessons"}, "part_name_2", "Another part has this name"),
        ({"part_name_1": "x" * 21}, "part_name_1", "Use at most 20 letters"),
        (
            dict.fromkeys(("part_name_2", "part_start_2", "part_end_2"), ""),
            "part_name_2",
            "Write down at least two parts of the day",
        ),
    ],
)
def test_parts_that_make_no_day_are_refused_at_their_field(
    carla: Visitor, store: Store, changes: dict[str, str], field: str, message: str
) -> None:
    answer = carla.send(CHANGE, TWO | changes, on=SETTINGS)
    page = parsed(answer.text)
    assert answer.status_code == 422
    assert [(a.get("href"), text_of(a)) for a in page.findall(".//*[@role='alert']//a")] == [
        (f"#{field}", message)
    ]
    assert text_of(page.find(f".//*[@id='{field}-error']")) == message
    assert parts(store) == USUAL_PARTS


def test_usual_name_is_kept_as_the_usual_one_in_every_language(
    carla: Visitor, small_district: Store, signed_in_as: SignedInAs
) -> None:
    carla.send("/language", {"language": "fr"}, on=SETTINGS)
    carla.send(CHANGE, TWO | {"part_name_2": "Matin"}, on=SETTINGS)
    assert parts(small_district)[1].name == "Morning"
    heads = [text_of(b) for b in signed_in_as(OTHER_VOLUNTEER).page(PAGE).iter("button")]
    assert "Fill Morning 13:15–16" in heads


def test_week_is_asked_in_the_parts_of_the_district(
    carla: Visitor, store: Store, signed_in_as: SignedInAs
) -> None:
    carla.send(CHANGE, TWO, on=SETTINGS)
    ben = signed_in_as(OTHER_VOLUNTEER)
    names = [box.get("aria-label") for box in ben.page(PAGE).iter("input")]
    assert "Tuesday, First lessons, 7:30 to 9" in names
    ben.send(PAGE, LIMITS | {"fill": "0730-0900"})
    assert "Filled First lessons. Undo" in main_text(ben.page(PAGE))
    ben.send(PAGE, LIMITS | {"fill": "mornings"})
    assert volunteer(store).weekly == tuple(
        WeeklyAvailability(weekday, time(7, 30), time(9)) for weekday in range(5)
    )


def test_page_older_than_the_parts_is_refused_and_shows_the_week_as_it_is(
    carla: Visitor, store: Store, signed_in_as: SignedInAs
) -> None:
    ben = signed_in_as(OTHER_VOLUNTEER)
    ben.send(PAGE, LIMITS | {"free": ["mon-0800-1000"]})
    kept = volunteer(store).weekly
    carla.send(CHANGE, TWO, on=SETTINGS)
    tries: tuple[dict[str, object], ...] = (
        {"free": ["mon-0800-1000", "tue-0800-1000"]},
        {"fill": "1000-1200"},
    )
    for fields in tries:
        answer = ben.send(PAGE, {**LIMITS, **fields})
        assert answer.status_code == 422
        said = main_text(parsed(answer.text))
        assert "The parts of the day are others now. Look at your week once more" in said
    assert volunteer(store).weekly == kept
    assert "Monday 08:00–10:00" in main_text(ben.page(PAGE))


def test_preset_of_all_mornings_needs_a_part_that_ends_by_noon(
    carla: Visitor, signed_in_as: SignedInAs
) -> None:
    late = {"part_start_1": "11:00", "part_end_1": "12:05"}
    carla.send(CHANGE, TWO | late, on=SETTINGS)
    chips = [text_of(each) for each in signed_in_as(OTHER_VOLUNTEER).page(PAGE).iter("button")]
    assert ("All mornings" in chips, "Clear" in chips) == (False, True)


def test_viewer_reads_the_parts_and_changes_none(
    small_district: Store, signed_in_as: SignedInAs
) -> None:
    viewer = signed_in_as(VIEWER)
    page = viewer.page(SETTINGS)
    assert "Early08:00–10:00 Morning10:00–12:00" in main_text(page)
    assert "Save the parts of the day" not in main_text(page)
    assert viewer.send(CHANGE, TWO, on=SETTINGS).status_code in (403, 404)
    assert parts(small_district) == USUAL_PARTS
