"""Web processes that approve, undo and answer on their pages until they are killed."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

from flask.testing import FlaskClient

from scheduler.config import Settings
from scheduler.factory import create_app
from scheduler.services.ports import Store
from scheduler.services.sign_in import link_for, redeem
from scheduler.web.desk import EXTENSION
from tests.builders import COORDINATOR, NOW
from tests.services.world import KEY

MANY = 100


def press_buttons(
    url: str, folder: Path, *, approved: tuple[str, ...], answered: dict[str, str], told: Connection
) -> None:
    """Approve and answer everything; if ``told`` is to hear of it, undo and go on until killed.

    ``answered`` names who answers which visit.
    """
    settings = Settings(
        folder, url, secret_key=KEY, feed_key=KEY, is_rehearsal=True, now=NOW, base_url="http://x"
    )
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    store = app.extensions[EXTENSION].store
    coordinator = _signed_in(app.test_client(), store, COORDINATOR)
    answers = [
        (_signed_in(app.test_client(), store, email), f"/visits/{uid}/answer")
        for uid, email in answered.items()
    ]
    told.send("ready")
    for _ in range(MANY):
        for key, (volunteer, path) in zip(approved, answers, strict=True):
            _press(coordinator, f"/proposals/{key}/approve")
            _press(volunteer, path, answer="yes")
        if told.poll():
            return
        for key in approved:
            _press(coordinator, "/proposals/undo", request=key)


def _signed_in(client: FlaskClient, store: Store, email: str) -> FlaskClient:
    token = redeem(store, link_for(store, email, now=NOW), now=NOW)
    assert token is not None
    client.set_cookie("visitbell", token, domain="x")
    return client


def _press(client: FlaskClient, path: str, **fields: str) -> None:
    answer = client.post(path, data=fields, base_url="http://x")
    assert answer.status_code == 303, (path, answer.status, answer.text[:500])
