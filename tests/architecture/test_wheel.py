"""The wheel alone is enough: installed in an empty environment it serves pages and styles."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import CHECKOUT

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]

FETCH = """
import re
from scheduler import create_app

client = create_app().test_client()
page = client.get("/", follow_redirects=True)
print("page", page.status_code, page.mimetype)
address = re.search(r'href="([^"]+[.]css[^"]*)"', page.text).group(1)
sheet = client.get(address)
print("sheet", sheet.status_code, sheet.mimetype)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the sources and install it in an empty environment."""
    folder = tmp_path_factory.mktemp("wheel")
    sources = folder / "sources"
    grown = shutil.ignore_patterns(".git", ".venv", "instance", "build", "*.egg-info", "*_cache*")
    shutil.copytree(CHECKOUT, sources, ignore=grown)
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", folder, sources)
    (wheel,) = folder.glob("visitbell-*.whl")
    run(sys.executable, "-m", "venv", folder / "venv")
    constraints = CHECKOUT / ".ci" / "constraints.txt"
    run(folder / "venv/bin/python", "-m", "pip", "install", "-c", constraints, wheel)
    return folder


def test_installed_wheel_serves_a_page_and_its_style_sheet(installed: Path) -> None:
    run(installed / "venv/bin/visitbell", "init", instance=installed / "instance")
    # -I keeps the checkout off the path: only what the wheel brought is there.
    answer = run(installed / "venv/bin/python", "-I", "-c", FETCH, instance=installed / "instance")
    assert answer.splitlines() == ["page 200 text/html", "sheet 200 text/css"]


def run(*command: str | Path, instance: Path | None = None) -> str:
    """Run a command away from the checkout and return what it printed."""
    environment = dict(os.environ)
    if instance is not None:
        instance.mkdir(exist_ok=True)
        environment["VISITBELL_INSTANCE"] = str(instance)
    done = subprocess.run(
        command, cwd="/", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
