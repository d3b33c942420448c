"""About me: each part is saved alone, and what is the office's is not the volunteer's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from scheduler.domain.volunteers import Format, Volunteer
from scheduler.services.ports import Store
from tests.builders import TEACHER, VOLUNTEER
from tests.web.conftest import Visitor, main_text, parsed, text_of


@pytest.fixture
def amara(small_district: Store, signed_in_as: Callable[[str], Visitor]) -> Visitor:
    assert small_district
    return signed_in_as(VOLUNTEER)


def volunteer(store: Store) -> Volunteer:
    with store.read() as work:
        found = work.volunteers.get(VOLUNTEER)
    assert found is not None
    return found


def test_profile_shows_what_is_known_and_the_clearance_to_read_only(amara: Visitor) -> None:
    page = amara.page("/profile")
    said = main_text(page)
    assert "Approved" in said
    assert "Fri 31 December 2027" in said
    names = {field.get("name") or "" for field in (*page.iter("input"), *page.iter("select"))}
    assert not {name for name in names if "clearance" in name}
    ticked = {box.get("value") for box in page.iter("input") if "checked" in box.attrib}
    assert {"robotics", "en", "in_person", "virtual", "3", "8"} <= ticked


@pytest.mark.parametrize(
    ("section", "fields", "changes"),
    [
        (
            "topics",
            {"topics": ["robotics", "engineering", "magic"], "level-robotics": "1"},
            {"level_by_topic": {"robotics": 1, "engineering": 2}},
        ),
        ("grades", {"grades": ["-1", "0", "99"]}, {"grades": frozenset({-1, 0})}),
        ("languages", {"languages": ["fr"]}, {"languages": ("fr",)}),
        ("formats", {"formats": ["virtual"]}, {"formats": frozenset({Format.VIRTUAL})}),
        ("needs", {"needs": " A ramp "}, {"needs": "A ramp"}),
        ("zone", {"timezone": "America/Regina"}, {"timezone": "America/Regina"}),
    ],
)
def test_part_is_saved_and_nothing_else(
    store: Store,
    amara: Visitor,
    section: str,
    fields: dict[str, object],
    changes: dict[str, object],
) -> None:
    before = volunteer(store)
    answer = amara.send(f"/profile/{section}", fields, on="/profile")
    assert (answer.status_code, answer.location) == (303, f"/profile#{section}")
    assert volunteer(store) == replace(before, **changes)  # type: ignore[arg-type]


def test_new_postal_code_forgets_the_old_place(store: Store, amara: Visitor) -> None:
    fields = {"postal_code": "M5V 2T6", "min_minutes": "40"}
    amara.send("/profile/way", fields, on="/profile")
    saved = volunteer(store)
    assert (saved.postal_code, saved.coordinates, saved.limits.min_minutes) == ("M5V 2T6", None, 40)


@pytest.mark.parametrize(
    ("section", "fields", "message"),
    [
        ("topics", {}, "Pick at least one topic"),
        ("grades", {"grades": ["99"]}, "Pick at least one grade"),
        ("formats", {}, "Pick at least one way to visit"),
        ("way", {"postal_code": "x" * 13}, "Use at most 12 letters"),
        ("way", {"min_minutes": "241"}, "Write a number from 0 to 240"),
        ("needs", {"needs": "x" * 301}, "Use at most 300 letters"),
        ("zone", {"timezone": "Mars/Olympus"}, "Pick a place from the list"),
        ("clearance", {"state": "approved"}, ""),
    ],
)
def test_part_that_makes_no_sense_is_refused(
    store: Store, amara: Visitor, section: str, fields: dict[str, object], message: str
) -> None:
    before = volunteer(store)
    answer = amara.send(f"/profile/{section}", fields, on="/profile")
    assert answer.status_code == 422
    assert message in main_text(parsed(answer.text))
    assert volunteer(store) == before


def test_error_leads_to_its_field(amara: Visitor) -> None:
    page = parsed(amara.send("/profile/needs", {"needs": "x" * 301}, on="/profile").text)
    assert text_of(page.find(".//title")).startswith("Error: ")
    (link,) = page.findall(".//*[@role='alert']//a")
    assert page.find(f".//*[@id='{(link.get('href') or '')[1:]}']") is not None


def test_only_volunteers_have_a_profile(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    assert small_district
    assert signed_in_as(TEACHER).get("/profile").status_code == 404
