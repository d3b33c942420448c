"""Feeds and invitations of earlier releases live on as what they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from scheduler.services.ports import CalendarMode, Feed, FeedKind
from scheduler.storage.database import connect, sessions, upgrade
from scheduler.storage.unit_of_work import SqlStore
from scheduler.storage.versions import MIGRATIONS
from tests.builders import TEACHER, VOLUNTEER, a_visit
from tests.databases import postgres_database, sqlite_database
from tests.storage.district import BRUNO, another_visit, fill

OLD_FEEDS = """
    INSERT INTO feed (key, kind, person_id, school_id, generation)
    SELECT 'feed-1', 'volunteer', id, NULL, 3 FROM person WHERE email = :volunteer;
    INSERT INTO feed (key, kind, person_id, school_id, generation)
    SELECT 'feed-2', 'school', NULL, id, 1 FROM school WHERE key = 'maple';
    INSERT INTO feed_address (token_sha256, feed_id, generation, retired_at)
    SELECT 'a' || generation || key, id, generation, NULL FROM feed
"""
OLD_MAIL = """
    INSERT INTO outbox (key, subject, purpose, recipient, created_at, due_at, state, revision,
                        facts, attempts, sent_at, problem)
    VALUES (:key, :subject, :purpose, :recipient, '2026-11-21 14:00:00.000000',
            '2026-11-21 14:00:00.000000', :state, 0, '{}', 1, :sent_at, '')
"""
FEEDS = (
    Feed("feed-1", FeedKind.VOLUNTEER, VOLUNTEER, generation=3),
    Feed("feed-2", FeedKind.SCHOOL, "maple"),
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Yield an engine on a database of the release before, with feeds and mail in it."""
    if request.param == "sqlite":
        yield from _before(sqlite_database(tmp_path))
        return
    with postgres_database(request.getfixturevalue("postgres_server_url")) as url:
        yield from _before(url)


def _before(url: str) -> Iterator[Engine]:
    upgrade(url)
    engine = connect(url)
    store = SqlStore(sessions(engine))
    fill(store)
    with store.write() as work:
        work.visits.add((a_visit(), another_visit("waits")))
    command.downgrade(_config(engine), "0005")
    with engine.begin() as connection:
        for statement in OLD_FEEDS.split(";"):
            values = {"volunteer": VOLUNTEER} if ":volunteer" in statement else {}
            connection.execute(text(statement), values)
        for key, subject, purpose, recipient, state in (
            ("k1", a_visit().uid, "invitation", VOLUNTEER, "sent"),
            ("k2", a_visit().uid, "confirmation", VOLUNTEER, "sent"),
            ("k3", a_visit().uid, "announcement", TEACHER, "sent"),
            ("k4", "waits", "invitation", BRUNO, "due"),
        ):
            sent_at = "2026-11-21 14:00:00.000000" if state == "sent" else None
            connection.execute(
                text(OLD_MAIL),
                {
                    "key": key,
                    "subject": subject,
                    "purpose": purpose,
                    "recipient": recipient,
                    "state": state,
                    "sent_at": sent_at,
                },
            )
    yield engine
    engine.dispose()


def _config(engine: Engine) -> Config:
    config = Config(MIGRATIONS / "alembic.ini")
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def test_feeds_keep_their_addresses_and_belong_to_whom_they_did(engine: Engine) -> None:
    command.upgrade(_config(engine), "head")
    with SqlStore(sessions(engine)).read() as work:
        for feed in FEEDS:
            door = work.feeds.door(f"a{feed.generation}{feed.key}", client="")
            assert door is not None
            assert door.address.feed == feed
            assert work.feeds.of_owner(feed.kind, feed.owner) == feed


def test_what_was_sent_as_an_invitation_stays_one(engine: Engine) -> None:
    command.upgrade(_config(engine), "head")
    with SqlStore(sessions(engine)).read() as work:
        assert work.calendar_modes.fixed((a_visit().uid, "waits")) == {
            (a_visit().uid, VOLUNTEER): CalendarMode.INVITATION
        }


def test_going_back_keeps_the_feeds_there_could_be_before(engine: Engine) -> None:
    config = _config(engine)
    command.upgrade(config, "head")
    store = SqlStore(sessions(engine))
    with store.write() as work:
        new = Feed("feed-3", FeedKind.SCHOOL, "maple", holder=TEACHER)
        work.feeds.add(new, token_sha256="new")
    command.downgrade(config, "0005")
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT key FROM feed ORDER BY key")).scalars().all()
        addresses = connection.execute(text("SELECT count(*) FROM feed_address")).scalar()
    assert (kept, addresses) == (["feed-1", "feed-2"], 2)
