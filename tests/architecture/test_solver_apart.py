"""A web worker never loads the solver, and a solve for it runs in a process that ends with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.architecture.source import CHECKOUT

SCRIPT = """
import json, sys
from pathlib import Path
from scheduler.config import read_settings
from scheduler.factory import create_app, timetable_of, wire
from scheduler.storage.database import upgrade

settings = read_settings({"VISITBELL_INSTANCE": sys.argv[1]})
upgrade(settings.database_url)
app = create_app(settings)
answers = [app.test_client().get(path).status_code for path in ("/", "/login", "/healthz")]
timetable_of(wire(settings))
loaded = "highspy" in sys.modules
from scheduler.domain.assignments import Geography
from scheduler.matching.apart import solve_apart
from scheduler.matching.problem import Problem
plan = solve_apart(Problem(Geography("plane", 1.0, 1.0), (), ()), 1.0)
print(json.dumps([answers, loaded, plan.status, "highspy" in sys.modules]))
"""


def test_pages_and_timetable_do_without_the_solver(tmp_path: Path) -> None:
    script = tmp_path / "ask.py"
    script.write_text("if __name__ == '__main__':\n    " + SCRIPT.strip().replace("\n", "\n    "))
    run = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "instance")],
        cwd=CHECKOUT,
        env={"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [[200, 200, 200], False, "optimal", False]
