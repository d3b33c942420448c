"""Who may send a change over https: pages send no referrer, so Origin and Sec-Fetch-Site tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.config import Settings
from scheduler.factory import create_app
from scheduler.storage.database import db
from scheduler.web.desk import EXTENSION
from tests.builders import NOW
from tests.web.conftest import FEED_KEY, SECRET_KEY, Visitor, csrf_token

SITE = "https://visits.example"


@pytest.fixture
def secure(tmp_path: Path, sqlite_url: str) -> Iterator[Visitor]:
    """Yield a browser at a site that people reach by https."""
    settings = Settings(
        instance=tmp_path,
        database_url=sqlite_url,
        secret_key=SECRET_KEY,
        feed_key=FEED_KEY,
        base_url=SITE,
    )
    app = create_app(settings)
    app.testing = True
    app.test_client_class = Visitor
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], clock=lambda: NOW)
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    yield visitor
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": SITE, "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": SITE}, 200),
        ({"Origin": "null"}, 200),
        ({}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "same-site"}, 400),
        ({"Origin": "http://visits.example"}, 400),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "https://visits.example.evil.example"}, 400),
        ({"Origin": "https://visits.example:8443"}, 400),
    ],
)
def test_change_is_taken_from_this_site_alone(
    secure: Visitor, headers: dict[str, str], code: int
) -> None:
    token = csrf_token(secure.get("/login", base_url=SITE).text)
    fields = {"csrf_token": token, "email": "lena@schools.example"}
    answer = secure.post("/login", base_url=SITE, data=fields, headers=headers)
    assert answer.status_code == code


def test_origin_alone_does_not_replace_the_token(secure: Visitor) -> None:
    secure.get("/login", base_url=SITE)
    fields = {"email": "lena@schools.example"}
    answer = secure.post("/login", base_url=SITE, data=fields, headers={"Origin": SITE})
    assert answer.status_code == 400


def test_site_behind_a_proxy_that_tells_its_own_name_is_this_site(secure: Visitor) -> None:
    inside = "http://10.0.0.7:8000"
    token = csrf_token(secure.get("/login", base_url=SITE).text)
    secure.set_cookie("__Host-form", _form_cookie(secure), domain="10.0.0.7", secure=False)
    fields = {"csrf_token": token, "email": "lena@schools.example"}
    answer = secure.post("/login", base_url=inside, data=fields, headers={"Origin": SITE})
    assert answer.status_code == 200
    assert "lena@schools.example" in answer.text


def _form_cookie(visitor: Visitor) -> str:
    cookie = visitor.get_cookie("__Host-form", domain="visits.example")
    assert cookie
    return cookie.value
