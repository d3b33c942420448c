"""Processes for tests to race and to kill, born of one that has imported the product already.

A child knows nothing of the test but what it is handed, as if it had been started anew; only
what it imports is there from the beginning, which saves nearly all of its start. What shows how
the product itself starts begins an interpreter instead.
"""

from __future__ import annotations

from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext

IMPORTED = (
    "scheduler.cli.deciding",
    "scheduler.cli.district",
    "scheduler.cli.running",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "tests.services.world",
)


@cache
def quick_processes() -> ForkServerContext:
    """Return how to start processes; all tests of one pytest process share their parent."""
    context = get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    return context
