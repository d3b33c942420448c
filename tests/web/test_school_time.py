"""School time on the page: a file or holidays, seen before they count, and the visits concerned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import TestResponse

from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.services.ports import Store
from scheduler.services.school_time_reading import Line
from scheduler.services.school_time_words import Meaning
from scheduler.web.school_time import line_of, written
from tests.benchmarks.feeds import some_visits
from tests.builders import COORDINATOR, DAY, TEACHER, TORONTO, YEAR, a_district, a_visit
from tests.calendars.files import a_file, an_event
from tests.databases import statements
from tests.small_district import VIEWER
from tests.web.conftest import StoppedClock, Visitor, csrf_token, main_text, parsed, text_of

SignIn = Callable[[str], Visitor]
PAGE, LOOK, USE = "/schools/time", "/schools/time/look", "/schools/time/use"
CSV = b"school,first_date,last_date,name\n,2026-12-08,2026-12-08,Snow day\n"
MOST_QUERIES = 12
SNOW = Closure("", DateRange(DAY, DAY), "Snow day")


def closures(store: Store) -> tuple[Closure, ...]:
    """Return the closures as they are stored."""
    with store.read() as work:
        return work.districts.closures()


def brought(visitor: Visitor, octets: bytes, name: str = "closures.csv") -> TestResponse:
    """Bring a file to the page."""
    token = csrf_token(visitor.get(PAGE).text)
    return visitor.post(LOOK, data={"csrf_token": token, "dates": (BytesIO(octets), name)})


def fields(page: Element) -> dict[str, list[str]]:
    """Return what the form of the dates would send."""
    found: dict[str, list[str]] = {}
    for field in page.iter("input"):
        is_sent = field.get("type") == "hidden" or field.get("checked") is not None
        if is_sent and field.get("name"):
            found.setdefault(field.get("name") or "", []).append(field.get("value") or "")
    for select in page.iter("select"):
        for option in select.iter("option"):
            if option.get("selected") is not None:
                found.setdefault(select.get("name") or "", []).append(option.get("value") or "")
    return found


def test_line_survives_the_form() -> None:
    line = Line(
        DateRange(DAY, DAY), "Day A | “é”", Meaning.DAY_TYPE, "maple", "high", "A", is_guess=True
    )
    assert line_of(written(line)) == line


def test_file_is_shown_first_and_stored_by_a_button(
    small_district: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    shown = brought(visitor, CSV)
    assert shown.status_code == 200
    said = main_text(parsed(shown.text))
    for words in ("Nothing is saved yet", "1 closure is new", "Snow day", "Robots around us"):
        assert words in said
    assert closures(small_district) == ()
    sent = visitor.post(USE, data=fields(parsed(shown.text)))
    assert (sent.status_code, sent.location) == (303, PAGE)
    assert closures(small_district) == (SNOW,)
    said = main_text(visitor.page(PAGE))
    assert "1 visit on a day without school" in said
    assert "Find another time" in said


@pytest.mark.usefixtures("small_district")
def test_closed_visit_leads_to_a_change_that_repairs_it(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    visitor.post(USE, data=fields(parsed(brought(visitor, CSV).text)))
    (link,) = (
        a.get("href") or ""
        for a in visitor.page(PAGE).iter("a")
        if "what-if" in (a.get("href") or "") and "first=" in (a.get("href") or "")
    )
    form = visitor.page(link)
    (first,) = (f for f in form.iter("input") if f.get("name") == "first")
    assert first.get("value") == "2026-12-08"


def test_entry_of_a_calendar_can_be_corrected(small_district: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    octets = a_file(an_event("DTSTART;VALUE=DATE:20261204", "SUMMARY:Staff picnic"))
    shown = parsed(brought(visitor, octets, "district.ics").text)
    given = fields(shown)
    assert given["meaning-0"] == ["nothing"]
    again = parsed(visitor.post(LOOK, data={**given, "meaning-0": "closed"}).text)
    assert "1 closure is new" in main_text(again)
    assert closures(small_district) == ()
    visitor.post(USE, data=fields(again))
    picnic = DateRange(date(2026, 12, 4), date(2026, 12, 4))
    assert closures(small_district) == (Closure("", picnic, "Staff picnic"),)


def test_holidays_that_are_ticked_are_looked_at_alike(
    small_district: Store, signed_in_as: SignIn
) -> None:
    with small_district.write() as work:
        work.districts.put(replace(a_district(), country="CA", year=YEAR))
    visitor = signed_in_as(COORDINATOR)
    page = visitor.page(f"{PAGE}?region=ON")
    ticked = [line for line in fields(page)["line"] if "Family Day" in line]
    given = {"csrf_token": fields(page)["csrf_token"][0], "line": ticked}
    shown = parsed(visitor.post(LOOK, data=given).text)
    visitor.post(USE, data=fields(shown))
    family_day = DateRange(date(2027, 2, 15), date(2027, 2, 15))
    assert closures(small_district) == (Closure("", family_day, "Family Day"),)
    assert "Family Day" not in [line[-10:] for line in fields(visitor.page(PAGE)).get("line", [])]


def test_day_without_school_stays_listed_until_it_is_over_in_the_district(
    small_district: Store, signed_in_as: SignIn, clock: StoppedClock
) -> None:
    with small_district.write() as work:
        work.districts.put_closures((SNOW,))
    clock.now = datetime.combine(DAY, time(23, 30), ZoneInfo(TORONTO)).astimezone(UTC)
    assert clock.now.date() > DAY
    assert "Snow day" in main_text(signed_in_as(COORDINATOR).page(PAGE))
    clock.now += timedelta(hours=1)
    assert "Snow day" not in main_text(signed_in_as(COORDINATOR).page(PAGE))


def test_closure_that_the_file_lacks_goes_only_when_ticked(
    small_district: Store, signed_in_as: SignIn
) -> None:
    old = Closure("", DateRange(DAY, DAY), "Old day")
    with small_district.write() as work:
        work.districts.put_closures((old,))
    visitor = signed_in_as(COORDINATOR)
    octets = (
        b"school,first_date,last_date,name\n"
        b",2026-12-07,2026-12-07,One\n,2026-12-09,2026-12-09,Two\n"
    )
    shown = parsed(brought(visitor, octets).text)
    (box,) = (f for f in shown.iter("input") if f.get("name") == "remove")
    visitor.post(USE, data=fields(shown))
    assert old in closures(small_district)
    visitor.post(USE, data={**fields(shown), "remove": box.get("value")})
    assert [closure.name for closure in closures(small_district)] == ["One", "Two"]


@pytest.mark.parametrize(
    ("octets", "name", "words"),
    [(b"", "", "Choose a file first."), (b"\n", "a.csv", "This file is empty.")],
)
@pytest.mark.usefixtures("small_district")
def test_file_that_says_nothing_is_refused_beside_its_field(
    signed_in_as: SignIn, octets: bytes, name: str, words: str
) -> None:
    answer = brought(signed_in_as(COORDINATOR), octets, name)
    assert answer.status_code == 422
    assert words in main_text(parsed(answer.text))


@pytest.mark.usefixtures("small_district")
def test_viewers_look_and_change_nothing(signed_in_as: SignIn) -> None:
    viewer = signed_in_as(VIEWER)
    page = viewer.page(PAGE)
    assert "What we know" in main_text(page)
    assert page.find(".//main//form") is None
    assert signed_in_as(TEACHER).get(PAGE).status_code == 404


@pytest.mark.parametrize("line", ["nonsense", "\t" * 6, "2026-12-09/2026-12-08" + "\t" * 6])
@pytest.mark.usefixtures("small_district")
def test_form_that_nobody_wrote_is_refused(signed_in_as: SignIn, line: str) -> None:
    visitor = signed_in_as(COORDINATOR)
    token = csrf_token(visitor.get(PAGE).text)
    for path in (LOOK, USE):
        assert visitor.post(path, data={"csrf_token": token, "line": line}).status_code == 400


@pytest.mark.parametrize("number", [1, 30])
def test_page_asks_few_queries_whatever_stands_on_it(
    small_district: Store, signed_in_as: SignIn, number: int
) -> None:
    with small_district.write() as work:
        work.visits.remove((a_visit().uid,))
        work.visits.add(some_visits(number))
        work.districts.put_closures((Closure("", YEAR, "Closed all year"),))
    visitor = signed_in_as(COORDINATOR)
    with statements() as queries:
        visitor.page(PAGE)
    assert len(queries) <= MOST_QUERIES


BROKEN_ROWS = (
    b"school,first_date,last_date,name\n"
    b",2026-12-08,2026-12-08,Snow\n"
    b"elm,2027-02-01,2027-02-01,Leak\n"
    b",2027-02-31,soon,Nonsense\n"
    b",2027-02-02,2027-02-01,Backwards\n"
    b",,2027-02-01,\n"
    b",2027-02-01\n"
    b",2027-02-01,2027-02-01,a\xff\n"
)


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "fr",
            {
                "Ligne 3": ["Il n’y a pas d’école “elm” ici."],
                "Ligne 4": [
                    "Le jour “2027-02-31” n’existe pas.",
                    "“soon” n’est pas une date comme 2026-12-08.",
                ],
                "Ligne 5": ["“2027-02-01” est avant le premier jour, 2027-02-02."],
                "Ligne 6": [
                    "Il manque une valeur dans la colonne first_date.",
                    "Il manque une valeur dans la colonne name.",
                ],
                "Ligne 7": ["Cette ligne a 2 cellules, mais il y a 4 colonnes."],
                "Ligne 8": ["“a?” n’est pas en UTF-8 : enregistrez le fichier en « CSV UTF-8 »."],
            },
        ),
        (
            "es",
            {
                "Fila 3": ["Aquí no hay ninguna escuela “elm”."],
                "Fila 4": [
                    "El día “2027-02-31” no existe.",
                    "“soon” no es una fecha como 2026-12-08.",
                ],
                "Fila 5": ["“2027-02-01” es anterior al primer día, 2027-02-02."],
                "Fila 6": [
                    "Falta un valor en la columna first_date.",
                    "Falta un valor en la columna name.",
                ],
                "Fila 7": ["Esta fila tiene 2 celdas, pero hay 4 columnas."],
                "Fila 8": ["“a?” no está en UTF-8: guarde el archivo como “CSV UTF-8”."],
            },
        ),
    ],
)
def test_rows_that_do_not_count_are_told_in_the_readers_language(
    signed_in_as: SignIn, language: str, sentences: dict[str, list[str]]
) -> None:
    carla = signed_in_as(COORDINATOR)
    carla.set_cookie("language", language)
    table = parsed(brought(carla, BROKEN_ROWS).text).findall(".//details//tbody/tr")
    told: dict[str, list[str]] = {}
    for row in table:
        entry, why = (text_of(cell) for cell in row)
        told.setdefault(entry, []).append(why)
    assert told == sentences
