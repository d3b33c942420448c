"""The district's files on a page: brought, seen, said yes to, carried out beside, taken along."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from scheduler.bundle.zips import packed
from scheduler.domain.imports import Import, Stretch, taken
from scheduler.domain.people import RoleName
from scheduler.mail.transports import MemoryTransport
from scheduler.services import importing
from scheduler.services.feeds import FeedSettings, feed_for
from scheduler.services.importing import ImportWorker
from scheduler.services.ports import Store
from scheduler.services.records import FeedKind
from scheduler.services.runs import TIMETABLE
from scheduler.services.tokens import feed_token
from scheduler.storage.unit_of_work import SqlStore
from scheduler.web.desk import EXTENSION, Desk
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_person
from tests.services.bundle_folders import FILES
from tests.services.world import World
from tests.small_district import VIEWER
from tests.web.conftest import FEED_KEY, Visitor, csrf_token, main_text, parsed, text_of

SignIn = Callable[[str], Visitor]
Files = Mapping[str, str | bytes]
IMPORTS = "/imports"
REAL = datetime(2027, 5, 1, 12, tzinfo=UTC)
HEADER = "school,name,latitude,longitude\n"
OAK = {"schools.csv": f"{HEADER}oak,Oak School,43.66,-79.39\n"}
FEEDS = FeedSettings(FEED_KEY, "http://localhost")
AMARA, LENA = "amara@robots.example", "lena@schools.example"


@pytest.fixture(autouse=True)
def real_clock(app: Flask) -> None:
    """Stop the clock that leases are reckoned by, at another time than the district's."""
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], lease_clock=lambda: REAL)


@pytest.fixture
def carla(signed_in_as: SignIn, small_district: Store) -> Visitor:
    """Return the coordinator's browser."""
    return signed_in_as(COORDINATOR)


@pytest.fixture
def founder(signed_in_as: SignIn, store: Store) -> Visitor:
    """Return the first coordinator of a system that nothing was brought into yet."""
    with store.write() as work:
        work.people.put((a_person(RoleName.COORDINATOR, email=COORDINATOR, schools=()),))
    return signed_in_as(COORDINATOR)


def bring(visitor: Visitor, files: Files, **fields: str) -> TestResponse:
    """Choose files on the page and send them."""
    token = csrf_token(visitor.get(IMPORTS).text)
    given = [
        (io.BytesIO(each.encode() if isinstance(each, str) else each), name)
        for name, each in files.items()
    ]
    return visitor.post(IMPORTS, data={"csrf_token": token, "files": given, **fields})


def work(store: Store) -> None:
    """Let whoever runs the timetable work on what waits."""
    worker = ImportWorker("w", lambda: NOW, lambda: REAL)
    assert importing.work_one(store, worker=worker) is not None


def looked_over(visitor: Visitor, store: Store, files: Files, **fields: str) -> str:
    """Bring files, have them looked over, and return the import's page."""
    place = bring(visitor, files, **fields).location
    assert place is not None
    work(store)
    return place


def say_yes(visitor: Visitor, page: str, **fields: str) -> TestResponse:
    """Press the button under the list that stands on the page."""
    tree = visitor.page(page)
    seen = next(f.get("value") for f in tree.iter("input") if f.get("name") == "seen")
    return visitor.send(f"{page}/import", {"seen": seen, **fields}, on=page)


def imported(visitor: Visitor, store: Store, files: Files, **fields: str) -> str:
    """Bring files, say yes to the list, have it carried out, and return the import's page."""
    page = looked_over(visitor, store, files, **fields)
    assert say_yes(visitor, page).location == page
    work(store)
    return page


def said(visitor: Visitor, page: str) -> str:
    """Return what a page says."""
    return main_text(visitor.page(page))


def buttons(visitor: Visitor, page: str) -> list[str]:
    """Return the buttons of a page's main part."""
    main = visitor.page(page).find(".//main")
    assert main is not None
    return [text_of(button) for button in main.iter("button")]


def lines_of(answer: TestResponse) -> list[list[str]]:
    """Return the lines of a file under its first row."""
    return list(csv.reader(answer.text.splitlines()))[1:]


def latest(store: Store) -> Import:
    """Return the latest import."""
    with store.read() as present:
        (found,) = present.imports.recent(limit=1)
    return found


def people_at_hand(app: Flask, store: Store) -> int:
    """Return how many volunteers the site remembers, as it follows what changed."""
    desk = app.extensions[EXTENSION]
    assert isinstance(desk, Desk)
    with store.read() as present, desk.warm.at(present, now=NOW, gazetteer=desk.gazetteer) as all_:
        return len(all_.table)


class TestBring:
    def test_files_are_kept_and_the_page_of_their_import_opens(
        self, carla: Visitor, small_district: Store
    ) -> None:
        answer = bring(carla, OAK)
        found = latest(small_district)
        assert (answer.status_code, answer.location) == (303, f"{IMPORTS}/{found.key}")
        assert (found.asked_by, found.title) == (COORDINATOR, "schools.csv")

    @pytest.mark.parametrize(
        ("files", "sentence"),
        [
            ({}, "Choose one .zip, or your files"),
            ({"d.zip": b"PK"}, "d.zip: This is no sound .zip file. Pack it again."),
            ({"photo.jpg": b"x"}, "photo.jpg: None of the files is one we know"),
        ],
    )
    def test_what_cannot_be_taken_is_said_at_the_field(
        self, carla: Visitor, small_district: Store, files: Files, sentence: str
    ) -> None:
        answer = bring(carla, files)
        assert answer.status_code == 422
        assert "There is a problem" in answer.text
        assert sentence in answer.text
        with small_district.read() as present:
            assert present.imports.recent(limit=1) == ()

    def test_second_import_leads_to_the_one_under_way(self, carla: Visitor) -> None:
        first = bring(carla, OAK).location
        assert first is not None
        assert bring(carla, OAK).location == first
        assert "Another import is under way." in carla.get(first).text


class TestProgress:
    def test_page_says_what_it_waits_for(self, carla: Visitor, small_district: Store) -> None:
        page = bring(carla, OAK).location or ""
        assert "It waits for the timetable, which was never seen." in said(carla, page)
        with small_district.write() as present:
            until = REAL + timedelta(minutes=1)
            present.leases.take(TIMETABLE, owner="w", now=REAL, until=until)
        assert "It begins in a moment." in said(carla, page)

    def test_rows_done_follow_with_and_without_scripts(
        self, carla: Visitor, small_district: Store
    ) -> None:
        page = bring(carla, OAK).location or ""
        waiting = latest(small_district)
        working = taken(waiting, owner="w", alive_until=REAL + timedelta(seconds=9))
        with small_district.write() as present:
            present.imports.save(working, was=waiting)
            stretch = Stretch("reading", 1_200, 4_000)
            until = REAL + timedelta(seconds=9)
            present.imports.report(working, stretch=stretch, alive_until=until)
        markup = carla.get(page).text
        assert "Checking every row: 1,200 of 4,000 rows." in markup
        assert '<progress id="import-share" max="4000" value="1200">' in markup
        assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in markup
        assert 'id="import-phase" role="status" data-follows' in markup

    def test_list_that_waits_stands_still(self, carla: Visitor, small_district: Store) -> None:
        markup = carla.get(looked_over(carla, small_district, OAK)).text
        assert "refresh" not in markup
        assert "data-follows" not in markup

    def test_silent_worker_is_told(self, carla: Visitor, small_district: Store) -> None:
        page = bring(carla, OAK).location or ""
        waiting = latest(small_district)
        lost = taken(waiting, owner="w", alive_until=REAL - timedelta(minutes=2))
        with small_district.write() as present:
            present.imports.save(lost, was=waiting)
        assert "fell silent 2 minutes ago" in said(carla, page)


class TestList:
    def test_every_overwrite_is_told_field_by_field(
        self, carla: Visitor, small_district: Store
    ) -> None:
        line = "maple,Elm School,43.6629,-79.3957\n"
        page = looked_over(carla, small_district, {"schools.csv": HEADER + line})
        words = said(carla, page)
        assert "schools.csv11 changed row" in words
        assert "School maplenameMaple SchoolElm School" in words
        assert buttons(carla, page) == ["Give this up", "Import 1 row", "Look again"]
        assert lines_of(carla.get(f"{page}/changes.csv")) == [
            ["School", "maple", "name", "Maple School", "Elm School"]
        ]

    def test_what_the_files_lack_has_its_own_list_and_box(
        self, carla: Visitor, small_district: Store
    ) -> None:
        files = {"requests.csv": "request,teacher_email,title,topic,kind,windows\n", **OAK}
        page = looked_over(carla, small_district, files)
        assert "What your files do not list" in said(carla, page)
        box = carla.page(page).find(".//input[@name='prunes']")
        assert box is not None
        assert box.get("checked") is None

    def test_district_that_moved_meanwhile_shows_its_new_list(
        self, carla: Visitor, small_district: Store
    ) -> None:
        page = looked_over(carla, small_district, OAK)
        say_yes(carla, page)
        with small_district.write() as present:
            school = present.districts.schools()["maple"]
            present.districts.put_schools((replace(school, key="oak", name="Ash School"),))
        work(small_district)
        words = said(carla, page)
        assert "The district is not as it was." in words
        assert "School oaknameAsh SchoolOak School" in words

    def test_mistakes_are_a_table_and_a_file(self, carla: Visitor, small_district: Store) -> None:
        files = {"schools.csv": f"{HEADER}oak,=Oak,x,-79.39\n"}
        page = looked_over(carla, small_district, files)
        words = said(carla, page)
        assert "Nothing was changed. We found 1 mistake." in words
        assert "schools.csv2latitude“x” is not a number" in words
        ((file, row, column, _),) = lines_of(carla.get(f"{page}/problems.csv"))
        assert (file, row, column) == ("schools.csv", "2", "latitude")
        assert "Import" not in " ".join(buttons(carla, page))

    def test_mistakes_are_told_in_the_readers_language(
        self, carla: Visitor, small_district: Store
    ) -> None:
        files = {
            "schools.csv": f"{HEADER}oak,Oak,x,-79.39\n",
            "staff.csv": "email,name,roles,school\nlena,Lena,king,elm\n",
            "schol.csv": "",
        }
        page = looked_over(carla, small_district, files)
        words = main_text(parsed(carla.get(page, headers={"Accept-Language": "fr"}).text))
        for sentence in (
            "n’est pas un nombre de -90 à 90.",
            "n’est pas une adresse courriel.",
            "n’est pas un rôle.",
            "ne se trouve pas dans schools.csv.",
            "Nous ne connaissons pas ce nom de fichier. Est-ce schools.csv?",
        ):
            assert sentence in words


class TestImport:
    def test_yes_brings_the_rows_in_and_the_story_is_kept(
        self, carla: Visitor, small_district: Store
    ) -> None:
        page = imported(carla, small_district, OAK)
        assert "Imported. 1 new row." in said(carla, page)
        assert "Oak School" in said(carla, "/schools")
        assert "schools.csvImported1 new row" in said(carla, IMPORTS)
        ((*_, files, state, changed),) = lines_of(carla.get(f"{IMPORTS}.csv"))
        assert (files, state, changed) == ("schools.csv", "Imported", "1 new row")
        assert "brought the district’s files in" in said(carla, "/activity")

    def test_district_taken_along_changes_nothing_when_it_comes_back(
        self, carla: Visitor, small_district: Store
    ) -> None:
        taken_along = carla.get(f"{IMPORTS}/district.zip").data
        page = looked_over(carla, small_district, {"district.zip": taken_along})
        assert "Nothing to change." in said(carla, page)
        assert carla.get(f"{IMPORTS}/district.zip").data == taken_along

    def test_given_up_import_forgets_its_files(self, carla: Visitor, small_district: Store) -> None:
        page = looked_over(carla, small_district, OAK)
        carla.send(f"{page}/drop", on=page)
        assert "Nothing was changed, and the files are forgotten." in said(carla, page)
        assert carla.send(f"{page}/look", on=IMPORTS).location == IMPORTS
        assert "Oak School" not in said(carla, "/schools")

    def test_bookings_send_no_mail_and_stand_in_calendars(
        self, founder: Visitor, store: SqlStore
    ) -> None:
        bookings = FILES["bookings.csv"]
        files = [(name, each.encode()) for name, each in FILES.items() if each != bookings]
        imported(founder, store, {"district.zip": packed(files)})
        feed = feed_for(store, kind=FeedKind.VOLUNTEER, owner=AMARA, settings=FEEDS)
        path = f"/cal/{feed_token(feed, key=FEED_KEY)}.ics"
        assert "BEGIN:VEVENT" not in founder.get(path).text
        imported(founder, store, {"bookings.csv": bookings})
        assert "How do robots see?" in founder.get(path).text
        world = World(store, transport=MemoryTransport())
        world.post()
        assert {AMARA, LENA}.isdisjoint(sent.recipient for sent in world.transport.sent)
        assert "How do robots see?" in said(founder, "/calendar?view=list&from=2026-12-07")
        assert "Meet a nurse" in said(founder, "/proposals")

    def test_pages_that_remember_the_district_follow(
        self, carla: Visitor, small_district: Store, app: Flask
    ) -> None:
        before = people_at_hand(app, small_district)
        line = "noor@example.org,Noor Aziz,robotics,K-8,en,virtual\n"
        head = "email,name,topics,grades,languages,formats\n"
        imported(carla, small_district, {"volunteers.csv": head + line})
        assert people_at_hand(app, small_district) == before + 1
        assert "Noor Aziz" in said(carla, "/volunteers")


class TestBeginning:
    @pytest.mark.parametrize("path", ["/today", "/proposals", "/schools", "/people", "/settings"])
    def test_pages_without_a_district_lead_to_its_files(self, founder: Visitor, path: str) -> None:
        answer = founder.get(path)
        assert "There is no district yet" in answer.text
        assert f'href="{IMPORTS}">Bring your schools in</a>' in answer.text

    def test_district_begins_with_one_spreadsheet_and_its_name(
        self, founder: Visitor, store: Store
    ) -> None:
        about = {"name": "Foothills", "timezone": "America/Edmonton", "country": "CA"}
        page = imported(founder, store, OAK, **about)
        assert "Imported. 2 new rows." in said(founder, page)
        with store.read() as present:
            district = present.districts.get()
        assert district is not None
        assert (district.name, district.timezone, district.country) == tuple(about.values())

    def test_clock_that_nobody_keeps_is_told_at_once(self, founder: Visitor) -> None:
        answer = bring(founder, OAK, name="Foothills", timezone="Calgary")
        assert answer.status_code == 422
        assert "Write the clock as a place, such as America/Edmonton" in answer.text
        assert 'value="Foothills"' in answer.text

    def test_empty_files_say_what_they_are_for(self, founder: Visitor) -> None:
        packed = founder.get(f"{IMPORTS}/empty-files.zip").data
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            readme = archive.read("README.txt").decode()
            names = set(archive.namelist()) - {"README.txt"}
        assert all(f"{name}: " in readme for name in names)
        assert "schools.csv" in names


class TestRights:
    def test_downloads_of_lists_need_an_import(self, carla: Visitor) -> None:
        for path in ("none", "none/problems.csv", "none/changes.csv"):
            assert carla.get(f"{IMPORTS}/{path}").status_code == 404

    @pytest.mark.parametrize("email", [VIEWER, TEACHER, VOLUNTEER])
    def test_imports_do_not_exist_for_others(
        self, carla: Visitor, small_district: Store, signed_in_as: SignIn, email: str
    ) -> None:
        page = looked_over(carla, small_district, OAK)
        visitor = signed_in_as(email)
        for path in (IMPORTS, page, f"{page}/changes.csv", f"{IMPORTS}/district.zip"):
            assert visitor.get(path).status_code == 404
        for path in (IMPORTS, f"{page}/import", f"{page}/drop", f"{page}/look"):
            assert visitor.send(path, on="/mail-choices").status_code == 404
        assert latest(small_district).confirmed_by == ""
