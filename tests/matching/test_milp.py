"""Only solving loads the solver."""

from __future__ import annotations

import subprocess
import sys

READING = """
import sys
import scheduler.matching.solve, scheduler.matching.explain, scheduler.matching.instances
from scheduler.matching.checker import check
assert "highspy" not in sys.modules, "reading loaded the solver"
"""


def test_solver_is_not_loaded_until_a_model_is_solved() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", READING], capture_output=True, text=True, check=False
    )
    assert (finished.returncode, finished.stderr) == (0, "")
