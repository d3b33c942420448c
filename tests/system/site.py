"""The whole site over one database: browsers, mail that arrives, calendars that poll."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from flask import Flask

from scheduler.config import Settings
from scheduler.factory import create_app
from scheduler.services.feeds import feed_for
from scheduler.services.records import FeedKind
from scheduler.services.sign_in import link_for, redeem
from scheduler.storage.database import db
from scheduler.web.desk import EXTENSION
from tests.services.world import KEY, World
from tests.web.conftest import Visitor

ADDRESS = re.compile(r"https?://\S+")


@dataclass
class Site:
    """A world with its pages; the pages keep the world's clock."""

    world: World
    app: Flask
    address: str = "https://visits.example"

    def browser(self, email: str = "") -> Visitor:
        """Return somebody's browser; signed in where an address is given."""
        visitor = self.app.test_client()
        assert isinstance(visitor, Visitor)
        if email:
            token = redeem(
                self.world.store,
                link_for(self.world.store, email, now=self.world.now),
                now=self.world.now,
            )
            assert token
            visitor.set_cookie("visitbell", token)
        return visitor

    def pass_time(self, **length: float) -> None:
        """Let the clock run on and the timetable do what is due."""
        self.world.now += timedelta(**length)
        assert replace(self.world.timetable, mail_at_any_hour=True).tick().worked

    def inbox(self, email: str) -> list[EmailMessage]:
        """Return everything that reached an address, oldest first."""
        return [sent.message for sent in self.world.transport.sent if sent.recipient == email]

    def calendar(self, kind: FeedKind, owner: str) -> str:
        """Fetch a feed as a calendar program does and return it unfolded."""
        feed = feed_for(self.world.store, kind=kind, owner=owner, settings=self.world.feeds)
        address = self.world.feeds.address_of(feed)
        answer = self.browser().get(address.removeprefix("https://visits.example"))
        assert answer.status_code == 200
        return answer.text.replace("\r\n ", "")


def open_site(world: World, *, url: str, instance: Path) -> Site:
    """Return the site of a world, on the same database."""
    app = create_app(
        Settings(
            instance=instance,
            database_url=url,
            secret_key=KEY,
            feed_key=KEY,
            base_url="https://visits.example",
        )
    )
    app.testing = True
    app.test_client_class = Visitor

    def clock() -> datetime:
        return world.now

    desk = replace(app.extensions[EXTENSION], clock=clock, base_url="http://localhost")
    app.extensions[EXTENSION] = desk
    app.config.update(SESSION_COOKIE_SECURE=False, SESSION_COOKIE_NAME="form")
    return Site(world, app)


def close_site(site: Site) -> None:
    """Let go of the database."""
    with site.app.app_context():
        db.engine.dispose()


def text_of(message: EmailMessage) -> str:
    """Return a mail's plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def calendar_of(message: EmailMessage) -> str:
    """Return a mail's calendar part, unfolded; it is the same as the attached file."""
    body, attached = "", b""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            body = str(part.get_content())
        elif part.get_content_type() == "application/ics":
            attached = part.get_payload(decode=True) or b""
    assert body.replace("\r\n", "\n") == attached.decode().replace("\r\n", "\n")
    return body.replace("\r\n", "\n").replace("\n ", "")


def path_in(message: EmailMessage, containing: str) -> str:
    """Return the path of the first link of a mail that contains this."""
    links = [link for link in ADDRESS.findall(text_of(message)) if containing in link]
    return links[0].removeprefix("https://visits.example")


def line(calendar: str, name: str) -> list[str]:
    """Return the values of every line of that name in a calendar."""
    return re.findall(rf"^{name}(?:;[^:\r\n]*)?:(.*?)\r?$", calendar, re.MULTILINE)
