"""What no request may do: change anything by looking, post without proof, or come from elsewhere.

Routes are taken from the application itself, so a page that is added later is tried as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask

from scheduler.domain.people import reference_of
from scheduler.services.feeds import feed_for
from scheduler.services.ports import Store
from scheduler.services.records import FeedKind
from scheduler.services.tokens import answer_token, feed_token
from scheduler.web.desk import EXTENSION
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_visit
from tests.small_district import OFFICE, VIEWER
from tests.web.conftest import FEED_KEY, SECRET_KEY, Visitor, csrf_token

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ANSWER = answer_token(a_visit().uid, VOLUNTEER, key=SECRET_KEY)
# Who may look at everything still has an account, mail and calendars of their own.
OWN_OF_ANYBODY = frozenset(
    {
        *("/login", "/logout", "/language", "/join", "/mail-choices", "/proposals/keys"),
        *("/calendars", "/calendars/new-link", "/calendars/end", "/calendars/choices"),
        *("/calendars/way", "/profile/links/end"),
    }
)


@pytest.fixture
def feed_path(app: Flask, small_district: Store) -> str:
    settings = app.extensions[EXTENSION].feeds
    feed = feed_for(small_district, kind=FeedKind.VOLUNTEER, owner=VOLUNTEER, settings=settings)
    token = feed_token(feed, key=FEED_KEY)
    # That a program fetched it is noted once an hour; after this, a fetch changes nothing.
    assert app.test_client().get(f"/cal/{token}.ics").status_code == 200
    return token


def addresses(app: Flask, *, token: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield every route with its methods, its blanks filled with what exists."""
    known = {
        "token": ANSWER,
        "filename": "css/base.css",
        "reference": reference_of(VOLUNTEER),
        "uid": a_visit().uid,
    }
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values = {name: known.get(name, "robots") for name in rule.arguments}
            if rule.endpoint == "feeds.feed":
                values = {"token": token}
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
            yield path, frozenset(rule.methods or ())


@pytest.mark.parametrize("email", [COORDINATOR, TEACHER, VOLUNTEER, OFFICE, ""])
def test_looking_at_everything_changes_nothing(
    app: Flask,
    client: Visitor,
    signed_in_as: Callable[[str], Visitor],
    contents: Callable[[], str],
    feed_path: str,
    email: str,
) -> None:
    visitor = signed_in_as(email) if email else client
    before = contents()
    for path, methods in addresses(app, token=feed_path):
        for method in sorted(methods & {"GET", "HEAD"}):
            assert visitor.open(path, method=method).status_code < 500, path
    assert contents() == before


@pytest.mark.parametrize("query", ["", "?a=yes", "?a=no", "?answer=yes"])
def test_mailed_link_may_be_opened_by_any_scanner(
    small_district: Store, client: Visitor, contents: Callable[[], str], query: str
) -> None:
    assert small_district
    before = contents()
    for method in ("GET", "HEAD", "GET"):
        assert client.open(f"/r/{ANSWER}{query}", method=method).status_code == 200
    assert contents() == before


def test_dump_would_show_a_change(
    small_district: Store, client: Visitor, contents: Callable[[], str]
) -> None:
    assert small_district
    before = contents()
    client.send(f"/r/{ANSWER}", {"answer": "yes"})
    assert contents() != before


def test_nothing_is_changed_without_the_token_of_a_form(
    app: Flask,
    signed_in_as: Callable[[str], Visitor],
    contents: Callable[[], str],
    feed_path: str,
) -> None:
    carla = signed_in_as(COORDINATOR)
    carla.get("/today")
    before = contents()
    tried = 0
    for path, methods in addresses(app, token=feed_path):
        for method in sorted(methods & CHANGING):
            tried += 1
            assert carla.open(path, method=method, data={}).status_code == 400, (method, path)
    assert (tried > 10, contents() == before) == (True, True)


def test_viewer_is_refused_whatever_is_not_their_own(
    app: Flask,
    signed_in_as: Callable[[str], Visitor],
    contents: Callable[[], str],
    feed_path: str,
) -> None:
    vera = signed_in_as(VIEWER)
    fields = {"csrf_token": csrf_token(vera.get("/mail-choices").text)}
    before, refused = contents(), set()
    for path, methods in addresses(app, token=feed_path):
        if methods & CHANGING and ANSWER not in path and path not in OWN_OF_ANYBODY:
            assert vera.post(path, data=fields).status_code in (403, 404), path
            refused.add(path)
    assert (len(refused) > 80, contents() == before) == (True, True)


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("forged", ["", "x", "elsewhere"])
def test_token_of_another_browser_is_refused(client: Visitor, app: Flask, forged: str) -> None:
    client.get(f"/r/{ANSWER}")
    if forged == "elsewhere":
        forged = csrf_token(app.test_client().get(f"/r/{ANSWER}").text)
    answer = client.post(f"/r/{ANSWER}", data={"csrf_token": forged, "answer": "yes"})
    assert answer.status_code == 400


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 303),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "http://localhost.evil.example"}, 400),
        ({"Origin": "http://localhost:8080"}, 400),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
    ],
)
def test_change_from_another_site_is_refused(
    client: Visitor, headers: dict[str, str], code: int
) -> None:
    token = csrf_token(client.get(f"/r/{ANSWER}").text)
    fields = {"csrf_token": token, "answer": "yes"}
    assert client.post(f"/r/{ANSWER}", data=fields, headers=headers).status_code == code


@pytest.mark.parametrize("path", ["/r/a%00b", "/login?next=%00", "/requests/%00"])
def test_nul_is_refused_at_the_door(client: Visitor, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere", "/healthz", "/static/css/base.css"])
def test_every_answer_carries_the_headers(client: Visitor, path: str) -> None:
    headers = client.get(path).headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", ["/", "/login", "/nowhere"])
def test_no_cache_between_keeps_a_page(client: Visitor, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_words_of_people_are_never_markup(
    small_district: Store, signed_in_as: Callable[[str], Visitor]
) -> None:
    payload = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    with small_district.write() as work:
        school = work.districts.schools()["maple"]
        work.districts.put_schools((replace(school, name=payload, arrival_note=payload),))
        request = work.requests.get("robots")
        volunteer = work.volunteers.get(VOLUNTEER)
        assert request is not None
        assert volunteer is not None
        work.requests.put((replace(request, title=payload, note=payload),))
        work.volunteers.put((replace(volunteer, name=payload),))
    amara, carla = signed_in_as(VOLUNTEER), signed_in_as(COORDINATOR)
    for visitor, path in (
        (amara, f"/r/{ANSWER}"),
        (amara, "/visits"),
        (amara, "/availability"),
        (amara, "/calendars"),
        (carla, "/today"),
    ):
        page = visitor.page(path)
        sources = [(script.get("src") or "").partition("?")[0] for script in page.iter("script")]
        assert sources in ([], ["/static/site.js"]), path
        assert list(page.iter("img")) == [], path
        assert not any(name.startswith("on") for e in page.iter() for name in e.attrib), path
