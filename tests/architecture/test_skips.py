"""In CI a skipped test fails; elsewhere it only skips. Tried on a small suite of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import CHECKOUT

SKIPS = """
import pytest

def test_skips_itself():
    pytest.skip("no browser")

@pytest.mark.skipif(True, reason="no database")
def test_is_skipped():
    pass

@pytest.mark.xfail(reason="known")
def test_fails_as_expected():
    assert False
"""
SKIPS_WHOLE_MODULE = "import pytest\npytest.importorskip('a_package_nobody_has')\n"


def test_skip_fails_in_ci(tmp_path: Path) -> None:
    # What skips before it starts fails as an error, which is as red.
    assert outcome(tmp_path, SKIPS, ci="true") == "1 failed, 1 xfailed, 1 error"


def test_skip_stays_a_skip_elsewhere(tmp_path: Path) -> None:
    assert outcome(tmp_path, SKIPS, ci="") == "2 skipped, 1 xfailed"


@pytest.mark.parametrize(("ci", "expected"), [("true", "1 error"), ("", "1 skipped")])
def test_skipping_a_whole_module_is_a_skip_too(tmp_path: Path, ci: str, expected: str) -> None:
    assert outcome(tmp_path, SKIPS_WHOLE_MODULE, ci=ci) == expected


def outcome(folder: Path, source: str, *, ci: str) -> str:
    """Run a suite of one module and return pytest's counts."""
    (folder / "test_small.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\n")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.skips", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stdout.splitlines()[-1].partition(" in ")[0].strip("= ")
