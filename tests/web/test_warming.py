"""What is read before anybody asks for a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from scheduler.web.warming import get_ready
from tests.builders import COORDINATOR
from tests.web.conftest import Visitor


def read_so_far(app: Flask) -> frozenset[str]:
    """Return the names of the templates that this process has read."""
    return frozenset(str(name) for _, name in app.jinja_env.cache or {})


@pytest.mark.usefixtures("small_district")
def test_no_page_reads_a_template_any_more(
    app: Flask, signed_in_as: Callable[[str], Visitor]
) -> None:
    get_ready(app)
    known = read_so_far(app)
    assert "proposals/board.html" in known
    for path in ("/proposals", "/volunteers", "/nowhere"):
        signed_in_as(COORDINATOR).get(path)
    assert read_so_far(app) == known
