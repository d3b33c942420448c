"""The district written out: importing it elsewhere gives the same district, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from scheduler.demo.moving import materialise
from scheduler.domain.day_parts import DayPart
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.services import approvals, visits
from scheduler.services.feeds import FeedSettings, feed_for
from scheduler.services.ports import Store
from scheduler.services.records import FeedKind
from scheduler.services.settings import change_day_parts, change_mail_rules, settings
from scheduler.services.sign_in import ask_for_link, link_for, redeem
from scheduler.services.tokens import feed_token, token_hash
from tests.builders import NOW
from tests.bundle.sample import REQUESTS, lay
from tests.services.bundle_folders import (
    FILES,
    OPERATOR,
    bring_in,
    propose,
    two_districts,
    written,
)
from tests.services.world import NoGazetteer

AMARA = "amara@robots.example"


@pytest.fixture
def stores(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> Iterator[tuple[Store, Store]]:
    """Yield two empty districts, each in a database of the same kind."""
    with two_districts(request, tmp_path / "second") as both:
        yield both


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that holds the sample bundle."""
    return lay(tmp_path / "bundle", FILES)


class TestExport:
    @pytest.mark.each_engine
    def test_export_into_an_empty_database_gives_an_equal_export(
        self, stores: tuple[Store, Store], folder: Path, tmp_path: Path
    ) -> None:
        first, second = stores
        bring_in(first, folder)
        exported = written(first, tmp_path / "first")
        bring_in(second, tmp_path / "first")
        assert written(second, tmp_path / "second-export") == exported
        assert bring_in(first, tmp_path / "first").changes == ()
        assert bring_in(second, tmp_path / "second-export").changes == ()

    def test_day_parts_and_mail_rules_come_along(
        self, stores: tuple[Store, Store], folder: Path, tmp_path: Path
    ) -> None:
        first, second = stores
        bring_in(first, folder)
        halves = (DayPart("First half", time(8), time(12)), DayPart("Rest", time(12), time(16)))
        rules = MailRules(reminder_days=2, asks_still_coming=False)
        change_day_parts(first, halves, actor=OPERATOR, now=NOW)
        change_mail_rules(first, rules, actor=OPERATOR, now=NOW)
        exported = written(first, tmp_path / "first")
        bring_in(second, tmp_path / "first")
        brought = settings(second, actor=OPERATOR)
        assert (brought.day_parts, brought.mail_rules) == (halves, rules)
        assert written(second, tmp_path / "second-export") == exported
        assert bring_in(first, tmp_path / "first").changes == ()

    @pytest.mark.each_engine
    def test_lived_in_district_comes_back_as_it_was(
        self, stores: tuple[Store, Store], folder: Path, tmp_path: Path
    ) -> None:
        first, second = stores
        noor = "noor@example.org,Mon,08:00,18:00,,\n"
        cleared = FILES["clearances.csv"].replace(
            "2026-11-01,,,partner programme,harbour,pending", "2026-11-01,2026-11-02,,,,approved"
        )
        asked = REQUESTS + (
            "r3,lena@schools.example,maple-5b,Robots again,robotics,talk,either,en,,1,1,7,"
            "2027-01-12 P2,1,,,,,\n"
            "r4,lena@schools.example,maple-5b,Never mind,robotics,talk,either,en,,1,1,7,"
            "2027-01-19 P2,1,,amara@robots.example,,,\n"
        )
        lay(
            folder,
            {
                "availability.csv": FILES["availability.csv"] + noor,
                "clearances.csv": cleared,
                "requests.csv": asked,
            },
        )
        bring_in(first, folder)
        live_in(first)
        exported = written(first, tmp_path / "first")
        assert b"r4" in exported["requests.csv"]
        bring_in(second, tmp_path / "first")
        assert written(second, tmp_path / "again") == exported
        with first.read() as one, second.read() as other:
            assert one.requests.all() == other.requests.all()
            assert one.people.all() == other.people.all()
            assert one.volunteers.all().keys() == other.volunteers.all().keys()

    @pytest.mark.each_engine
    def test_made_up_district_comes_back_as_it_was(
        self, stores: tuple[Store, Store], tmp_path: Path
    ) -> None:
        first, second = stores
        materialise(tmp_path / "demo", date(2026, 11, 21))
        bring_in(first, tmp_path / "demo")
        exported = written(first, tmp_path / "first")
        bring_in(second, tmp_path / "first")
        assert written(second, tmp_path / "again") == exported
        assert bring_in(first, tmp_path / "demo").changes == ()

    def test_secrets_are_not_in_it(
        self, stores: tuple[Store, Store], folder: Path, tmp_path: Path
    ) -> None:
        store, _ = stores
        bring_in(store, folder)
        before = written(store, tmp_path / "before")
        link = link_for(store, AMARA, now=NOW)
        opened = redeem(store, link_for(store, AMARA, now=NOW), now=NOW)
        settings = FeedSettings(b"f" * 32, "https://visits.example")
        feed = feed_for(store, kind=FeedKind.VOLUNTEER, owner=AMARA, settings=settings)
        ask_for_link(store, AMARA, now=NOW)
        after = written(store, tmp_path / "after")
        assert after == before
        octets = b"".join(after.values())
        for secret in (link, str(opened), feed_token(feed, key=settings.key), feed.key):
            assert secret.encode() not in octets
            assert token_hash(secret).encode() not in octets


def live_in(store: Store) -> None:
    """Propose, approve, release, answer with a no, and withdraw a request."""
    propose(store)
    approvals.approve_ready(store, actor=OPERATOR, now=NOW, gazetteer=NoGazetteer())
    later = NOW + timedelta(minutes=10)
    visits.release_due(store, now=later)
    with store.read() as work:
        invited = work.visits.in_states((VisitState.INVITED,))
    assert invited
    for each in invited:
        visits.answer(
            store,
            (each.uid,),
            email=each.volunteers[0],
            says_yes=False,
            actor=OPERATOR,
            now=later,
        )
    with store.write() as work:
        request = work.requests.get("r4")
        assert request is not None
        work.requests.put((replace(request, state=RequestState.WITHDRAWN),))
