"""A page that only shows something asks the database in one transaction."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from scheduler.storage.database import db
from tests.builders import COORDINATOR
from tests.web.conftest import Visitor


@pytest.mark.usefixtures("small_district")
@pytest.mark.parametrize("path", ["/today", "/all-requests", "/volunteers", "/schools/maple"])
def test_page_opens_one_transaction(
    app: Flask, signed_in_as: Callable[[str], Visitor], path: str
) -> None:
    visitor = signed_in_as(COORDINATOR)
    visitor.page(path)
    begun: list[object] = []

    def note(connection: object) -> None:
        begun.append(connection)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "begin", note)
    visitor.page(path)
    event.remove(engine, "begin", note)
    assert len(begun) == 1
