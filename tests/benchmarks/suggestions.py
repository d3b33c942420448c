"""What a suggestion costs: ``python -m tests.benchmarks.suggestions``.

Ten people with all reasons for one request, asked of 20,000 and of 100,000 volunteers; the time
until one volunteer's edit is in the table; and the count on a teacher's form through HTTP, on a
SQLite district of 20,000 volunteers. Where others keep the machine busy, read the last column:
what the process itself worked.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

from flask import Flask
from flask.testing import FlaskClient

from scheduler.config import Settings
from scheduler.domain.assignments import Place, Speaker
from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.volunteers import Volunteer
from scheduler.factory import create_app
from scheduler.matching.instances import read_instance
from scheduler.matching.problem import Problem
from scheduler.matching.suggestions import candidates, count, suggest
from scheduler.matching.warm_table import WarmTable
from scheduler.services.access import Actor
from scheduler.services.bundles import import_bundle
from scheduler.services.ports import Store
from scheduler.services.sign_in import link_for, redeem
from scheduler.storage import database
from scheduler.storage.database import db
from scheduler.web.desk import EXTENSION, Desk
from tests.benchmarks.instances import DAYS, Size, an_instance
from tests.benchmarks.large_bundle import write_large_bundle
from tests.benchmarks.measuring import measured, print_table
from tests.builders import NOW
from tests.databases import sqlite_database

REQUESTS, VOLUNTEERS = 400, 20_000
TIMES, EDITS = 400, 300
TEACHER = "t0-0@river.example"
KEY = b"k" * 32


def engine_rows(copies: int) -> list[tuple[str, ...]]:
    """Measure the table alone, with so many times 20,000 volunteers."""
    problem = _problem(copies)
    bare = replace(problem, speakers=(), commitments=())
    begun = time.perf_counter()
    table = WarmTable.of(
        problem.speakers, geography=problem.geography, first_frame=0, frames=DAYS + 1
    )
    built = time.perf_counter() - begun
    size = f"{len(problem.speakers):,} volunteers"
    demands = [demand.id for demand in problem.demands] * (TIMES // REQUESTS)

    def suggest_one(demand_id: str) -> None:
        found = suggest(table, bare, demand_id)
        candidates(
            table,
            bare,
            demand_id,
            suggestions=found,
            speaker_by_id=problem.speaker_by_id,
        )

    edited = Random(2).sample(problem.speakers, EDITS)
    return [
        (size, "ten people, all reasons", *_milliseconds(suggest_one, demands)),
        (size, "ten people alone", *_milliseconds(lambda d: suggest(table, bare, d), demands)),
        (size, "count by start", *_milliseconds(lambda d: count(table, bare, d), demands)),
        (size, "one edit", *_milliseconds(table.put, edited)),
        (size, f"build {built:.1f} s", f"{table.octets / 1e6:.0f} MB", "", "", ""),
    ]


def web_rows() -> list[tuple[str, ...]]:
    """Measure pages of a district of 20,000 volunteers, in this one process."""
    with tempfile.TemporaryDirectory() as name, _site(Path(name)) as app:
        warm_desk: Desk = app.extensions[EXTENSION]
        client = _signed_in(app, warm_desk.store)
        begun = time.perf_counter()
        answer = client.get(_address(0))
        first = time.perf_counter() - begun
        assert answer.status_code == 200, answer.status
        turns = range(200)
        people = _some_volunteers(warm_desk.store)
        size = f"{VOLUNTEERS:,} over HTTP"
        return [
            (size, f"first question {first:.1f} s", "", "", "", ""),
            (size, "live count", *_milliseconds(lambda n: client.get(_address(n)), turns)),
            (
                size,
                "whole form with counts",
                *_milliseconds(lambda n: client.get(_address(n, "/requests/new")), turns),
            ),
            (
                size,
                "edit followed by the table",
                *_milliseconds(
                    lambda _: _follow(warm_desk),
                    range(100),
                    before=lambda n: _edit(warm_desk.store, people[n % len(people)]),
                ),
            ),
            (
                size,
                "live count after one edit",
                *_milliseconds(
                    lambda n: client.get(_address(n)),
                    range(100),
                    before=lambda n: _edit(warm_desk.store, people[n % len(people)]),
                ),
            ),
        ]


def main() -> None:
    """Print one table."""
    rows: list[tuple[str, ...]] = []
    for copies in (1, 5):
        run = measured(engine_rows, copies)
        rows += [*run.result, ("", "peak of the process", f"{run.peak_mb:.0f} MB", "", "", "")]
    run = measured(web_rows)
    rows += [*run.result, ("", "peak of the process", f"{run.peak_mb:.0f} MB", "", "", "")]
    print_table(("where", "what", "p50 ms", "p95 ms", "worst ms", "p95 CPU ms"), rows)


def _problem(copies: int) -> Problem:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "instance.json")
        path.write_text(json.dumps(an_instance(Size("suggestions", REQUESTS, VOLUNTEERS))))
        problem = read_instance(path)
    random = Random(1)
    more = (
        _moved(speaker, f"{speaker.id}-{turn}", random)
        for turn in range(1, copies)
        for speaker in problem.speakers
    )
    return replace(problem, speakers=(*problem.speakers, *more))


def _moved(speaker: Speaker, speaker_id: str, random: Random) -> Speaker:
    """Return somebody like this one who lives elsewhere and came more or less often."""
    home = speaker.home and Place(
        speaker.home.x + random.uniform(-5, 5), speaker.home.y + random.uniform(-5, 5)
    )
    return replace(speaker, id=speaker_id, home=home, history=random.randrange(6))


def _milliseconds(
    act: Callable[..., object],
    subjects: Iterable[object],
    *,
    before: Callable[..., object] = lambda _: None,
) -> tuple[str, str, str, str]:
    """Return median, 95th percentile and longest by the clock, and the 95th of the processor's."""
    clock, worked = [], []
    for subject in subjects:
        before(subject)
        begun, working = time.perf_counter(), time.process_time()
        act(subject)
        clock.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - working))
    return (
        f"{_part(clock, 0.5):.2f}",
        f"{_part(clock, 0.95):.2f}",
        f"{max(clock):.2f}",
        f"{_part(worked, 0.95):.2f}",
    )


def _part(numbers: list[float], share: float) -> float:
    return sorted(numbers)[int(len(numbers) * share)]


@contextmanager
def _site(folder: Path) -> Iterator[Flask]:
    url = sqlite_database(folder)
    database.upgrade(url)
    app = create_app(
        Settings(
            instance=folder,
            database_url=url,
            secret_key=KEY,
            feed_key=KEY,
            base_url="http://localhost",
            now=NOW,
        )
    )
    desk: Desk = app.extensions[EXTENSION]
    write_large_bundle(folder / "bundle")
    import_bundle(desk.store, folder / "bundle", actor=Actor.operator(), now=NOW)
    _fill_up(desk.store)
    yield app
    with app.app_context():
        db.engine.dispose()


def _fill_up(store: Store) -> None:
    """Give the district as many volunteers as are to be measured, each like one it has."""
    random = Random(3)
    with store.write() as work:
        known = list(work.volunteers.all().values())
        work.volunteers.put(
            _like(random.choice(known), number, random) for number in range(VOLUNTEERS - len(known))
        )


def _like(person: Volunteer, number: int, random: Random) -> Volunteer:
    weekly = tuple(_later(block, random.randrange(3)) for block in person.weekly)
    return replace(person, email=f"more{number}@river.example", weekly=weekly)


def _later(block: WeeklyAvailability, hours: int) -> WeeklyAvailability:
    return replace(
        block,
        start=block.start.replace(hour=block.start.hour + hours),
        end=block.end.replace(hour=block.end.hour + hours),
    )


def _signed_in(app: Flask, store: Store) -> FlaskClient:
    client = app.test_client()
    token = redeem(store, link_for(store, TEACHER, now=NOW), now=NOW)
    assert token
    client.set_cookie("visitbell", token)
    return client


def _some_volunteers(store: Store) -> list[Volunteer]:
    with store.read() as work:
        emails = [f"more{number}@river.example" for number in range(100)]
        return list(work.volunteers.many(emails).values())


def _edit(store: Store, person: Volunteer) -> None:
    with store.write() as work:
        work.volunteers.put((replace(person, weekly=person.weekly[1:]),))


def _follow(warm_desk: Desk) -> None:
    with warm_desk.store.read() as work:
        now = warm_desk.now
        with warm_desk.warm.at(work, now=now, gazetteer=warm_desk.gazetteer):
            pass


def _address(number: int, page: str = "/requests/new/free") -> str:
    return f"{page}?topic=topic-{number % 8}-{number % 5}&classroom=c0-0&format=in_person"


if __name__ == "__main__":
    main()
