"""While the database is away the site says so; when it is back, everything goes on by itself."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from scheduler.config import Settings
from scheduler.domain.errors import OutOfReach, Outrun, SchedulerError
from scheduler.domain.visits import VisitState
from scheduler.factory import create_app
from scheduler.storage import database
from scheduler.storage.database import db
from scheduler.storage.refusals import refusal_of
from scheduler.storage.unit_of_work import SqlStore
from tests.cli.command_line import CommandLine, ended
from tests.cli.test_running import served
from tests.databases import engine_on
from tests.faults.doors import Door, door_to
from tests.faults.test_delivery import invite_many
from tests.faults.test_paused_jobs import mails_of
from tests.faults.test_told_to_end import SlowOffice
from tests.mail.servers import a_server
from tests.services.world import KEY, World, open_world

pytestmark = pytest.mark.postgres
PATIENCE_SECONDS = 60
AWAY_SECONDS = 4
FULL_AWAY_SECONDS, LOOK_SECONDS = 300, 15
MAILS = 40


@pytest.fixture
def world(postgres_url: str) -> World:
    """Return the small district, reached past the door."""
    return open_world(engine_on(postgres_url))


@pytest.fixture
def door(world: World, postgres_url: str) -> Iterator[Door]:
    """Yield the door through which the site reaches the district."""
    with door_to(postgres_url) as door:
        yield door


@pytest.fixture
def visitor(door: Door, tmp_path: Path) -> Iterator[FlaskClient]:
    """Yield somebody who looks at the site."""
    settings = Settings(instance=tmp_path, database_url=door.url, secret_key=KEY, feed_key=KEY)
    app = create_app(settings)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def test_site_says_that_it_is_not_ready_and_goes_on_by_itself(
    visitor: FlaskClient, door: Door
) -> None:
    ready = visitor.get("/readyz").json
    assert ready is not None
    assert (ready["status"], ready["district"]) == ("ok", True)
    door.shut()
    for _ in range(3):
        answer = visitor.get("/readyz")
        assert (answer.status_code, answer.json) == (503, {"status": "no database"})
    assert visitor.get("/healthz").status_code == 200
    door.open()
    assert visitor.get("/readyz").json == ready


@pytest.mark.parametrize("path", ["/", "/login", "/cal/unknown.ics", "/nowhere"])
def test_every_page_says_that_it_will_be_back(visitor: FlaskClient, door: Door, path: str) -> None:
    visitor.set_cookie("visitbell", "a browser that was signed in")
    visitor.get(path)
    door.shut()
    answer = visitor.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert "<h1>Back in a few minutes</h1>" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    door.open()
    assert visitor.get(path).status_code < 500


def test_page_of_somebody_who_was_outrun_says_so(visitor: FlaskClient) -> None:
    with visitor.application.test_request_context("/proposals", method="POST"):
        page, status = visitor.application.handle_user_exception(Outrun())
    assert status == 409
    assert "Somebody else changed the same thing a moment ago. Try again." in page


def test_work_begun_before_it_went_away_is_undone(world: World, door: Door) -> None:
    engine = database.connect(door.url)
    store = SqlStore(database.sessions(engine))
    with pytest.raises(OutOfReach), store.write() as work:  # noqa: PT012
        work.districts.put_extras({"half": "done"})
        door.shut()
    with world.store.read() as work:
        assert dict(work.districts.extras()) == {}
    door.open()
    with store.write() as work:
        work.districts.put_extras({"all": "done"})
    with world.store.read() as work:
        assert dict(work.districts.extras()) == {"all": "done"}
    engine.dispose()


@pytest.mark.parametrize("way", ["read", "write"])
def test_it_may_go_away_while_a_transaction_is_left(
    world: World, door: Door, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    engine = database.connect(door.url)
    store = SqlStore(database.sessions(engine))

    def look_as_it_goes_away() -> None:
        with store.read() if way == "read" else store.write() as work:
            work.districts.extras()
            door.shut()
            if way == "write":
                raise Outrun

    with pytest.raises(OutOfReach if way == "read" else SchedulerError):
        look_as_it_goes_away()
    assert "Traceback" not in caplog.text
    engine.dispose()


def test_who_stands_still_in_a_transaction_is_cut_off(world: World, postgres_url: str) -> None:
    engine = database.connect(postgres_url)
    store = SqlStore(database.sessions(engine))
    with engine.connect() as connection:
        limit = connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()
    assert limit == "5min"
    with pytest.raises(OutOfReach), store.write() as work:  # noqa: PT012
        work.districts.put_extras({"half": "done"})
        work.districts._session.connection().exec_driver_sql(  # type: ignore[attr-defined]
            "SET LOCAL idle_in_transaction_session_timeout = '10ms'"
        )
        time.sleep(0.2)
        work.districts.put_extras({"half": "done"})
    with store.write() as work:
        work.districts.put_extras({"all": "done"})
        assert dict(work.districts.extras()) == {"all": "done"}
    engine.dispose()


def assert_timetable_goes_on(
    world: World, door: Door, folder: Path, *, away_seconds: float
) -> None:
    """Shut the door on a timetable at work, open it again, and see it do what is due."""
    line = CommandLine.at(door.url, folder).having(NOW="2026-11-21T09:11:00-05:00")
    process = line.process("jobs")
    try:
        wait_until(lambda: world_is_watched(world))
        door.shut()
        time.sleep(away_seconds)
        world.propose()
        world.approve("robots")
        assert process.poll() is None
        door.open()
        wait_until(lambda: world.visits_of()[0].state is VisitState.INVITED)
    finally:
        process.send_signal(signal.SIGTERM)
        said = ended(process)
    assert said.status == 0
    complaints = [each for each in said.sentences if "The database does not answer." in each]
    assert 1 <= len(complaints) <= 2 + away_seconds / 60
    assert "Traceback" not in said.err


def world_is_watched(world: World) -> bool:
    with world.store.read() as work:
        return work.leases.seen("timetable") is not None


def wait_until(is_so) -> None:  # type: ignore[no-untyped-def]
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.2)


def test_timetable_waits_and_goes_on_by_itself(world: World, door: Door, tmp_path: Path) -> None:
    assert_timetable_goes_on(world, door, tmp_path, away_seconds=AWAY_SECONDS)


@pytest.mark.full
@pytest.mark.timeout(600)
def test_all_of_it_goes_on_after_five_minutes(world: World, door: Door, tmp_path: Path) -> None:
    office = SlowOffice()
    with a_server(office) as mail_port:
        line = CommandLine.at(door.url, tmp_path).having(
            NOW="2026-11-24T10:00:00-05:00", MAIL_URL=f"smtp://127.0.0.1:{mail_port}"
        )
        invite_many(world, MAILS)
        with served(line, "--workers", "2", "--jobs") as server:
            wait_until(lambda: len(office.taken) >= MAILS // 4)
            door.shut()
            told_before = len(office.taken)
            for _ in range(FULL_AWAY_SECONDS // LOOK_SECONDS):
                time.sleep(LOOK_SECONDS)
                assert status_of(server.port, "/readyz") == status_of(server.port, "/login") == 503
                assert status_of(server.port, "/healthz") == 200
            assert len(office.taken) <= told_before + 1
            invite_many(world, MAILS, first=MAILS)
            door.open()
            wait_until(lambda: len(mails_of(office)) == 2 * MAILS)
            wait_until(lambda: status_of(server.port, "/readyz") == 200)
    assert server.said is not None
    assert server.said.status == 0
    complaints = [s for s in server.said.sentences if "The database does not answer." in s]
    assert 1 <= len(complaints) <= 2 + FULL_AWAY_SECONDS / 60
    assert "Traceback" not in server.said.err
    # The mail that was under way as it went could not be noted.
    assert mails_of(office).total() <= 2 * MAILS + 1
    assert database.problems(door.url) == ()


def status_of(port: int, path: str) -> int:
    """Return the status that a page answers with."""
    with suppress(HTTPError), urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return int(answer.status)
    return 503


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.DeadlockDetected(), Outrun),
        (psycopg.errors.SerializationFailure(), Outrun),
        (psycopg.errors.LockNotAvailable(), Outrun),
        (psycopg.errors.AdminShutdown(), OutOfReach),
        (psycopg.errors.CannotConnectNow(), OutOfReach),
        (psycopg.errors.TooManyConnections(), OutOfReach),
        (psycopg.errors.DiskFull(), OutOfReach),
        (psycopg.OperationalError("connection failed"), OutOfReach),
        (psycopg.errors.UndefinedTable(), type(None)),
    ],
)
def test_refusals_of_postgresql_are_told_apart(error: psycopg.Error, kind: type) -> None:
    assert type(refusal_of(OperationalError("", {}, error))) is kind


def test_deadlock_ends_one_of_two_with_a_plain_refusal(world: World) -> None:
    import threading

    both_hold_one = threading.Barrier(2)
    outcomes: list[str] = []

    def lock(first: str, second: str) -> None:
        try:
            with world.store.write() as work:
                work.visits.lock((first,))
                both_hold_one.wait(PATIENCE_SECONDS)
                work.visits.lock((second,))
            outcomes.append("done")
        except Outrun as refusal:
            outcomes.append(str(refusal))

    threads = [
        threading.Thread(target=lock, args=order)
        for order in (("room:one", "room:two"), ("room:two", "room:one"))
    ]
    with world.store.write() as work:
        work.visits.lock(("room:one", "room:two"))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [
        "Somebody else changed the same thing a moment ago. Try again.",
        "done",
    ]
