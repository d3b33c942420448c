"""How good the engine's plans are, and what they cost: ``python -m tests.benchmarks.matching``.

Prints one table over made-up instances. Both tiers stand apart: together they would hide the
second. Machines differ, so the figures compare versions on one machine, not machines.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scheduler.matching.instances import read_instance
from scheduler.matching.solve import solve
from tests.benchmarks.instances import SIZES, Size, an_instance
from tests.benchmarks.measuring import Measured, measured, median_seconds, peak_mb, print_table

RUNS = 3
HEAD = (
    "size",
    "requests",
    "volunteers",
    "filled",
    "tier 1",
    "gap 1",
    "tier 2",
    "gap 2",
    "status",
    "median s",
    "peak MB",
)


@dataclass(frozen=True)
class Solved:
    """What one run found."""

    status: str
    filled: int
    tiers: tuple[int, int]
    gaps: tuple[float, float]


def solved(path: Path, seconds: float) -> Solved:
    """Read an instance's file and solve it."""
    plan = solve(read_instance(path), seconds=seconds)
    tiers = (plan.tier1, plan.tier2)
    return Solved(
        plan.status,
        len(plan.assignments),
        (plan.tier1.value, plan.tier2.value),
        (tiers[0].gap, tiers[1].gap),
    )


def row_of(size: Size, runs: list[Measured[Solved]]) -> tuple[str, ...]:
    """Return a size's line of the table; the plan is that of the first run."""
    found = runs[0].result
    return (
        size.name,
        f"{size.requests:,}",
        f"{size.volunteers:,}",
        f"{found.filled:,}",
        f"{found.tiers[0]:,}",
        f"{found.gaps[0]:.2%}",
        f"{found.tiers[1]:,}",
        f"{found.gaps[1]:.2%}",
        found.status,
        f"{median_seconds(runs):.1f}",
        f"{peak_mb(runs):.0f}",
    )


def main() -> None:
    """Solve each size three times and print the table."""
    names = [size.name for size in SIZES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="limit of one run")
    parser.add_argument("--seed", type=int, default=1, help="of the made-up instances")
    parser.add_argument("--sizes", nargs="+", choices=names, default=names)
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            if size.name in asked.sizes:
                path = Path(folder) / f"{size.name}.json"
                path.write_text(json.dumps(an_instance(size, seed=asked.seed)))
                runs = [measured(solved, path, asked.seconds) for _ in range(RUNS)]
                rows.append(row_of(size, runs))
    print_table(HEAD, rows)


if __name__ == "__main__":
    main()
