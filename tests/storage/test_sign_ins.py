"""One-time links work once and in time; browsers can be signed out one by one or all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.domain.errors import Unknown
from scheduler.services.ports import SignInLink, WebSession
from scheduler.storage.unit_of_work import SqlStore
from tests.builders import NOW, TEACHER, VOLUNTEER

LATER = NOW + timedelta(minutes=30)
LINK = SignInLink("l1", TEACHER, created_at=NOW, expires_at=LATER)
BROWSER = WebSession("b1", TEACHER, created_at=NOW, seen_at=NOW, expires_at=LATER)


def test_link_is_used_once(store: SqlStore) -> None:
    with store.write() as work:
        work.sign_ins.add_link(LINK)
        assert work.sign_ins.use_link("l1", now=NOW) == TEACHER
        assert work.sign_ins.use_link("l1", now=NOW) is None


@pytest.mark.parametrize(
    ("late", "email"), [(timedelta(seconds=-1), TEACHER), (timedelta(0), None)]
)
def test_link_ends_at_its_moment(store: SqlStore, late: timedelta, email: str | None) -> None:
    with store.write() as work:
        work.sign_ins.add_link(LINK)
        assert work.sign_ins.use_link("l1", now=LATER + late) == email


def test_links_of_an_address_that_were_ended_open_nothing(store: SqlStore) -> None:
    with store.write() as work:
        work.sign_ins.add_link(LINK)
        work.sign_ins.add_link(replace(LINK, token_sha256="l2", email=VOLUNTEER))
        work.sign_ins.end_links(TEACHER, at=NOW)
        used = [work.sign_ins.use_link(token, now=NOW) for token in ("l1", "l2")]
        assert used == [None, VOLUNTEER]
        assert work.sign_ins.recent_links(TEACHER, since=NOW) == 1


def test_unknown_link_opens_nothing(store: SqlStore) -> None:
    with store.write() as work:
        assert work.sign_ins.use_link("l1", now=NOW) is None


def test_recent_links_are_counted_by_address_from_their_making(store: SqlStore) -> None:
    with store.write() as work:
        work.sign_ins.add_link(LINK)
        work.sign_ins.add_link(replace(LINK, token_sha256="l2", used_at=NOW))
        work.sign_ins.add_link(replace(LINK, token_sha256="l3", email="nobody@x.example"))
        work.sign_ins.add_link(
            replace(LINK, token_sha256="l4", created_at=NOW - timedelta(seconds=1))
        )
        assert work.sign_ins.recent_links(TEACHER, since=NOW) == 2
        assert work.sign_ins.recent_links("nobody@x.example", since=NOW) == 1
        assert work.sign_ins.recent_links(VOLUNTEER, since=NOW) == 0


def test_browser_comes_back_as_it_was_stored(store: SqlStore) -> None:
    with store.write() as work:
        work.sign_ins.add_session(BROWSER)
    with store.read() as work:
        assert work.sign_ins.session("b1") == BROWSER
        assert work.sign_ins.session("b2") is None


def test_touched_browser_was_seen_then(store: SqlStore) -> None:
    with store.write() as work:
        work.sign_ins.add_session(BROWSER)
        work.sign_ins.touch_session("b1", seen_at=LATER)
        assert work.sign_ins.session("b1") == replace(BROWSER, seen_at=LATER)


@pytest.mark.parametrize(
    ("whose", "left"),
    [
        ({"token_sha256": "b1"}, {"b2", "b3"}),
        ({"email": TEACHER}, {"b3"}),
        ({"token_sha256": "b3", "email": TEACHER}, {"b1", "b2", "b3"}),
        ({}, {"b1", "b2", "b3"}),
    ],
    ids=["one browser", "one address", "another's browser", "nobody"],
)
def test_ended_sessions_are_gone(store: SqlStore, whose: dict[str, str], left: set[str]) -> None:
    with store.write() as work:
        for token, email in (("b1", TEACHER), ("b2", TEACHER), ("b3", VOLUNTEER)):
            work.sign_ins.add_session(replace(BROWSER, token_sha256=token, email=email))
        work.sign_ins.end_sessions(**whose)
        assert {token for token in ("b1", "b2", "b3") if work.sign_ins.session(token)} == left


def test_browser_of_nobody_is_refused(store: SqlStore) -> None:
    with pytest.raises(Unknown, match="no person"), store.write() as work:
        work.sign_ins.add_session(replace(BROWSER, email="nobody@x.example"))
