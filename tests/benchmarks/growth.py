"""How time and memory grow with a district: from a hundred requests to ten thousand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Protocol

from tests.benchmarks.instances import Size, an_instance
from tests.benchmarks.measuring import print_table

REQUESTS = (100, 300, 1_000, 3_000, 10_000)
VOLUNTEERS_EACH = 2
HEAD = ("requests", "volunteers", "filled", "gap 1", "gap 2", "s", "MB")


class Outcome(Protocol):
    """What the curve shows of a plan."""

    @property
    def filled(self) -> int:
        """Return the number of requests filled."""

    @property
    def gaps(self) -> tuple[float, float]:
        """Return the proven gap of each tier."""

    @property
    def seconds(self) -> float:
        """Return the seconds of the whole command."""

    @property
    def peak_mb(self) -> float:
        """Return the most memory it had."""


def print_growth(
    folder: Path, solved: Callable[[Path, float], Outcome], *, seconds: float, runs: int
) -> None:
    """Solve districts of five sizes and print a line for each."""
    rows = []
    for requests in REQUESTS:
        size = Size(f"{requests:,}", requests, requests * VOLUNTEERS_EACH)
        path = folder / f"{requests}.json"
        path.write_text(json.dumps(an_instance(size)))
        outcomes = [solved(path, seconds) for _ in range(runs)]
        found = outcomes[0]
        rows.append(
            (
                size.name,
                f"{size.volunteers:,}",
                f"{found.filled:,}",
                f"{found.gaps[0]:.2%}",
                f"{found.gaps[1]:.2%}",
                f"{median(each.seconds for each in outcomes):.1f}",
                f"{max(each.peak_mb for each in outcomes):.0f}",
            )
        )
    print_table(HEAD, rows)
