"""Rooms import only what lies below them; time and web requests stay at the edges.

Each rule is tried twice: on the product, where it finds nothing, and on a small planted
package, where it has to find something.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.architecture.layers import (
    clock_readings,
    flask_globals,
    importers,
    layer_breaches,
    outside_breaches,
    strange_rooms,
)
from tests.architecture.source import PACKAGE, Module, read_package

PRODUCT = read_package(PACKAGE)


def test_every_module_is_in_a_known_room() -> None:
    assert strange_rooms(PRODUCT) == ()


def test_no_room_imports_sideways_or_upward() -> None:
    assert layer_breaches(PRODUCT) == ()


def test_rooms_below_the_edges_use_only_their_own_outside_packages() -> None:
    assert outside_breaches(PRODUCT) == ()


def test_nothing_below_the_edges_asks_what_time_it_is() -> None:
    assert clock_readings(PRODUCT) == ()


def test_nothing_below_the_edges_touches_the_web_request() -> None:
    assert flask_globals(PRODUCT) == ()


def test_at_most_one_module_knows_the_solver() -> None:
    assert len(importers(PRODUCT, "highspy")) <= 1


@pytest.mark.parametrize(
    ("path", "source", "target"),
    [
        ("matching/problem.py", "import scheduler.mail", "scheduler.mail"),
        ("domain/periods.py", "from scheduler.services import ports", "scheduler.services.ports"),
        ("services/visits.py", "from ..storage import models", "scheduler.storage"),
        ("web/pages.py", "from scheduler.matching import problem", "scheduler.matching.problem"),
        ("storage/models.py", "import scheduler.services.visits", "scheduler.services.visits"),
        ("storage/models.py", "from scheduler import services", "scheduler.services"),
        ("jobs/delivery.py", "from scheduler.web.pages import home", "scheduler.web.pages"),
        ("config.py", "from scheduler.domain.periods import Period", "scheduler.domain.periods"),
        ("bundle/files.py", "from scheduler import __version__", "scheduler"),
    ],
)
def test_forbidden_import_is_found(tmp_path: Path, path: str, source: str, target: str) -> None:
    planted = plant(tmp_path, {path: source})
    name = next(module.name for module in planted if module.text == source)
    assert layer_breaches(planted) == (f"{name}:1 imports {target}",)


def test_late_and_types_only_imports_count(tmp_path: Path) -> None:
    planted = plant(
        tmp_path,
        {
            "mail/messages.py": "def send():\n    import scheduler.calendars\n",
            "domain/periods.py": "if TYPE_CHECKING:\n    from scheduler.matching import problem\n",
            "web/pages.py": "import_module('scheduler.storage')\n",
        },
    )
    assert layer_breaches(planted) == (
        "scheduler.domain.periods:2 imports scheduler.matching.problem",
        "scheduler.mail.messages:2 imports scheduler.calendars",
        "scheduler.web.pages:1 imports scheduler.storage",
    )


def test_allowed_imports_pass(tmp_path: Path) -> None:
    planted = plant(
        tmp_path,
        {
            "services/visits.py": "from scheduler.matching import problem\nfrom . import ports\n",
            "storage/models.py": "from scheduler.services.ports import Clock\n",
            "storage/rows.py": "from scheduler.services import ports\nfrom . import models\n",
            "web/pages.py": "from scheduler.services import visits\nimport flask\n",
            "factory.py": "import scheduler.config\nfrom scheduler.storage import models\n",
            "cli.py": "from scheduler.factory import create_app\n",
        },
    )
    assert layer_breaches(planted) == ()
    assert outside_breaches(planted) == ()


def test_module_outside_every_room_is_found(tmp_path: Path) -> None:
    assert strange_rooms(plant(tmp_path, {"attic.py": ""})) == ("scheduler.attic",)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("domain/periods.py", "import numpy"),
        ("matching/problem.py", "import icalendar"),
        ("services/ports.py", "from sqlalchemy import select"),
        ("mail/messages.py", "from jinja2 import Template"),
    ],
)
def test_stray_outside_package_is_found(tmp_path: Path, path: str, source: str) -> None:
    assert len(outside_breaches(plant(tmp_path, {path: source}))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime, UTC\ndatetime.now(UTC)",
        "import datetime as dt\ndt.date.today()",
        "from datetime import datetime as moment\nclock = moment.utcnow",
        "from time import time\ntime()",
        "import time\ntime.time()",
    ],
)
def test_reading_the_clock_is_found(tmp_path: Path, source: str) -> None:
    assert len(clock_readings(plant(tmp_path, {"services/visits.py": source}))) == 1


def test_monotonic_clock_and_passed_clock_are_allowed(tmp_path: Path) -> None:
    source = "import time\nbegan = time.monotonic()\ndef due(clock):\n    return clock.now()\n"
    assert clock_readings(plant(tmp_path, {"services/visits.py": source})) == ()


def test_edges_may_read_the_clock(tmp_path: Path) -> None:
    source = "import time\ntime.time()\n"
    assert clock_readings(plant(tmp_path, {"jobs/timetable.py": source})) == ()


@pytest.mark.parametrize(
    "source", ["from flask import g\ng.person", "import flask\nflask.current_app.config"]
)
def test_web_request_below_the_edges_is_found(tmp_path: Path, source: str) -> None:
    assert len(flask_globals(plant(tmp_path, {"services/visits.py": source}))) == 1


def test_importers_of_a_package_are_found(tmp_path: Path) -> None:
    planted = plant(
        tmp_path,
        {
            "matching/milp.py": "def solve():\n    import highspy\n",
            "matching/bound.py": "from highspy import Highs\n",
        },
    )
    assert importers(planted, "highspy") == ("scheduler.matching.bound", "scheduler.matching.milp")


def plant(folder: Path, source_by_path: Mapping[str, str]) -> tuple[Module, ...]:
    """Write a small package called scheduler, with empty neighbours to import, and read it."""
    package = folder / "scheduler"
    neighbours = ("services/ports.py", "services/visits.py", "matching/problem.py")
    for path in ("__init__.py", *neighbours, *source_by_path):
        file = package / path
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(source_by_path.get(path, ""), encoding="utf-8")
    return read_package(package)
