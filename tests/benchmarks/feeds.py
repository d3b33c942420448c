"""What a feed costs beside the least that a view could do: ``python -m tests.benchmarks.feeds``.

One process serves both, turn by turn. The view beside a whole feed does one look-up, one SELECT
of the texts, joins them and hashes them; the one beside an unchanged feed does one SELECT by a
primary key.
"""

from __future__ import annotations

import gzip
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response
from sqlalchemy import select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from scheduler.config import Settings
from scheduler.domain.visits import Visit
from scheduler.factory import create_app
from scheduler.services.feed_answers import answer
from scheduler.services.feeds import feed_for
from scheduler.services.records import FeedKind
from scheduler.services.tokens import feed_token, token_hash
from scheduler.storage.database import db, upgrade
from scheduler.storage.models.feeds import FeedAddressRow, FeedEventRow, FeedRow
from scheduler.web.desk import EXTENSION, Desk
from tests.benchmarks.measuring import print_table
from tests.builders import NOW, VOLUNTEER, a_visit
from tests.small_district import fill

KEY = b"f" * 32
SIZES = (10, 1_000, 5_000)
RUNS = 60
CHANGES = 7


@dataclass(frozen=True)
class FeedCosts:
    """Median milliseconds of the feed and of the view beside it, and the octets.

    ``written_ms`` is what the making of the address writes ahead, every event; ``first_ms`` the
    first answer that a program gets, ``changed_ms`` the one after a change of one visit.
    """

    events: int
    written_ms: float
    first_ms: float
    changed_ms: float
    whole_ms: float
    beside_whole_ms: float
    unchanged_ms: float
    beside_unchanged_ms: float
    octets: int
    zipped: int

    @property
    def whole_ratio(self) -> float:
        """Return how many times the view beside it a whole feed costs."""
        return self.whole_ms / self.beside_whole_ms

    @property
    def unchanged_rate(self) -> float:
        """Return the rate of unchanged answers as a part of the rate of the view beside it."""
        return self.beside_unchanged_ms / self.unchanged_ms


def costs(events: int, *, runs: int = RUNS) -> FeedCosts:
    """Measure one feed of that many events."""
    with _site(events) as (app, token):
        feed = _environment(f"/cal/{token}.ics")
        desk = app.extensions[EXTENSION]
        begun = time.perf_counter()
        answer(desk.store, token, settings=desk.feeds, now=NOW)
        written_ms = (time.perf_counter() - begun) * 1000
        begun = time.perf_counter()
        _answer(app, feed)
        first_ms = (time.perf_counter() - begun) * 1000
        changed_ms = statistics.median(_after_changes(app, feed, events=events))
        first = _answer(app, feed)
        unchanged = _environment(f"/cal/{token}.ics", **{"If-None-Match": first.headers["ETag"]})
        assert _answer(app, unchanged).status_code == 304
        whole, beside_whole = _medians(app, feed, _environment(f"/beside/{token}"), runs=runs)
        kept, beside_kept = _medians(app, unchanged, _environment("/beside/key"), runs=5 * runs)
        octets = first.get_data()
    return FeedCosts(
        events=events,
        written_ms=written_ms,
        first_ms=first_ms,
        changed_ms=changed_ms,
        whole_ms=whole,
        beside_whole_ms=beside_whole,
        unchanged_ms=kept,
        beside_unchanged_ms=beside_kept,
        octets=len(octets),
        zipped=len(gzip.compress(octets)),
    )


def main() -> None:
    """Measure feeds of three sizes and print the table."""
    rows = []
    for events in SIZES:
        found = costs(events)
        rows.append(
            (
                f"{found.events:,}",
                f"{found.written_ms:.0f}",
                f"{found.first_ms:.0f}",
                f"{found.changed_ms:.0f}",
                f"{found.whole_ms:.2f}",
                f"{found.whole_ratio:.2f}",
                f"{found.unchanged_ms:.2f}",
                f"{found.unchanged_rate:.2f}",
                f"{found.octets / 1e6:.2f}",
                f"{found.zipped / 1e3:.0f}",
            )
        )
    print_table(
        (
            "events",
            "written ms",
            "first ms",
            "changed ms",
            "200 ms",
            "times view",
            "304 ms",
            "rate",
            "MB",
            "gzip kB",
        ),
        rows,
    )


def some_visits(number: int) -> tuple[Visit, ...]:
    """Return that many visits of Maple School, one after the other, within a feed's window."""
    visit = a_visit(hosts=())
    length = timedelta(minutes=50)
    return tuple(
        replace(
            visit,
            uid=f"{index:08x}-7d0a-4d0e-9a63-3f6f6c1f2b10",
            session=index + 1,
            period=type(visit.period)(NOW + index * 2 * length, NOW + index * 2 * length + length),
        )
        for index in range(number)
    )


def _after_changes(
    app: Flask, feed: Callable[[], dict[str, Any]], *, events: int
) -> Iterator[float]:
    """Yield the milliseconds of the answer after each of some visits was moved to a room."""
    desk = app.extensions[EXTENSION]
    for visit in some_visits(events)[:CHANGES]:
        with desk.store.write() as work:
            work.visits.save((replace(visit, room="99", sequence=1),))
        begun = time.perf_counter()
        _answer(app, feed)
        yield (time.perf_counter() - begun) * 1000


@contextmanager
def _site(events: int) -> Iterator[tuple[Flask, str]]:
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/site.sqlite3"
        upgrade(url)
        app = create_app(
            Settings(
                instance=Path(name),
                database_url=url,
                secret_key=KEY,
                feed_key=KEY,
                base_url="https://visits.example",
            )
        )
        desk = app.extensions[EXTENSION]
        assert isinstance(desk, Desk)
        app.extensions[EXTENSION] = replace(desk, clock=lambda: NOW)
        fill(desk.store)
        with desk.store.write() as work:
            work.visits.remove((a_visit().uid,))
            work.visits.add(some_visits(events))
        feed = feed_for(desk.store, kind=FeedKind.VOLUNTEER, owner=VOLUNTEER, settings=desk.feeds)
        app.add_url_rule("/beside/<token>", view_func=_whole_beside)
        app.add_url_rule("/beside/key", view_func=_key_beside)
        yield app, feed_token(feed, key=KEY)
        with app.app_context():
            db.engine.dispose()


def _whole_beside(token: str) -> Response:
    found = db.session.scalar(
        select(FeedAddressRow.feed_id).where(FeedAddressRow.token_sha256 == token_hash(token))
    )
    texts = db.session.scalars(
        select(FeedEventRow.text)
        .where(FeedEventRow.feed_id == found)
        .order_by(FeedEventRow.starts_at, FeedEventRow.uid)
    )
    octets = "".join(texts).encode()
    response = Response(octets, content_type="text/calendar; charset=utf-8")
    response.set_etag(sha256(octets).hexdigest())
    return response


def _key_beside() -> Response:
    return Response(db.session.scalar(select(FeedRow.key).where(FeedRow.id == 1)))


def _environment(path: str, **headers: str) -> Callable[[], dict[str, Any]]:
    return lambda: EnvironBuilder(path, headers=headers).get_environ()


def _answer(app: Flask, environment: Callable[[], dict[str, Any]]) -> Response:
    return Response(*run_wsgi_app(app, environment(), buffered=True))


def _medians(
    app: Flask,
    ours: Callable[[], dict[str, Any]],
    beside: Callable[[], dict[str, Any]],
    *,
    runs: int,
) -> tuple[float, float]:
    """Return median milliseconds of both, taken in turns so that both meet the same weather."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for spans, environment in zip(taken, (ours, beside), strict=True):
            environ = environment()
            begun = time.perf_counter()
            run_wsgi_app(app, environ, buffered=True)
            spans.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken[0]), statistics.median(taken[1])


if __name__ == "__main__":
    main()
