"""What machines ask: is the site alive, is it ready, and how is the district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from scheduler.services.ports import Store
from scheduler.services.vital_signs import note_tick
from scheduler.storage import versions
from scheduler.web.desk import EXTENSION
from tests.builders import NOW
from tests.databases import engine_on, statements
from tests.storage.test_outbox import a_mail
from tests.web.conftest import Visitor

MOST_QUERIES = 12
TOKEN = "0123456789abcdef"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
Figures = Mapping[tuple[str, str], float]


@pytest.fixture
def version(sqlite_url: str) -> Iterator[object]:
    """Yield a way to make the tables claim another version, until the test ends."""

    def claim(number: str) -> None:
        with engine_on(sqlite_url).begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{number}'"))

    yield claim
    claim(versions.needed())


@pytest.fixture
def guarded(app: Flask) -> FlaskClient:
    """Return a visitor of a site whose figures need a token."""
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], metrics_token=TOKEN)
    return app.test_client()


def leave_lease(store: Store, *, until: datetime) -> None:
    """Let a timetable be believed alive until then."""
    with store.write() as work:
        work.leases.take("timetable", owner="t", now=until - MINUTE, until=until)


def figures_of(client: FlaskClient) -> Figures:
    """Return each figure by its name without ``visitbell_``, and its label's value."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("visitbell_"), "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


class TestReady:
    def test_site_without_a_timetable_is_ready_and_says_so(self, client: Visitor) -> None:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (
            200,
            {
                "status": "ok",
                "version": versions.needed(),
                "district": False,
                "timetable": "never ran",
            },
        )

    def test_timetable_is_running_while_its_lease_holds(
        self, client: Visitor, small_district: Store
    ) -> None:
        leave_lease(small_district, until=datetime.now(UTC) + MINUTE)
        told = client.get("/readyz").json
        assert told is not None
        assert (told["timetable"], told["district"]) == ("running", True)

    def test_silent_timetable_is_no_reason_to_take_the_pages_away(
        self, client: Visitor, store: Store
    ) -> None:
        leave_lease(store, until=datetime(2026, 11, 20, 12, tzinfo=UTC))
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json is not None
        assert answer.json["timetable"] == "silent since 2026-11-20T12:00:00Z"

    @pytest.mark.parametrize("other", ["0017", "9999"])
    def test_tables_of_another_version_are_not_ready(
        self, client: Visitor, version, other: str
    ) -> None:
        version(other)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (
            503,
            {"status": "other tables", "version": other, "needed": versions.needed()},
        )
        assert client.get("/healthz").status_code == 200


class TestWhoMaySeeFigures:
    def test_machine_itself_may_without_a_token(self, client: Visitor) -> None:
        for host in ("localhost", "127.0.0.1:5000", "[::1]:5000"):
            assert client.get("/metrics", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize(
        ("headers", "address"),
        [
            ({}, "192.0.2.7"),
            ({"Host": "visits.example.org"}, "127.0.0.1"),
            ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1"),
            ({"Forwarded": "for=192.0.2.7"}, "127.0.0.1"),
            ({"X-Forwarded-Proto": "https"}, "127.0.0.1"),
            ({"Authorization": "Bearer "}, "192.0.2.7"),
        ],
    )
    def test_nobody_else_may(self, client: Visitor, headers: dict[str, str], address: str) -> None:
        answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 404
        assert "visitbell_" not in answer.text

    def test_whoever_has_the_token_may_from_anywhere(self, guarded: FlaskClient) -> None:
        bearer = {"Authorization": f"Bearer {TOKEN}", "Host": "visits.example.org"}
        answer = guarded.get("/metrics", headers=bearer, environ_base={"REMOTE_ADDR": "192.0.2.7"})
        assert answer.status_code == 200
        assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"

    @pytest.mark.parametrize("given", ["", f"Bearer {TOKEN}x", TOKEN, "Bearer", "Bearer \xe9"])
    def test_with_a_token_set_it_is_asked_of_everybody(
        self, guarded: FlaskClient, given: str
    ) -> None:
        assert guarded.get("/metrics", headers={"Authorization": given}).status_code == 404


class TestFigures:
    def test_they_count_what_there_is(self, client: Visitor, small_district: Store) -> None:
        figures = figures_of(client)
        with small_district.read() as work:
            requests = work.requests.all().values()
            mails = work.outbox.counts()
        assert figures["tables_info", versions.needed()] == 1
        assert sum(n for (name, _), n in figures.items() if name == "requests") == len(requests)
        assert {label: n for (name, label), n in figures.items() if name == "mails"} == {
            str(state): number for state, number in mails.items()
        }
        assert ("visits", "confirmed") in figures

    def test_they_tell_how_long_mail_waits(self, client: Visitor, store: Store) -> None:
        assert figures_of(client)["mail_oldest_due_age_seconds", ""] == 0
        with store.write() as work:
            work.outbox.add((a_mail("late", due_at=NOW - 5 * MINUTE), a_mail("due", due_at=NOW)))
        assert figures_of(client)["mail_oldest_due_age_seconds", ""] == 300

    def test_mail_of_the_future_does_not_wait(self, client: Visitor, store: Store) -> None:
        with store.write() as work:
            work.outbox.add((a_mail("later", due_at=NOW + MINUTE),))
        assert figures_of(client)["mail_oldest_due_age_seconds", ""] == 0

    def test_they_tell_when_the_timetable_last_did_all(self, client: Visitor, store: Store) -> None:
        assert ("timetable_tick_age_seconds", "") not in figures_of(client)
        leave_lease(store, until=datetime.now(UTC) - MINUTE)
        with store.write() as work:
            note_tick(work, at=datetime.now(UTC) - MINUTE)
        figures = figures_of(client)
        assert 60 <= figures["timetable_tick_age_seconds", ""] < 120
        assert -120 < figures["lease_left_seconds", "timetable"] <= -60

    def test_they_name_nobody(self, client: Visitor, small_district: Store) -> None:
        told = client.get("/metrics").text
        with small_district.read() as work:
            people = work.people.all()
        assert people
        assert "@" not in told
        assert not any(person.name in told for person in people.values())

    def test_they_cost_a_few_queries(self, client: Visitor, small_district: Store) -> None:
        with statements() as queries:
            figures_of(client)
        assert len(queries) <= MOST_QUERIES

    def test_tables_of_another_version_give_none(self, client: Visitor, version) -> None:
        version("9999")
        assert client.get("/metrics").status_code == 503
