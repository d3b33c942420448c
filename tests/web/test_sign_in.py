"""Signing in by a link: what a scanner cannot use up, where one lands, and how one leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote, urljoin, urlsplit

import pytest

from scheduler.services.ports import Store
from scheduler.services.sign_in import link_for
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER
from tests.small_district import OFFICE, VIEWER
from tests.web.conftest import StoppedClock, Visitor, csrf_token, main_text, parsed, text_of

OWN_PATHS = ("/visits", "/requests/robots?new=1", "/availability#away", "/a b", "/Zoë")
FOREIGN = (
    "",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/visits",
    "//localhost",
    "//[evil",
    "//user@evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/visits\\..\\evil",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "https:///evil.example",
    "http://localhost/visits",
    "http://localhost@evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,hi",
    "mailto:x@evil.example",
    "ftp://evil.example",
    "evil.example",
    "visits",
    "./visits",
    "../visits",
    "?next=//evil.example",
    "#evil",
    " //evil.example",
    " /visits",
    "\t//evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/visits\r\nLocation: https://evil.example",
    "/visits\x7f",
    "\u2028//evil.example",
    "/\u202e/evil.example",
)


@pytest.fixture
def token(small_district: Store) -> str:
    """Return a fresh link's token for the volunteer."""
    return link_for(small_district, VOLUNTEER, now=NOW)


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("address", [VOLUNTEER, "Stranger@Example.org"])
def test_page_tells_nobody_whether_an_address_is_known(client: Visitor, address: str) -> None:
    answer = client.send("/login", {"email": address})
    said = main_text(parsed(answer.text)).replace(address, "ADDRESS")
    assert "If we know ADDRESS, a link is on its way." in said


@pytest.mark.usefixtures("small_district")
def test_link_is_only_sent_to_those_we_know(client: Visitor, store: Store) -> None:
    for address in (" AMARA@robots.example ", "stranger@example.org"):
        client.send("/login", {"email": address})
    with store.read() as work:
        rows = work.outbox.of_subjects(("sign-in",))
    assert [row.recipient for row in rows] == [VOLUNTEER]


@pytest.mark.parametrize("address", ["", "amara", "amara@", "a b@example.org"])
def test_address_that_is_none_is_refused_at_its_field(client: Visitor, address: str) -> None:
    answer = client.send("/login", {"email": address})
    page = parsed(answer.text)
    assert answer.status_code == 422
    assert text_of(page.find(".//*[@id='email-error']")) != ""
    assert text_of(page.find(".//title")).startswith("Error: ")


def test_opening_the_link_uses_nothing_up(client: Visitor, token: str) -> None:
    for _ in range(3):
        assert client.get(f"/login/{token}").status_code == 200
        assert client.head(f"/login/{token}").status_code == 200
    assert client.send(f"/login/{token}").location == "/"
    assert "My visits" in main_text(client.page("/visits"))


def test_link_works_once(client: Visitor, token: str) -> None:
    client.send(f"/login/{token}")
    again = client.send(f"/login/{token}")
    assert (again.status_code, "This link has ended" in again.text) == (410, True)


def test_link_ends_after_fifteen_minutes(client: Visitor, token: str, clock: StoppedClock) -> None:
    clock.now = NOW + timedelta(minutes=15)
    assert client.send(f"/login/{token}").status_code == 410


@pytest.mark.parametrize("target", OWN_PATHS)
def test_one_lands_where_one_wanted_to_go(client: Visitor, token: str, target: str) -> None:
    page = client.page(f"/login/{token}?next={quote(target)}")
    assert [f.get("value") for f in page.iter("input") if f.get("name") == "next"] == [target]
    location = client.send(f"/login/{token}", {"next": target}).location
    assert location == quote(target, safe="/?#=%")


@pytest.mark.parametrize("target", FOREIGN)
def test_one_never_lands_elsewhere(client: Visitor, token: str, target: str) -> None:
    page = client.page(f"/login/{token}?next={quote(target)}")
    assert [f.get("value") for f in page.iter("input") if f.get("name") == "next"] == [""]
    location = client.send(f"/login/{token}", {"next": target}).location
    assert location == "/"
    assert urlsplit(urljoin("http://localhost/login/x", location)).netloc == "localhost"


def test_forty_foreign_forms_are_tried() -> None:
    assert len(set(FOREIGN)) == 40


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(client: Visitor) -> None:
    answer = client.get("/availability?x=1")
    assert (answer.status_code, answer.location) == (303, "/login?next=/availability?x%3D1")


@pytest.mark.usefixtures("small_district")
def test_signing_out_ends_the_session_and_not_only_the_cookie(
    signed_in_as: Callable[[str], Visitor],
) -> None:
    amara = signed_in_as(VOLUNTEER)
    cookie = amara.get_cookie("visitbell")
    assert cookie is not None
    amara.send("/logout", on="/visits")
    assert amara.get_cookie("visitbell") is None
    amara.set_cookie("visitbell", cookie.value)
    assert amara.get("/visits").status_code == 303


@pytest.mark.usefixtures("small_district")
def test_session_ends_after_thirty_days_without_a_visit(
    signed_in_as: Callable[[str], Visitor], clock: StoppedClock
) -> None:
    amara = signed_in_as(VOLUNTEER)
    clock.now = NOW + timedelta(days=29)
    assert amara.get("/visits").status_code == 200
    clock.now += timedelta(days=30)
    assert amara.get("/visits").status_code == 303


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize(
    ("email", "start"),
    [
        (COORDINATOR, "/today"),
        (VIEWER, "/today"),
        (TEACHER, "/requests"),
        (VOLUNTEER, "/visits"),
        (OFFICE, "/day"),
    ],
)
def test_everyone_starts_on_their_own_page(
    signed_in_as: Callable[[str], Visitor], email: str, start: str
) -> None:
    answer = signed_in_as(email).get("/")
    assert (answer.status_code, answer.location) == (303, start)


@pytest.mark.usefixtures("small_district")
def test_session_cookie_is_out_of_reach_for_scripts(client: Visitor, token: str) -> None:
    page = client.get(f"/login/{token}")
    answer = client.post(f"/login/{token}", data={"csrf_token": csrf_token(page.text)})
    (cookie,) = (c for c in answer.headers.getlist("Set-Cookie") if c.startswith("visitbell="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
