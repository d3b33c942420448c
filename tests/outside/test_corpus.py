"""The calendar files of three packages, and the nasty ones, as two other engines read them.

The packages' source distributions and ical.js are fetched for this test alone.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.architecture.source import CHECKOUT
from tests.outside import nasties
from tests.outside.corpus_differences import WHY_BY_FILE

ICAL_JS = "ical.js@2.2.1"
PACKAGES = ("icalendar==7.3.0", "recurring-ical-events==3.8.2", "khal==0.14.1")
FILES = 316
pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder with ical.js in it."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine to install ical.js with")
    folder = tmp_path_factory.mktemp("engines")
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(["npm", "install", "--silent", ICAL_JS], cwd=folder, check=True)
    return str(folder)


def test_every_difference_over_other_peoples_files_is_explained(
    engines: str, tmp_path: Path
) -> None:
    plain = ("download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(tmp_path))
    subprocess.run([sys.executable, "-m", "pip", *plain, *PACKAGES], check=True)
    for archive in tmp_path.glob("*.tar.gz"):
        with tarfile.open(archive) as opened:
            opened.extractall(tmp_path, filter="data")
    assert len(list(tmp_path.rglob("*.ics"))) == FILES
    assert compared(tmp_path, engines).returncode == 0


def test_every_difference_over_nasty_files_is_explained(engines: str, tmp_path: Path) -> None:
    nasties.main(str(tmp_path))
    assert compared(tmp_path, engines).returncode == 0


def compared(folder: Path, engines: str) -> subprocess.CompletedProcess[str]:
    """Compare in a process of its own: whose memory was once large, their children seem so too."""
    words = (sys.executable, "-m", "tests.outside.corpus", str(folder), engines)
    return subprocess.run(words, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_no_file_is_explained_that_is_not_there() -> None:
    made = {f"{name}.ics" for name in nasties.nasties()}
    families = ("rule-", "zone-", "start-", "line-", "block-", "heap-", "octets-")
    assert {name for name in WHY_BY_FILE if name.startswith(families)} <= made
