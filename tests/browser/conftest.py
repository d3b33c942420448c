"""The served district: one for a test process, and fresh copies on request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.storage.database import upgrade
from tests.browser.district import fill
from tests.browser.serving import Served, served


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of a database that holds the district."""
    folder: Path = tmp_path_factory.mktemp("district")
    file = folder / "district.sqlite3"
    upgrade(f"sqlite:///{file}")
    fill(f"sqlite:///{file}", folder)
    return file


@pytest.fixture(scope="session")
def site(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Yield the district, served; its tests only look."""
    with served(district, tmp_path_factory.mktemp("site"), reads_strictly=True) as opened:
        yield opened


@pytest.fixture
def fresh_site(district: Path, tmp_path: Path) -> Iterator[Served]:
    """Yield a copy of the district, served, for a test that changes it."""
    with served(district, tmp_path, reads_strictly=True) as opened:
        yield opened
