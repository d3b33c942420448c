"""What reading in a large district costs: ``python -m tests.benchmarks.bundles``.

Always on SQLite; on PostgreSQL too where ``VISITBELL_DATABASE_URL`` names a server, in
databases of its own that it drops again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from scheduler.services.access import Actor
from scheduler.services.bundles import export_bundle, import_bundle
from scheduler.storage import database
from scheduler.storage.unit_of_work import SqlStore
from tests.benchmarks.large_bundle import write_large_bundle
from tests.benchmarks.measuring import Measured, measured, median_seconds, peak_mb, print_table
from tests.builders import NOW
from tests.databases import postgres_database, sqlite_database, with_driver

RUNS = 3
STEPS = ("import", "import again", "dry run", "export")
OPERATOR = Actor.operator()


def imported(url: str, folder: Path, *, dry_run: bool = False) -> int:
    """Read a bundle in and return how many changes that made or would make."""
    with _store(url) as store:
        found = import_bundle(store, folder, actor=OPERATOR, now=NOW, dry_run=dry_run)
        return len(found.changes)


def exported(url: str, folder: Path) -> int:
    """Write the district out and return how many octets it has."""
    with _store(url) as store:
        export_bundle(store, folder, actor=OPERATOR)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def run_of(url: str, bundle: Path, *, out: Path) -> tuple[Measured[int], ...]:
    """Do the four steps in one empty database, each in a process of its own."""
    database.upgrade(url)
    return (
        measured(imported, url, bundle),
        measured(imported, url, bundle),
        measured(imported, url, bundle, dry_run=True),
        measured(exported, url, out),
    )


def main() -> None:
    """Do everything three times for each engine and print the table."""
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_large_bundle(folder / "bundle")
        for engine, empty_database in _engines(folder).items():
            runs = []
            for turn in range(RUNS):
                with empty_database() as url:
                    runs.append(run_of(url, folder / "bundle", out=folder / f"{engine}-{turn}"))
            for step, of_step in zip(STEPS, zip(*runs, strict=True), strict=True):
                seconds, peak = median_seconds(of_step), peak_mb(of_step)
                rows.append((engine, step, f"{seconds:.1f}", f"{peak:.0f}"))
    print_table(("engine", "step", "median s", "peak MB"), rows)


def _engines(folder: Path) -> dict[str, Callable[[], AbstractContextManager[str]]]:
    engines: dict[str, Callable[[], AbstractContextManager[str]]] = {
        "SQLite": lambda: _sqlite(folder)
    }
    server = os.environ.get("VISITBELL_DATABASE_URL", "")
    if server.startswith("postgres"):
        engines["PostgreSQL"] = lambda: postgres_database(with_driver(server))
    return engines


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        yield sqlite_database(Path(name))


@contextmanager
def _store(url: str) -> Iterator[SqlStore]:
    engine = database.connect(url)
    try:
        yield SqlStore(database.sessions(engine))
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
