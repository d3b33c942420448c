"""The site on a small district, with a stopped clock and visitors who read pages strictly.

Every HTML answer is parsed as the standard says and refused if it is malformed, whoever asks.
One application serves all tests of a process, since its templates and statements compile slowly;
its database, its clock and what it remembers of the district are new for each test.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import get_babel
from sqlalchemy import make_url
from werkzeug.test import TestResponse

from scheduler.config import Settings
from scheduler.domain.requests import PeriodWindow
from scheduler.factory import create_app
from scheduler.services.ports import Store
from scheduler.services.sign_in import link_for, redeem
from scheduler.services.warm import Warm
from scheduler.storage.database import db
from scheduler.web.desk import EXTENSION, Desk
from tests.builders import DAY, NOW, a_proposal, a_request, period
from tests.databases import engine_on, filled, hurried, sqlite_database
from tests.small_district import OTHER_TEACHER, fill

SECRET_KEY = b"s" * 32
FEED_KEY = b"f" * 32
LATER = DAY + timedelta(days=7)


@dataclass
class StoppedClock:
    """A clock that shows what a test sets it to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Return the moment that was set."""
        return self.now


class Visitor(FlaskClient):
    """A browser that refuses malformed pages and sends forms as the page holds them."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Return the answer after reading it strictly."""
        response = super().open(*args, **{"buffered": True, **kwargs})
        if response.mimetype == "text/html" and response.data:
            parsed(response.text)
        return response

    def page(self, path: str) -> Element:
        """Return the page at that path as a tree; it has to be there."""
        response = self.get(path)
        assert response.status_code == 200, (path, response.status)
        return parsed(response.text)

    def send(
        self, path: str, fields: Mapping[str, object] | None = None, *, on: str = ""
    ) -> TestResponse:
        """Post a form with the token of the page it stands on, that of the path by default."""
        token = csrf_token(self.get(on or path).text)
        return self.post(path, data={"csrf_token": token, **(fields or {})})


@lru_cache(maxsize=8)
def parsed(markup: str) -> Element:
    """Return an HTML document as a tree, which is shared; fail where it is malformed."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(markup)
    return tree


def csrf_token(markup: str) -> str:
    """Return the token of the page's forms."""
    for field in parsed(markup).iter("input"):
        if field.get("name") == "csrf_token":
            return field.get("value") or ""
    raise AssertionError("The page has no form.")


def version_on(page: Element, path: str) -> str:
    """Return the mark of what the page's form with that address was filled from."""
    (form, *_) = (each for each in page.iter("form") if each.get("action") == path)
    (field,) = (each for each in form.iter("input") if each.get("name") == "version")
    return field.get("value") or ""


def text_of(element: Element | None) -> str:
    """Return an element's text on one line, without what keeps hours on one line."""
    assert element is not None
    return " ".join("".join(element.itertext()).replace("\N{WORD JOINER}", "").split())


def main_text(tree: Element) -> str:
    """Return what stands in the page's main part."""
    return text_of(tree.find(".//main"))


@pytest.fixture
def contents(sqlite_url: str) -> Callable[[], str]:
    """Return a way to read the whole database."""
    file = make_url(sqlite_url).database
    assert file is not None

    def read() -> str:
        with closing(sqlite3.connect(file)) as connection:
            return "\n".join(connection.iterdump())

    return read


@pytest.fixture
def clock() -> StoppedClock:
    """Return the site's clock, stopped at ``NOW``."""
    return StoppedClock()


@pytest.fixture(scope="session")
def lasting_app(sqlite_folder: Path) -> Flask:
    """Return the application on the file that this process lends to its tests."""
    settings = Settings(
        instance=sqlite_folder,
        database_url=sqlite_database(sqlite_folder),
        secret_key=SECRET_KEY,
        feed_key=FEED_KEY,
        base_url="http://localhost",
    )
    made = create_app(settings)
    made.testing = True
    made.test_client_class = Visitor
    with made.app_context():
        hurried(db.engine)
    return made


@pytest.fixture
def app(lasting_app: Flask, sqlite_url: str, clock: StoppedClock) -> Iterator[Flask]:
    """Yield the site on an empty, migrated SQLite database, as the factory made it."""
    config, extensions = dict(lasting_app.config), dict(lasting_app.extensions)
    speech = get_babel(lasting_app)
    lasting_app.extensions.update(
        {
            EXTENSION: replace(extensions[EXTENSION], clock=clock, warm=Warm()),
            "babel": replace(speech, translation_directories=[*speech.translation_directories]),
        }
    )
    yield lasting_app
    lasting_app.config.update(config)
    lasting_app.extensions.update(extensions)
    with lasting_app.app_context():
        db.engine.dispose()


@pytest.fixture
def store(app: Flask) -> Store:
    """Return the site's store."""
    desk = app.extensions[EXTENSION]
    assert isinstance(desk, Desk)
    return desk.store


@pytest.fixture
def client(app: Flask) -> Visitor:
    """Return somebody who is not signed in."""
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    return visitor


@pytest.fixture
def signed_in_as(app: Flask, store: Store) -> Callable[[str], Visitor]:
    """Return a way to get the browser of a person of the district, signed in."""

    def signed_in(email: str) -> Visitor:
        token = redeem(store, link_for(store, email, now=NOW), now=NOW)
        assert token is not None
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        visitor.set_cookie("visitbell", token)
        return visitor

    return signed_in


@pytest.fixture
def small_district(store: Store, sqlite_url: str) -> Store:
    """Return the store with the people and visits of ``tests.small_district`` in it."""
    filled(engine_on(sqlite_url), fill)
    return store


@pytest.fixture
def asked(small_district: Store) -> Store:
    """Return the small district with one open request, a week after ``DAY``."""
    with small_district.write() as work:
        work.requests.put(
            (
                a_request(
                    key="bridges",
                    teacher_email=OTHER_TEACHER,
                    classroom="maple-6b",
                    title="How bridges stand",
                    windows=(PeriodWindow(LATER, "P3"),),
                    note="They like to build.",
                ),
            )
        )
    return small_district


@pytest.fixture
def proposed(asked: Store) -> Store:
    """Return that district with a proposal for the open request."""
    with asked.write() as work:
        work.proposals.put(
            (a_proposal(request="bridges", sessions=(period(f"{LATER} 10:40-11:30"),)),)
        )
    return asked
