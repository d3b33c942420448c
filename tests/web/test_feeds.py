"""Feeds over HTTP: the same octets, cheap when unchanged, and silent about what never was."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask

from scheduler.services.feeds import feed_for, rotate
from scheduler.services.ports import Store
from scheduler.services.records import Feed, FeedKind
from scheduler.web.desk import EXTENSION
from tests.builders import NOW, VOLUNTEER
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


def test_later_fetch_gives_the_same_octets(client: Visitor, path: str, clock: StoppedClock) -> None:
    first = client.get(path)
    clock.now = NOW + timedelta(hours=5)
    again = client.get(path)
    assert (again.data, again.headers["ETag"]) == (first.data, first.headers["ETag"])


@pytest.mark.parametrize("tag", ['"other"', "", "no tag"])
def test_other_tag_gives_the_whole_feed(client: Visitor, path: str, tag: str) -> None:
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_date_alone_never_hides_a_change(client: Visitor, path: str) -> None:
    modified = client.get(path).headers["Last-Modified"]
    assert client.get(path, headers={"If-Modified-Since": modified}).status_code == 200


def test_head_tells_what_get_would(client: Visitor, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == get.headers[name]


def test_wrong_and_ended_addresses_are_answered_alike(
    app: Flask, client: Visitor, feed: Feed, path: str, clock: StoppedClock, store: Store
) -> None:
    rotate(store, feed, settings=app.extensions[EXTENSION].feeds, now=NOW)
    replaced = client.get(path)
    assert (replaced.status_code, b"Robots" in replaced.data) == (200, False)
    clock.now = NOW + timedelta(days=30)
    ended, wrong = client.get(path), client.get(f"/cal/{'x' * 43}.ics")
    assert (ended.status_code, ended.data) == (404, wrong.data)
    assert sorted(ended.headers.items()) == sorted(wrong.headers.items())


def test_feed_takes_no_changes(client: Visitor, path: str) -> None:
    assert client.put(path).status_code in {400, 405}
    assert client.get(path).status_code == 200


def test_robots_may_fetch_feeds(client: Visitor) -> None:
    assert "Disallow: /" not in client.get("/robots.txt").text
