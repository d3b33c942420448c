"""Pages in other languages: which is spoken, what is written how, and that nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask_babel import get_babel
from sqlalchemy import inspect, text

from scheduler.calendars.public_holidays import regions_of
from scheduler.domain.periods import DateRange
from scheduler.services.blank_files import known_files
from scheduler.services.ports import Store
from scheduler.storage.database import db
from scheduler.web.formats import write_share
from scheduler.web.languages import speaking
from scheduler.web.phrasing import (
    clock,
    date_range,
    joined,
    long_day_with_year,
    number,
    span,
    zone_label,
)
from tests.architecture.source import CHECKOUT
from tests.builders import COORDINATOR, TEACHER, TORONTO, VOLUNTEER, moment, period
from tests.languages.pseudo import write_odd
from tests.small_district import OFFICE
from tests.web.conftest import Visitor, main_text, parsed, text_of

TUESDAY = date(2026, 12, 8)
START = moment("2026-12-08 14:40")
# The names of programs, formats and commands are the same in every language.
NAMES = frozenset(
    re.findall(
        r"\w+",
        "Google Calendar Apple Outlook iPhone iPad Mac Android Thunderbird English America"
        " Enter Shift UTC CSV ICS WCAG iCal ics csv https webcal toml district"
        " visitbell import jobs"
        # Public holidays bear the names under which a school may take them over.
        " New Year Day Good Friday Christmas",
    )
)
# What people wrote; a topic without a label is called by its key.
PEOPLES_COLUMNS = re.compile(
    r"\.(\w*name|title|label|address|email|\w*note|room|words|goal|phone|protocol|needs|subject)$"
    r"|^topic\.key$|^(clearance|organization)\.kind$"
)
# The components' own gallery is for who builds pages.
GALLERY = "/help/ui"
WORD = re.compile(r"\b[A-Za-z]{3,}\b")
UNREAD = frozenset({"script", "style", "svg", "bdi"})


class TestChoosing:
    def test_page_speaks_what_the_browser_asks_for(self, client: Visitor) -> None:
        page = client.get("/", headers={"Accept-Language": "de, fr-CA;q=0.8, en;q=0.5"})
        assert '<html lang="fr' in page.text

    def test_browser_that_asks_for_nothing_we_speak_gets_the_districts_language(
        self, client: Visitor
    ) -> None:
        assert '<html lang="en"' in client.get("/", headers={"Accept-Language": "de"}).text

    def test_choice_is_kept_in_the_browser(self, client: Visitor) -> None:
        answer = client.send("/language", {"language": "es", "back": "/login"}, on="/")
        assert (answer.status_code, answer.location) == (303, "/login")
        assert '<html lang="es' in client.get("/login", headers={"Accept-Language": "fr"}).text

    def test_choice_is_kept_with_the_account(
        self, small_district: Store, signed_in_as: Callable[[str], Visitor]
    ) -> None:
        signed_in_as(TEACHER).send("/language", {"language": "fr"}, on="/requests")
        assert '<html lang="fr-CA"' in signed_in_as(TEACHER).get("/requests").text
        with small_district.read() as work:
            person = work.people.get(TEACHER)
        assert person is not None
        assert person.locale == "fr"
        assert person.roles

    @pytest.mark.parametrize("language", ["", "de", "../fr", "fr_FR"])
    def test_language_that_is_not_spoken_is_no_choice(self, client: Visitor, language: str) -> None:
        assert client.send("/language", {"language": language}, on="/").status_code == 404

    @pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example"])
    def test_choice_never_leads_elsewhere(self, client: Visitor, following: str) -> None:
        answer = client.send("/language", {"language": "fr", "back": following}, on="/")
        assert answer.location == "/"

    def test_switch_names_languages_in_themselves(self, client: Visitor) -> None:
        buttons = client.page("/").findall(".//form[@class='languages']/button")
        assert [(each.get("lang"), text_of(each)) for each in buttons] == [
            ("en", "English"),
            ("es", "Español"),
            ("fr", "Français"),
        ]

    def test_second_language_is_not_the_first_one_kept(
        self, small_district: Store, signed_in_as: Callable[[str], Visitor]
    ) -> None:
        visitor = signed_in_as(TEACHER)
        english = main_text(visitor.page("/calendars"))
        visitor.send("/language", {"language": "fr"}, on="/calendars")
        assert english != main_text(visitor.page("/calendars"))
        visitor.send("/language", {"language": "en"}, on="/calendars")
        assert main_text(visitor.page("/calendars")) == english


class TestWriting:
    @pytest.mark.parametrize(
        ("tag", "expected"),
        [
            ("en-CA", ("Tuesday 8 December 2026", "14:40", "14:40–15:30", "1,500", "1.2%")),
            (
                "en-US",
                ("Tuesday, December 8, 2026", "2:40\u202fPM", "2:40 – 3:30 PM", "1,500", "1.2%"),
            ),
            ("fr-CA", ("mardi 8 décembre 2026", "14 h 40", "14 h 40 – 15 h 30", "1 500", "1,2 %")),
            (
                "es-US",
                ("martes, 8 de diciembre de 2026", "2:40 p.m.", "2:40–3:30 p.m.", "1,500", "1.2%"),
            ),
            ("de-DE", ("Tuesday 8 December 2026", "14:40", "14:40–15:30", "1,500", "1.2%")),
        ],
    )  # fmt: skip
    def test_days_hours_and_numbers_follow_language_and_region(
        self, app: Flask, tag: str, expected: tuple[str, ...]
    ) -> None:
        with speaking(tag, within=app):
            written = (
                long_day_with_year(TUESDAY),
                clock(START, TORONTO),
                span(period("2026-12-08 14:40-15:30"), TORONTO),
                number(1500),
                write_share(0.0123),
            )
        assert tuple(map(plain, written)) == tuple(map(plain, expected))

    def test_no_line_ends_within_an_hour(self, app: Flask) -> None:
        with speaking("fr-CA", within=app):
            assert clock(START, TORONTO) == "14\xa0h\xa040"
            assert span(period("2026-12-08 14:40-15:30"), TORONTO).split(" ") == [
                "14\xa0h\xa040\u2009–\u200915\xa0h\xa030"
            ]

    def test_lists_ranges_and_zones_are_those_of_the_language(self, app: Flask) -> None:
        week = DateRange(TUESDAY, date(2026, 12, 11))
        with speaking("fr-CA", within=app):
            assert joined(("Ana", "Ben", "Cy")) == "Ana, Ben et Cy"
            assert plain(date_range(week)) == "8 – 11 déc."
            assert zone_label(START, "America/Halifax").startswith("heure locale à Halifax")

    def test_english_is_spoken_where_nobody_is_spoken_to(self) -> None:
        assert (joined(("Ana", "Ben")), clock(START, TORONTO)) == ("Ana and Ben", "14:40")


@pytest.fixture(scope="session")
def odd_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a language nobody speaks, once left to right and once not."""
    folder = tmp_path_factory.mktemp("odd")
    write_odd(folder, "el", "he")
    return folder


@pytest.fixture
def odd_app(app: Flask, odd_folder: Path) -> Flask:
    """Return the site speaking that language in place of those it ships."""
    get_babel(app).translation_directories[:] = [str(odd_folder)]
    return app


@pytest.mark.parametrize("email", ["", COORDINATOR, TEACHER, VOLUNTEER, OFFICE])
def test_nothing_on_any_page_stays_english(
    odd_app: Flask, small_district: Store, signed_in_as: Callable[[str], Visitor], email: str
) -> None:
    visitor = signed_in_as(email) if email else odd_app.test_client()
    assert isinstance(visitor, Visitor)
    visitor.set_cookie("language", "el")
    names = NAMES | words_of_people(odd_app) | words_of_files() | words_of_regions()
    left = {path: found for path, page in crawled(visitor) if (found := plain_words(page) - names)}
    assert left == {}


def test_page_of_a_language_from_right_to_left_says_so(odd_app: Flask) -> None:
    visitor = odd_app.test_client()
    visitor.set_cookie("language", "he")
    assert '<html lang="he" dir="rtl"' in visitor.get("/").text


def crawled(visitor: Visitor) -> Iterator[tuple[str, Element]]:
    """Yield every page that links lead to from the start page, each address without its query."""
    waiting, seen = ["/", "/missing-page"], {"/", "/missing-page"}
    while waiting:
        path = waiting.pop()
        answer = visitor.get(path, follow_redirects=True)
        if answer.mimetype != "text/html":
            continue
        page = parsed(answer.text)
        yield path, page
        for link in page.iter("a"):
            parts = urlsplit(link.get("href") or "")
            is_own = not parts.scheme and not parts.netloc and not parts.path.startswith(GALLERY)
            if is_own and parts.path not in seen:
                seen.add(parts.path)
                waiting.append(parts.path)


def plain_words(page: Element) -> set[str]:
    """Return the words of a page in Latin letters, those for the ear included."""
    return set(WORD.findall(" ".join(read(page))))


def read(element: Element) -> Iterator[str]:
    """Yield what a person reads or hears of an element and what is in it."""
    if element.tag not in UNREAD and isinstance(element.tag, str):
        yield element.text or ""
        for name in ("aria-label", "alt", "placeholder", "title"):
            yield element.get(name) or ""
        for child in element:
            yield from read(child)
            yield child.tail or ""


def words_of_files() -> set[str]:
    """Return what a bundle's files and columns are called, in every language."""
    names = (" ".join((file.name, *file.required, *file.optional)) for file in known_files())
    return set(WORD.findall(" ".join(names)))


def words_of_regions() -> set[str]:
    """Return the names of the regions whose holidays are suggested."""
    return set(WORD.findall(" ".join(name for _, name in regions_of("CA"))))


def words_of_people(app: Flask) -> set[str]:
    """Return every word that somebody gave us: names, titles, addresses and notes."""
    with app.app_context(), db.engine.connect() as connection:
        given = (
            str(value)
            for table in inspect(connection).get_table_names()
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
            for column, value in row.items()
            if PEOPLES_COLUMNS.search(f"{table}.{column}")
        )
        words = set(WORD.findall(" ".join(given).replace("_", " ")))
    return words | {word.capitalize() for word in words}


def plain(written: str) -> str:
    """Return a text with ordinary spaces in place of those that hold together."""
    return re.sub(r"[\u00a0\u202f\u2009]", " ", written)


# Words that name a side of the screen; those that name a side of the text turn around with it.
SIDES = re.compile(
    r"(?:^|[;{\s])(?:(?:margin|padding|border)-(?:left|right)|left|right"
    r"|(?:text-align|float|clear):\s*(?:left|right))\b[^;]*",
    re.MULTILINE,
)


@pytest.mark.parametrize("sheet", sorted((CHECKOUT / "static").glob("css/*.css")))
def test_style_sheet_names_no_side_of_the_screen(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert [found.strip() for found in SIDES.findall(rules)] == []
