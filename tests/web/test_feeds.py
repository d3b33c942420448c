"""Feeds over HTTP: the same octets, cheap when unchanged, and silent about what never was."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import pytest
from flask import Flask

from scheduler.services.feeds import feed_for, revoke, rotate
from scheduler.services.ports import Store
from scheduler.services.records import Feed, FeedKind
from scheduler.web.desk import EXTENSION
from tests.builders import NOW, VOLUNTEER
from tests.outside.ics_reading import read
from tests.web.conftest import StoppedClock, Visitor


@pytest.fixture
def feed(app: Flask, small_district: Store) -> Feed:
    settings = app.extensions[EXTENSION].feeds
    return feed_for(small_district, kind=FeedKind.VOLUNTEER, owner=VOLUNTEER, settings=settings)


@pytest.fixture
def path(app: Flask, feed: Feed) -> str:
    return urlsplit(app.extensions[EXTENSION].feeds.address_of(feed)).path


def test_feed_is_a_calendar_that_may_be_kept_for_a_quarter_of_an_hour(
    client: Visitor, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    assert b"SUMMARY:" in answer.data


def test_unchanged_feed_costs_one_empty_answer(client: Visitor, path: str) -> None:
    first = client.get(path)
    for tag in (
        first.headers["ETag"],
        f"W/{first.headers['ETag']}",
        f'"x", {first.headers["ETag"]}',
    ):
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert "Content-Type" not in again.headers


def test_replaced_address_has_a_tag_of_its_own(
    app: Flask, client: Visitor, small_district: Store, feed: Feed, path: str
) -> None:
    mine = client.get(path).headers["ETag"]
    desk = app.extensions[EXTENSION]
    rotate(small_district, feed, settings=desk.feeds, now=NOW)
    notice = client.get(path, headers={"If-None-Match": mine})
    assert (notice.status_code, b"SUMMARY:Your visits have a new" in notice.data) == (200, True)
    again = client.get(path, headers={"If-None-Match": notice.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_tag_is_strong_and_that_of_the_octets(client: Visitor, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["ETag"] == f'"{sha256(answer.data).hexdigest()[:32]}"'


def test_later_fetch_gives_the_same_octets(client: Visitor, path: str, clock: StoppedClock) -> None:
    first = client.get(path)
    clock.now = NOW + timedelta(hours=5)
    again = client.get(path)
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])


class TestFetches:
    def known(self, store: Store, feed: Feed) -> list[tuple[str, int]]:
        with store.read() as work:
            found = work.feeds.fetches((feed,))[feed.key]
        return [(each.client, each.times) for each in found]

    def test_fetches_are_noted_once_an_hour_by_kind_of_program(
        self, client: Visitor, path: str, feed: Feed, store: Store, clock: StoppedClock
    ) -> None:
        phone = {"User-Agent": "macOS/15.1 (24B83) dataaccessd/1.0"}
        for minutes in (0, 59, 60, 61, 180):
            clock.now = NOW + timedelta(minutes=minutes)
            client.get(path, headers=phone)
        assert self.known(store, feed) == [("apple", 3)]
        client.get(path, headers={"User-Agent": "Google-Calendar-Importer"})
        assert self.known(store, feed) == [("apple", 3), ("google", 1)]

    def test_unchanged_answer_counts_and_a_look_at_the_head_does_not(
        self, client: Visitor, path: str, feed: Feed, store: Store, clock: StoppedClock
    ) -> None:
        tag = client.head(path).headers["ETag"]
        assert self.known(store, feed) == []
        for _ in range(2):
            assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
            clock.now += timedelta(hours=1)
        assert [times for _, times in self.known(store, feed)] == [2]

    def test_noting_a_fetch_leaves_octets_and_tag_alone(
        self, client: Visitor, path: str, clock: StoppedClock
    ) -> None:
        answers = []
        for _ in range(3):
            answer = client.get(path)
            answers.append((answer.data, answer.headers["ETag"], answer.headers["Last-Modified"]))
            clock.now += timedelta(hours=2)
        assert len(set(answers)) == 1

    def test_what_a_program_says_of_itself_is_kept_nowhere(
        self, client: Visitor, path: str, contents: Callable[[], str]
    ) -> None:
        client.get(path, headers={"User-Agent": "iOS/18.1 (22B83) dataaccessd/1.0 Secretphone"})
        assert "apple" in contents()
        assert "Secretphone" not in contents()


@pytest.mark.parametrize("tag", ['"other"', "", "no tag"])
def test_other_tag_gives_the_whole_feed(client: Visitor, path: str, tag: str) -> None:
    answer = client.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (200, client.get(path).data)


@pytest.mark.parametrize(
    "date",
    ["", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "Sat, 21 Nov 2026 14:00:00 GMT", "9" * 99],
    ids=["the feed's own", "nonsense", "long ago", "now", "number"],
)
def test_date_alone_never_hides_a_change(client: Visitor, path: str, date: str) -> None:
    whole = client.get(path)
    since = {"If-Modified-Since": date or whole.headers["Last-Modified"]}
    answer = client.get(path, headers=since)
    assert (answer.status_code, answer.data) == (200, whole.data)


def test_tag_wins_over_any_date(client: Visitor, path: str) -> None:
    whole = client.get(path)
    long_ago, latest = "Thu, 01 Jan 1970 00:00:00 GMT", whole.headers["Last-Modified"]
    for tag, date, status in ((whole.headers["ETag"], long_ago, 304), ('"other"', latest, 200)):
        both = {"If-None-Match": tag, "If-Modified-Since": date}
        assert client.get(path, headers=both).status_code == status


def test_head_tells_what_get_would(client: Visitor, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == get.headers[name]


def test_packed_answer_is_the_same_octets_under_a_weak_tag(client: Visitor, path: str) -> None:
    plain = client.get(path)
    packed = client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == f"W/{plain.headers['ETag']}"
    assert client.get(path, headers={"Accept-Encoding": "gzip"}).data == packed.data
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        again = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": "gzip"}
        unchanged = client.get(path, headers=again)
        assert (unchanged.status_code, unchanged.data) == (304, b"")
        assert "Content-Encoding" not in unchanged.headers


def test_feed_has_no_attachments_name_and_no_sign_in(client: Visitor, path: str) -> None:
    answer = client.get(path)
    assert path.endswith(".ics")
    assert "Content-Disposition" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(path, headers={"If-None-Match": "*"}).status_code == 304


def test_wrong_and_ended_addresses_are_answered_alike(
    app: Flask, client: Visitor, feed: Feed, path: str, clock: StoppedClock, store: Store
) -> None:
    settings = app.extensions[EXTENSION].feeds
    renewed = rotate(store, feed, settings=settings, now=NOW)
    clock.now = NOW + timedelta(days=30) - timedelta(seconds=1)
    (notice,) = read(client.get(path).data).named("VEVENT")
    assert notice.value("SUMMARY") == "Your visits have a new calendar address"
    (start,) = notice.all("DTSTART")
    assert (start.parameters, start.value) == ({"VALUE": "DATE"}, "20261121")
    clock.now = NOW + timedelta(days=30)
    present = urlsplit(settings.address_of(renewed)).path
    token = present.removeprefix("/cal/").removesuffix(".ics")
    never, cut, long = (f"/cal/{guess}.ics" for guess in ("x" * 43, token[:-1], f"{token}x"))
    answers = [client.get(each) for each in (never, path, cut, long, present)]
    assert answers.pop().status_code == 200
    revoke(store, renewed)
    answers.append(client.get(present))
    told = [(each.status_code, each.data, sorted(each.headers.items())) for each in answers]
    assert told[0][0] == 404
    assert told == told[:1] * 5


def test_feed_takes_no_changes(client: Visitor, path: str) -> None:
    assert client.put(path).status_code in {400, 405}
    assert client.get(path).status_code == 200


def test_no_log_line_holds_the_address(
    client: Visitor, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    token = path.removeprefix("/cal/").removesuffix(".ics")
    with caplog.at_level("DEBUG"):
        client.get(path)
        client.get(f"/cal/{token[:-1]}.ics")
    assert token[:-1] not in caplog.text


def test_wrong_address_gets_neither_a_page_nor_a_cookie(client: Visitor) -> None:
    answer = client.get(f"/cal/{'x' * 43}.ics")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert "Set-Cookie" not in answer.headers


def test_robots_may_fetch_feeds_and_list_no_page(client: Visitor, path: str) -> None:
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    for agent in ("Googlebot", "Google-Calendar-Importer", "*"):
        assert robots.can_fetch(agent, path)
    for page in ("/", "/login", "/robots.txt", path, "/nowhere"):
        assert client.get(page).headers["X-Robots-Tag"] == "noindex"
