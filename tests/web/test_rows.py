"""A page that shows few reads few: what it does not show, the database counts and leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.event import listen, remove

from scheduler.domain.people import reference_of
from scheduler.services.ports import Store
from scheduler.storage.database import db
from tests.builders import COORDINATOR, VOLUNTEER, a_request, a_volunteer, an_organization
from tests.web.conftest import Visitor

SignIn = Callable[[str], Visitor]

MANY = 150
# What a page reads of the district besides: schools, topics, terms, the actor, choices.
MOST_ROWS = 120


@pytest.fixture
def wide_district(small_district: Store) -> Store:
    """The small district with many volunteers and requests of whom few matter."""
    with small_district.write() as work:
        work.districts.put_organizations((an_organization(), an_organization(key="big")))
        work.volunteers.put(
            replace(a_volunteer(), email=f"v{number}@x.example", organization="big")
            for number in range(MANY)
        )
        work.requests.put(a_request(key=f"R{number}") for number in range(MANY))
    return small_district


@pytest.mark.usefixtures("wide_district")
@pytest.mark.parametrize(
    "path", ["/clearances", "/clearances.csv", "/organizations", "/organizations/robots", "/today"]
)
def test_page_reads_no_more_than_it_needs(app: Flask, signed_in_as: SignIn, path: str) -> None:
    visitor = signed_in_as(COORDINATOR)
    assert visitor.get(path).status_code == 200
    with rows_read(app) as rows:
        assert visitor.get(path).status_code == 200
    assert 0 < len(rows) <= MOST_ROWS


@pytest.mark.usefixtures("wide_district")
def test_list_reads_the_page_that_it_shows(app: Flask, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    for path, shown in (("/all-requests", 100), ("/volunteers?text=amara", 50)):
        with rows_read(app) as rows:
            assert visitor.get(path).status_code == 200
        assert len(rows) <= 2 * shown + MOST_ROWS


@pytest.mark.usefixtures("wide_district")
def test_finding_somebody_reads_those_who_are_found(app: Flask, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    one = f"/volunteers/{reference_of(VOLUNTEER)}"
    for path in ("/search?q=amara", "/people?text=amara", "/volunteers?text=ben", one):
        assert visitor.get(path).status_code == 200
        with rows_read(app) as rows:
            assert visitor.get(path).status_code == 200
        assert 0 < len(rows) <= MOST_ROWS


def test_rows_are_counted_one_by_one(app: Flask, small_district: Store) -> None:
    with rows_read(app) as rows, small_district.read() as work:
        found = len(work.traces.outlines())
        assert len(work.traces.outlines()) == found > 0
    assert len(rows) == 2 * found


@contextmanager
def rows_read(app: Flask) -> Iterator[list[object]]:
    """Yield a list that fills with the rows that the application's database hands out."""
    found: list[object] = []

    def noted(_cursor: object, row: object) -> object:
        found.append(row)
        return row

    def watch(connection: object, *_: object) -> None:
        connection.row_factory = noted  # type: ignore[attr-defined]

    def leave(connection: object, *_: object) -> None:
        connection.row_factory = None  # type: ignore[attr-defined]

    with app.app_context():
        engine = db.engine
    listen(engine, "checkout", watch)
    listen(engine, "checkin", leave)
    try:
        yield found
    finally:
        remove(engine, "checkout", watch)
        remove(engine, "checkin", leave)
