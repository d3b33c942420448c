"""The settings, form by form: kept, read back, and guarded against who was faster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.people import RoleName
from scheduler.services.ports import Store
from tests.builders import COORDINATOR, a_person
from tests.web.conftest import StoppedClock, Visitor, main_text, parsed, text_of, version_on

SignIn = Callable[[str], Visitor]
PAGE, SAM = "/settings", "sam@river.example"
WORDS: dict[str, object] = {"site_name": "Guests", "language": "en"}
WEIGHTS: dict[str, object] = {
    "fit": 40,
    "preference": 900,
    "preferred": 60,
    "fairness": 15,
    "equity": 60,
}
WEIGHTS |= {"travel": 1, "same_start": 60, "same_volunteer": 30}
MAIL: dict[str, object] = {
    "reminder_days": 2,
    "earlier_reminder_days": 14,
    "asks_still_coming": "y",
}
MAIL |= {"still_coming_days": 4, "ask_again_days": 3, "let_go_days": 0}
PARTS: dict[str, object] = {"part_name_1": "Early", "part_start_1": "07:30", "part_end_1": "09:00"}
PARTS |= {"part_name_2": "Late", "part_start_2": "13:15", "part_end_2": "16:00"}


@pytest.fixture
def sam(small_district: Store, signed_in_as: SignIn) -> Visitor:
    """Return the browser of a second coordinator."""
    with small_district.write() as work:
        work.people.put((replace(a_person(RoleName.COORDINATOR), email=SAM, name="Sam Roy"),))
    return signed_in_as(SAM)


def test_settings_are_kept_and_read_back(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    visitor.send("/settings/words", WORDS, on=PAGE)
    assert text_of(visitor.page(PAGE).find(".//title")) == "Settings – Guests"
    visitor.send("/settings/weights", WEIGHTS, on=PAGE)
    said = main_text(visitor.page(PAGE))
    assert "“The teacher’s first choice of time” counts most" in said
    with small_district.read() as work:
        assert work.districts.get().weights == {"preference": 900}  # type: ignore[union-attr]
    assert visitor.send("/settings/weights", {**WEIGHTS, "fit": -1}, on=PAGE).status_code == 422
    visitor.send("/settings/weights", {"usual": "1"}, on=PAGE)
    with small_district.read() as work:
        assert work.districts.get().weights == {}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("form", "hers", "his", "kept"),
    [
        ("words", WORDS, WORDS | {"site_name": "Visitors"}, 'value="Guests"'),
        ("mail", MAIL, MAIL | {"earlier_reminder_days": 9}, 'value="14"'),
        ("day-parts", PARTS, PARTS | {"part_name_1": "First"}, 'value="Early"'),
        ("weights", WEIGHTS, WEIGHTS | {"preference": 800}, 'value="900"'),
    ],
)
def test_second_of_two_forms_is_told_who_was_faster_and_keeps_its_words(
    sam: Visitor,
    signed_in_as: SignIn,
    clock: StoppedClock,
    form: str,
    hers: Mapping[str, object],
    his: Mapping[str, object],
    kept: str,
) -> None:
    path, carla = f"{PAGE}/{form}", signed_in_as(COORDINATOR)
    seen = version_on(carla.page(PAGE), path)
    assert sam.send(path, {**his, "version": seen}, on=PAGE).status_code == 303
    clock.now += timedelta(minutes=2)
    answer = carla.send(path, {**hers, "version": seen}, on=PAGE)
    assert answer.status_code == 409
    shown = parsed(answer.text)
    assert "Sam Roy changed this 2 minutes ago. Nothing was changed." in text_of(shown)
    assert kept in answer.text
    assert kept not in carla.get(PAGE).text
    again = carla.send(path, {**hers, "version": version_on(shown, path)}, on=PAGE)
    assert again.status_code == 303
    assert kept in carla.get(PAGE).text


@pytest.mark.parametrize("form", ["day-parts", "weights"])
def test_way_back_to_the_usual_overwrites_nothing_unseen(
    sam: Visitor, signed_in_as: SignIn, form: str
) -> None:
    path, carla = f"{PAGE}/{form}", signed_in_as(COORDINATOR)
    seen = version_on(carla.page(PAGE), path)
    sam.send(path, PARTS if form == "day-parts" else WEIGHTS, on=PAGE)
    assert carla.send(path, {"usual": "1", "version": seen}, on=PAGE).status_code == 409


def test_forms_of_other_settings_stand_in_nobodys_way(sam: Visitor, signed_in_as: SignIn) -> None:
    carla = signed_in_as(COORDINATOR)
    before = carla.page(PAGE)
    sam.send(f"{PAGE}/words", WORDS, on=PAGE)
    for form, fields in (("mail", MAIL), ("day-parts", PARTS), ("weights", WEIGHTS)):
        seen = {"version": version_on(before, f"{PAGE}/{form}")}
        assert carla.send(f"{PAGE}/{form}", fields | seen, on=PAGE).status_code == 303
