"""What the coordinator's pages cost: ``python -m tests.benchmarks.pages [folder]``.

A district of 5,000 open requests, 2,000 volunteers and 465 schools, most requests with a
proposal, asked page by page in this one process: what the server takes, the network and the
browser left out. Given a folder, the district is made there once and found again. Where others
keep the machine busy, read the last column: what the process itself worked.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from scheduler.config import Settings
from scheduler.factory import create_app
from scheduler.services.sign_in import link_for, redeem
from scheduler.storage import database
from scheduler.storage.database import db
from scheduler.web.desk import EXTENSION, Desk
from scheduler.web.warming import get_ready, warm_up
from tests.benchmarks.measuring import print_table
from tests.benchmarks.office_district import COORDINATOR, fill
from tests.builders import NOW

TIMES = 20
KEY = b"k" * 32


def main(folder: Path) -> None:
    """Print one table."""
    with a_site(folder) as app:
        client = _signed_in(app)
        get_ready(app)
        begun = time.perf_counter()
        warm_up(app)
        first = time.perf_counter() - begun
        rows = [_row(app, client, name, addresses) for name, addresses in _pages(app)]
    print(f"getting to know the district: {first:.1f} s")
    head = ("page", "queries", "kB", "p50 ms", "p95 ms", "worst ms", "p95 CPU ms")
    print_table(head, rows)


@contextmanager
def a_site(folder: Path) -> Iterator[Flask]:
    """Yield the site on a district of that size, made in this folder unless it is there."""
    path = folder / "visitbell.db"
    is_new = not path.exists()
    url = f"sqlite:///{path}"
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
    if is_new:
        fill(_desk(app).store, folder / "bundle", gazetteer=_desk(app).gazetteer)
    yield app
    with app.app_context():
        db.engine.dispose()


def _pages(app: Flask) -> Iterator[tuple[str, list[str]]]:
    store = _desk(app).store
    random = Random(5)
    with store.read() as work:
        proposed = list(work.proposals.all())
        nobody = list(work.proposals.unassigned())
        known = {*proposed, *nobody}
        unchecked = [key for key in work.requests.all() if key not in known]
    yield "board", ["/proposals"] * TIMES
    for order in ("soonest", "oldest"):
        yield f"board, {order}", [f"/proposals?order={order}"] * TIMES
    yield "board, looking for a school", [f"/proposals?text=School+{n}" for n in range(TIMES)]
    for name, keys in (("proposed", proposed), ("nobody", nobody), ("unchecked", unchecked)):
        some = random.choices(keys, k=TIMES)
        yield f"board, one open, {name}", [f"/proposals/{key}" for key in some]
    yield "who could come", [f"/requests/{k}/people" for k in random.choices(proposed, k=TIMES)]
    yield "book by hand", [f"/requests/{k}/book" for k in random.choices(proposed, k=TIMES)]
    yield "conflicts", ["/conflicts"] * TIMES
    yield "conflicts, later pages", [f"/conflicts?page={n}" for n in range(2, 2 + TIMES)]
    yield "conflicts of a school", [f"/conflicts?text=School+{n}" for n in range(TIMES)]
    for name in ("today", "all-requests", "volunteers", "schools", "activity", "calendar"):
        yield name, [f"/{name}"] * (TIMES // 4)


def _row(app: Flask, client: FlaskClient, name: str, addresses: Iterable[str]) -> tuple[str, ...]:
    clock, worked, queries, size = [], [], 0, 0
    for address in addresses:
        begun, working = time.perf_counter(), time.process_time()
        with counted(app) as statements:
            answer = client.get(address)
        clock.append(1000 * (time.perf_counter() - begun))
        worked.append(1000 * (time.process_time() - working))
        if answer.status_code != 200:
            return (name, answer.status, "", "", "", "", "")
        queries, size = max(queries, len(statements)), max(size, len(answer.data))
    return (
        name,
        str(queries),
        f"{size / 1000:.0f}",
        f"{_part(clock, 0.5):.0f}",
        f"{_part(clock, 0.95):.0f}",
        f"{max(clock):.0f}",
        f"{_part(worked, 0.95):.0f}",
    )


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the application's database is asked meanwhile."""
    found: list[str] = []

    def note(_1: object, _2: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            found.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _part(numbers: list[float], share: float) -> float:
    return sorted(numbers)[int(len(numbers) * share)]


def _desk(app: Flask) -> Desk:
    found = app.extensions[EXTENSION]
    assert isinstance(found, Desk)
    return found


def _signed_in(app: Flask) -> FlaskClient:
    store = _desk(app).store
    token = redeem(store, link_for(store, COORDINATOR, now=NOW), now=NOW)
    assert token
    client = app.test_client()
    client.set_cookie("visitbell", token)
    return client


if __name__ == "__main__":
    if sys.argv[1:]:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
