"""The site as browsers reach it: a server on this machine, the district's clock, its mail."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

from flask import Flask, Response
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import make_server

from scheduler.domain.visits import Visit, VisitState
from scheduler.factory import create_app, letterhead_of, timetable_of, wire
from scheduler.mail.transports import MemoryTransport
from scheduler.services.feeds import FeedSettings
from scheduler.services.ports import Store
from scheduler.services.sign_in import link_for, redeem
from scheduler.services.tokens import answer_token
from scheduler.storage.database import db
from scheduler.web.desk import EXTENSION, Desk
from tests.browser.district import MORNING, settings_for
from tests.services.world import KEY
from tests.web.conftest import parsed

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(eq=False)
class Served:
    """A district behind an address, with its clock at ``now``."""

    app: Flask
    url: str
    folder: Path
    address: str = ""
    now: datetime = MORNING
    transport: MemoryTransport = field(default_factory=MemoryTransport)

    @property
    def store(self) -> Store:
        """Return the district's store."""
        desk = self.app.extensions[EXTENSION]
        assert isinstance(desk, Desk)
        return desk.store

    def context(self, browser: Browser, email: str = "", **choices: object) -> BrowserContext:
        """Return somebody's browser window, signed in where an address is given."""
        given = {"viewport": {"width": 1280, "height": 800}, "base_url": self.address, **choices}
        made = browser.new_context(**given)  # type: ignore[arg-type]
        made.set_default_timeout(20_000)
        if email:
            made.add_cookies([{"name": self.cookie, "value": self.session(email), **self.place}])
        return made

    @property
    def cookie(self) -> str:
        """Return the name of the session's cookie."""
        return "__Host-visitbell" if self.address.startswith("https") else "visitbell"

    @property
    def place(self) -> dict[str, str]:
        """Return what ties a cookie to this site."""
        return {"url": self.address}

    def session(self, email: str) -> str:
        """Return a session of somebody who signs in now."""
        token = redeem(self.store, link_for(self.store, email, now=self.now), now=self.now)
        assert token, email
        return token

    def visits(self, *states: VisitState) -> tuple[Visit, ...]:
        """Return the visits that stand there, soonest first."""
        with self.store.read() as work:
            return tuple(sorted(work.visits.in_states(states), key=lambda visit: visit.period))

    def answer_path(self, visit: Visit, email: str = "") -> str:
        """Return the path of the link by which a speaker answers for a visit."""
        return f"/r/{answer_token(visit.uid, email or visit.volunteers[0], key=KEY)}"

    def tick(self) -> None:
        """Let the timetable do what is due, its mail staying in memory."""
        wiring = wire(settings_for(self.url, self.folder))
        try:
            timetable = replace(
                timetable_of(wiring),
                clock=lambda: self.now,
                lease_clock=lambda: self.now,
                transport=self.transport,
                mail_at_any_hour=True,
                letterhead=replace(letterhead_of(wiring.settings), base_url=self.address),
            )
            timetable.tick()
            timetable.give_lease_back()
        finally:
            wiring.close()

    def inbox(self, email: str) -> list[EmailMessage]:
        """Return what reached an address since this site was opened, oldest first."""
        return [sent.message for sent in self.transport.sent if sent.recipient == email]


@contextmanager
def served(
    district: Path,
    folder: Path,
    *,
    tls: ssl.SSLContext | None = None,
    reads_strictly: bool = False,
) -> Iterator[Served]:
    """Serve a copy of a district's database until the block ends.

    Who reads strictly gets an error in place of a page that is not valid HTML, which takes time.
    """
    copy = folder / "district.sqlite3"
    shutil.copyfile(district, copy)
    url, scheme = f"sqlite:///{copy}", "https" if tls else "http"
    site = Served(app_on(url, folder, scheme=scheme), url, folder)
    if reads_strictly:
        site.app.after_request(_as_it_was_read)
    server = make_server("127.0.0.1", 0, site.app, threaded=True, ssl_context=tls)
    site.address = f"{scheme}://localhost:{server.server_port}"
    desk = site.app.extensions[EXTENSION]
    site.app.extensions[EXTENSION] = replace(
        desk,
        clock=lambda: site.now,
        base_url=site.address,
        feeds=FeedSettings(KEY, site.address),
    )
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with site.app.app_context():
            db.engine.dispose()


def _as_it_was_read(response: Response) -> Response:
    if response.mimetype == "text/html":
        parsed(response.get_data(as_text=True))
    return response


def app_on(url: str, folder: Path, *, scheme: str = "http") -> Flask:
    """Return the application on a district's database, reached by that scheme."""
    settings = replace(settings_for(url, folder), base_url=f"{scheme}://localhost")
    app = create_app(settings)
    app.debug = True  # The page of components is there in debug mode only.
    return app
