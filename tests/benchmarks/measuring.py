"""Time and peak memory of a piece of work, each run in a fresh process of its own."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Generic, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Measured(Generic[Result]):
    """What a run returned, the seconds it took, and the most memory its process ever had."""

    result: Result
    seconds: float
    peak_mb: float


def measured(
    work: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Measured[Result]:
    """Run a module's function once in a new process; imports count as memory, not as time."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, partial(work, *args, **kwargs)).result()


def median_seconds(runs: Iterable[Measured[Result]]) -> float:
    """Return the median time of some runs."""
    return statistics.median(run.seconds for run in runs)


def peak_mb(runs: Iterable[Measured[Result]]) -> float:
    """Return the most memory that any of the runs had."""
    return max(run.peak_mb for run in runs)


def print_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print rows below their head, every column as wide as its widest cell."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
        print("  ".join((line[0].ljust(widths[0]), *cells)))


def _timed(work: Callable[[], Result]) -> Measured[Result]:
    begun = time.monotonic()
    result = work()
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Measured(result, seconds, peak / (1 << 20) if sys.platform == "darwin" else peak / 1024)
