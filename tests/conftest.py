"""What every test may ask for: databases, a browser's path, and a clean environment.

``database_url`` runs a test once on SQLite and once on PostgreSQL; each test has a database to
itself, migrated to the newest schema. Settings of the machine at hand never reach a test.
"""

from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import (
    NO_SERVER,
    PostgresPool,
    PostgresServer,
    engine_on,
    postgres_database,
    sqlite_database,
    with_driver,
)
from tests.skips import in_ci, pytest_make_collect_report, pytest_runtest_makereport
from tests.trying import IN_FULL, IN_SHORT

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from xdist.remote import Producer  # type: ignore[import-untyped]
    from xdist.scheduler import WorkStealingScheduling  # type: ignore[import-untyped]
    from xdist.workermanage import WorkerController  # type: ignore[import-untyped]

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

POSTGRES = pytest.StashKey[PostgresServer]()
POSTGRES_PROBLEM = pytest.StashKey[str]()
ABOVE_STORAGE = frozenset({"services", "jobs", "cli", "system"})
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_configure(config: pytest.Config) -> None:
    """Find the run's PostgreSQL, forget the machine's settings, choose how Hypothesis works."""
    given = getattr(config, "workerinput", {})
    url = given.get("postgres_url") or os.environ.get("VISITBELL_TEST_DATABASE_URL", "")
    config.stash[POSTGRES] = PostgresServer(with_driver(url) if url else "")
    config.stash[POSTGRES_PROBLEM] = given.get("postgres_problem", "")
    for name in [name for name in os.environ if name.startswith("VISITBELL_")]:
        del os.environ[name]
    # Two busy cores make time limits lie; a stored database would make runs differ.
    settings.register_profile(
        "visitbell",
        max_examples=IN_SHORT if "not full" in config.option.markexpr else IN_FULL,
        deadline=None,
        database=None,
        derandomize=in_ci(),
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("visitbell")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector from the tests collected, which last as long as the process.

    There are more than a million objects, and looking through them all takes a second or two.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave PostgreSQL to the long form where a test asks for both engines and is above storage.

    What PostgreSQL does differently shows in the storage's own tests; of the others, those
    marked ``each_engine`` run on both in the short form too: the main story of each service,
    and whatever depends on locks, claims, counts and order. What is in ``faults`` is marked so.
    """
    for item in items:
        if item.path.parent.name == "faults":
            item.add_marker(pytest.mark.faults)
        callspec = getattr(item, "callspec", None)
        if (
            item.path.parent.name in ABOVE_STORAGE
            and callspec is not None
            and callspec.params.get("database_url") == "postgres"
            and not item.get_closest_marker("each_engine")
        ):
            item.add_marker(pytest.mark.full)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WorkStealingScheduling:
    """Give each process whole modules, and let whoever has done its share take of another's."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Start PostgreSQL in xdist's controller, before its first worker, and hand on the address.

    Workers that each start one race in initdb.
    """
    try:
        node.workerinput["postgres_url"] = node.config.stash[POSTGRES].url
    except NO_SERVER as problem:
        node.workerinput["postgres_problem"] = str(problem)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL where it was started."""
    config.stash[POSTGRES].stop()


@pytest.fixture(scope="session")
def postgres_server_url(pytestconfig: pytest.Config) -> str:
    """Return the address of the run's PostgreSQL, its maintenance database."""
    if problem := pytestconfig.stash[POSTGRES_PROBLEM]:
        pytest.skip(f"PostgreSQL did not start: {problem}")
    try:
        return pytestconfig.stash[POSTGRES].url
    except NO_SERVER as refusal:
        pytest.skip(f"PostgreSQL did not start: {refusal}")


@pytest.fixture(scope="session")
def postgres_template(postgres_server_url: str) -> Iterator[str]:
    """Yield the address of a migrated, empty database, one for each test process."""
    from scheduler.storage.database import upgrade

    with postgres_database(postgres_server_url) as url:
        upgrade(url)
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated, empty SQLite file, one for each test process."""
    from scheduler.storage.database import upgrade

    folder = tmp_path_factory.mktemp("sqlite-template")
    upgrade(sqlite_database(folder))
    (file,) = folder.glob("*.sqlite3")
    # Copies take this one file, so nothing may wait in the write-ahead log.
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


@pytest.fixture(scope="session")
def postgres_pool(postgres_server_url: str, postgres_template: str) -> Iterator[PostgresPool]:
    """Yield the one database that this process lends to its tests."""
    pool = PostgresPool(postgres_server_url, template=postgres_template)
    yield pool
    pool.close()


@pytest.fixture
def postgres_url(postgres_pool: PostgresPool) -> Iterator[str]:
    """Yield the address of a PostgreSQL database of this test's own, migrated and empty."""
    url = postgres_pool.lend()
    yield url
    engine_on(url).dispose()
    postgres_pool.take_back()


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the one SQLite file that this process lends to its tests."""
    return tmp_path_factory.mktemp("sqlite")


@pytest.fixture
def sqlite_url(sqlite_folder: Path, sqlite_template: Path) -> Iterator[str]:
    """Yield the address of a SQLite file of this test's own, migrated and empty."""
    url = sqlite_database(sqlite_folder, template=sqlite_template)
    yield url
    engine_on(url).dispose()


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a database of this test's own, once for each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def browser(browser_path: str) -> Iterator[Browser]:
    """Yield headless Chromium; a process has one, for Playwright cannot be begun twice."""
    from playwright.sync_api import sync_playwright

    from tests.browser.serving import FLAGS

    with sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Return the path of a Chromium; skip, with the reason, where there is none."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    pytest.skip("no Chromium on this machine; install the package chromium")
