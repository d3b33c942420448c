"""No page asks the database more than twelve times, whether it shows one row or fifty."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from scheduler.domain.visits import VisitState
from scheduler.services.asking import reference_of
from scheduler.services.own_links import MAIL_DOOR
from scheduler.services.tokens import door_token, feedback_token
from scheduler.storage.database import db
from scheduler.web.desk import EXTENSION
from tests.browser.district import BROUGHT, MORNING, brought
from tests.browser.pages import PAGES, SHORT, Page, names_in
from tests.browser.serving import Served, app_on
from tests.builders import COORDINATOR, DAY, NOW, TEACHER, VOLUNTEER, an_organization
from tests.services.world import KEY
from tests.small_district import OFFICE, OTHER_TEACHER, OTHER_VOLUNTEER, VIEWER, fill

MOST = 12
LOOKED_AT = [
    pytest.param(page, id=page.name, marks=() if page.name in SHORT else pytest.mark.full)
    for page in PAGES
    if page.status == 200 and not page.presses
]
pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True, slots=True)
class Counted:
    """A district, what its paths may name, and who its people are."""

    site: Served
    names: dict[str, str]
    role_by_role: dict[str, str]

    def queries(self, page: Page) -> list[str]:
        """Return every statement that a page takes once this process knows the district."""
        visitor = self.site.app.test_client()
        if email := self.role_by_role.get(page.role, page.role).format_map(self.names):
            visitor.set_cookie("visitbell", self.site.session(email))
        path = page.path.format_map(self.names)
        visitor.get(path)
        with statements(self.site.app) as asked:
            answer = visitor.get(path)
        # In the smaller district some links have nothing to show, and say so.
        assert answer.status_code < 500, (page.name, answer.status)
        return asked


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Yield a list that fills with what the database is asked."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def many(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    """Yield the district of the browser tests: 72 requests, 120 volunteers."""
    with _site(district, tmp_path_factory.mktemp("many"), MORNING) as site:
        yield Counted(site, names_in(site), {})


@pytest.fixture(scope="module")
def few(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    """Yield a district with one visit, two requests, two volunteers."""
    folder: Path = tmp_path_factory.mktemp("few")
    with _site(sqlite_template, folder, NOW) as site:
        fill(site.store)
        (visit,) = site.visits(VisitState.INVITED)
        names = {
            **dict.fromkeys(("invitation", "accepted", "declined"), site.answer_path(visit)),
            "visit": visit.uid,
            "teacher": TEACHER,
            "teachers_request": "robots",
            "volunteer": VOLUNTEER,
            "new_volunteer": OTHER_VOLUNTEER,
            "nobody": "bridges",
            "proposed": "bridges",
            "school": "maple",
            "busy_day": DAY.isoformat(),
            "person": reference_of(VOLUNTEER),
            "plan": site.answer_path(visit).replace("/r/", "/v/"),
            "choices": f"/m/{door_token(MAIL_DOOR, VOLUNTEER, key=KEY)}",
            "feedback": f"/f/{feedback_token(visit.uid, TEACHER, key=KEY)}",
            "open_request": "bridges",
            "asking_teacher": OTHER_TEACHER,
            "visited_request": "robots",
            "visited_teacher": TEACHER,
            "organization": an_organization().key,
            **{name: brought(site.store, name, now=NOW) for name in BROUGHT},
        }
        yield Counted(site, names, _PEOPLE)


_PEOPLE = {
    "robin.seaward@example.org": COORDINATOR,
    "jo.trustee@example.org": VIEWER,
    "simone.comeau@example.org": OFFICE,
}


@contextmanager
def _site(database: Path, folder: Path, now: datetime) -> Iterator[Served]:
    copy = folder / "district.sqlite3"
    shutil.copyfile(database, copy)
    site = Served(app_on(f"sqlite:///{copy}", folder), f"sqlite:///{copy}", folder)
    site.now = now
    desk = site.app.extensions[EXTENSION]
    site.app.extensions[EXTENSION] = replace(desk, clock=lambda: site.now)
    yield site
    with site.app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("rows", ["few", "many"])
@pytest.mark.parametrize("page", LOOKED_AT)
def test_page_takes_twelve_queries_at_most(
    page: Page, rows: str, request: pytest.FixtureRequest
) -> None:
    counted: Counted = request.getfixturevalue(rows)
    asked = counted.queries(page)
    assert len(asked) <= MOST, [len(asked), *(told(statement) for statement in asked)]


def told(statement: str) -> str:
    """Return what a statement does, and to which table."""
    verb, _, rest = " ".join(statement.split()).partition(" ")
    _, _, table = f" {rest}".partition(" FROM " if verb == "SELECT" else " ")
    return f"{verb} {table.split(' ')[0]}"
