"""Addresses of feeds: made once, derived from a key, replaced with a word, and then ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.people import RoleName
from scheduler.services import feeds
from scheduler.services.records import FeedKind
from scheduler.services.tokens import feed_token, token_hash
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_person,
)
from tests.outside.ics_reading import read
from tests.services.test_feeds import SITE, feed, fetch, rendered
from tests.services.world import KEY, World


class TestAddress:
    @pytest.mark.each_engine
    def test_feed_is_made_once(self, world: World) -> None:
        assert feed(world) == feed(world)
        assert feed(world).generation == 1
        assert feed(world, FeedKind.TEACHER, TEACHER).key != feed(world).key

    def test_address_holds_the_token_and_the_database_its_hash(self, world: World) -> None:
        address = world.feeds.address_of(feed(world))
        token = address.removeprefix(f"{SITE}/cal/").removesuffix(".ics")
        with world.store.read() as work:
            assert work.feeds.door(token, client="") is None
            kept = work.feeds.door(token_hash(token), client="")
        assert kept is not None
        assert kept.address.feed == feed(world)

    def test_person_has_a_feed_for_each_role_that_visits_concern(self, world: World) -> None:
        with world.store.write() as work:
            work.people.put((a_person(RoleName.TEACHER, email=VOLUNTEER, name="Amara Okafor"),))
        found = feeds.feeds_of_person(world.store, VOLUNTEER, settings=world.feeds)
        assert [(each.kind, each.owner) for each in found] == [
            (FeedKind.VOLUNTEER, VOLUNTEER),
            (FeedKind.TEACHER, VOLUNTEER),
        ]
        assert feeds.feeds_of_person(world.store, COORDINATOR, settings=world.feeds) == ()

    def test_nobody_and_no_school_have_no_feed(self, world: World) -> None:
        for kind in FeedKind:
            with pytest.raises(Unknown):
                feed(world, kind, "nobody@schools.example")
        with pytest.raises(Unknown):
            feeds.feeds_of_person(world.store, "nobody@schools.example", settings=world.feeds)

    @pytest.mark.each_engine
    def test_replaced_address_says_so_for_thirty_days_and_then_ends(self, world: World) -> None:
        world.invite()
        old = feed(world)
        new = feeds.rotate(world.store, old, settings=world.feeds, now=world.now)
        assert (new.key, new.generation) == (old.key, 2)
        assert b"Robots around us" in rendered(world).octets
        token, replaced_at = feed_token(old, key=KEY), world.now
        answer = fetch(world, token)
        (notice,) = read(answer.octets).named("VEVENT")
        assert notice.value("SUMMARY") == "Your visits have a new calendar address"
        assert feed_token(new, key=KEY).encode() not in answer.octets
        assert b"Robots" not in answer.octets
        assert answer.last_modified == replaced_at
        world.now = replaced_at + timedelta(days=30) - timedelta(seconds=1)
        assert fetch(world, token) == answer
        world.wait(seconds=1)
        with pytest.raises(Unknown):
            fetch(world, token)

    def test_rotating_with_an_old_copy_goes_on_from_the_present_one(self, world: World) -> None:
        old = feed(world)
        for generation in (2, 3):
            new = feeds.rotate(world.store, old, settings=world.feeds, now=world.now)
            assert new.generation == generation
        assert feed(world).generation == 3

    def test_wrong_ended_and_unknown_addresses_are_answered_alike(self, world: World) -> None:
        old = feed(world)
        feeds.rotate(world.store, old, settings=world.feeds, now=world.now)
        world.wait(days=30)
        told = set()
        for token in (feed_token(old, key=KEY), feed_token(old, key=b"o" * 32), "", "x" * 9000):
            with pytest.raises(Unknown) as refusal:
                fetch(world, token)
            told.add(str(refusal.value))
        assert len(told) == 1
