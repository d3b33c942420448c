"""Signing in: links that work once and soon, sessions that end, and no word on who exists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.people import Person, Role, RoleName
from scheduler.services import sign_in
from scheduler.services.records import OutboxRow
from scheduler.services.sign_in import IDLE_LIMIT, LINK_LASTS, LINKS_AN_HOUR, WHOLE_LIMIT
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER, a_person, a_volunteer
from tests.services.world import World


def link(world: World, email: str = TEACHER) -> str:
    """Return a fresh one-time token."""
    return sign_in.link_for(world.store, email, now=world.now)


def session(world: World, email: str = TEACHER) -> str:
    """Sign somebody in and return the session's token."""
    token = sign_in.redeem(world.store, link(world, email), now=world.now)
    assert token is not None
    return token


def who(world: World, token: str) -> str | None:
    """Return the address of whoever that browser belongs to."""
    person = sign_in.signed_in(world.store, token, now=world.now)
    return person.email if person else None


def mails(world: World) -> tuple[OutboxRow, ...]:
    """Return every sign-in mail."""
    with world.store.read() as work:
        return work.outbox.of_subjects(("sign-in",))


class TestAsking:
    @pytest.mark.each_engine
    def test_account_is_sent_a_link_however_its_address_is_written(self, world: World) -> None:
        sign_in.ask_for_link(world.store, f"  {TEACHER.upper()} ", now=world.now)
        (mail,) = mails(world)
        assert (mail.recipient, mail.purpose, mail.due_at) == (TEACHER, "sign_in", world.now)

    @pytest.mark.parametrize("email", ["nobody@schools.example", "", "not an address"])
    def test_address_without_an_account_gets_nothing_and_no_word(
        self, world: World, email: str
    ) -> None:
        assert sign_in.ask_for_link(world.store, email, now=world.now) is None
        assert mails(world) == ()

    def test_account_that_is_not_active_gets_nothing(self, world: World) -> None:
        with world.store.write() as work:
            work.people.put((a_person(is_active=False),))
        sign_in.ask_for_link(world.store, TEACHER, now=world.now)
        assert mails(world) == ()

    def test_two_clicks_within_a_minute_are_one_mail(self, world: World) -> None:
        for _ in range(3):
            sign_in.ask_for_link(world.store, TEACHER, now=world.now)
            world.wait(seconds=19)
        assert len(mails(world)) == 1
        world.wait(seconds=19)
        sign_in.ask_for_link(world.store, TEACHER, now=world.now)
        assert len(mails(world)) == 2

    @pytest.mark.each_engine
    def test_links_of_an_hour_are_counted(self, world: World) -> None:
        for _ in range(LINKS_AN_HOUR):
            link(world)
            world.wait(minutes=1)
        sign_in.ask_for_link(world.store, TEACHER, now=world.now)
        assert mails(world) == ()
        sign_in.ask_for_link(world.store, VOLUNTEER, now=world.now)
        world.wait(minutes=56)
        sign_in.ask_for_link(world.store, TEACHER, now=world.now)
        assert [mail.recipient for mail in mails(world)] == [VOLUNTEER, TEACHER]


class TestLink:
    @pytest.mark.each_engine
    def test_works_once(self, world: World) -> None:
        token = link(world)
        assert sign_in.redeem(world.store, token, now=world.now)
        assert sign_in.redeem(world.store, token, now=world.now) is None

    def test_works_until_its_time_is_over(self, world: World) -> None:
        tokens = [link(world), link(world)]
        world.now += LINK_LASTS - timedelta(seconds=1)
        assert sign_in.redeem(world.store, tokens[0], now=world.now)
        world.wait(seconds=1)
        assert sign_in.redeem(world.store, tokens[1], now=world.now) is None

    def test_lasts_as_long_as_the_operator_says(self, world: World) -> None:
        token = sign_in.link_for(world.store, TEACHER, now=world.now, lasts=timedelta(days=7))
        world.wait(days=6)
        assert sign_in.redeem(world.store, token, now=world.now)

    def test_unknown_token_opens_nothing(self, world: World) -> None:
        assert sign_in.redeem(world.store, "", now=world.now) is None
        assert sign_in.redeem(world.store, link(world)[:-1], now=world.now) is None

    def test_account_deactivated_meanwhile_is_not_let_in(self, world: World) -> None:
        token = link(world)
        with world.store.write() as work:
            work.people.put((a_person(is_active=False),))
        assert sign_in.redeem(world.store, token, now=world.now) is None

    def test_each_use_is_noted_without_the_token(self, world: World) -> None:
        token = link(world)
        opened = sign_in.redeem(world.store, token, now=world.now)
        with world.store.read() as work:
            (entry,) = work.activities.recent(limit=5)
        assert (entry.at, entry.actor, entry.deed) == (world.now, TEACHER, "signed in")
        assert token not in repr(entry)
        assert str(opened) not in repr(entry)


class TestOperator:
    def test_unknown_account_is_refused(self, world: World) -> None:
        with pytest.raises(Unknown, match="nobody@schools"):
            link(world, "nobody@schools.example")

    def test_first_account_is_made_and_noted(self, world: World) -> None:
        token = sign_in.link_for(
            world.store, "New@Schools.example", now=world.now, create="coordinator"
        )
        opened = sign_in.redeem(world.store, token, now=world.now)
        assert opened is not None
        assert sign_in.signed_in(world.store, opened, now=world.now) == Person(
            "new@schools.example", "new", (Role(RoleName.COORDINATOR),)
        )
        with world.store.read() as work:
            deeds = {(entry.actor, entry.deed) for entry in work.activities.recent(limit=5)}
        assert ("command line", "created account") in deeds

    def test_account_that_is_not_active_gets_no_link_and_no_role(self, world: World) -> None:
        with world.store.write() as work:
            work.people.put((a_person(is_active=False),))
        for create in ("", "coordinator"):
            with pytest.raises(IllegalTransition, match="An account that is deactivated"):
                sign_in.link_for(world.store, TEACHER, now=world.now, create=create)
        with world.store.read() as work:
            assert work.people.get(TEACHER) == a_person(is_active=False)

    def test_existing_account_gains_the_role_and_keeps_the_rest(self, world: World) -> None:
        for _ in range(2):
            sign_in.link_for(world.store, TEACHER, now=world.now, create="coordinator")
        with world.store.read() as work:
            person = work.people.get(TEACHER)
        assert person == a_person(RoleName.TEACHER, RoleName.COORDINATOR)


class TestSession:
    def test_belongs_to_whoever_signed_in(self, world: World) -> None:
        assert who(world, session(world, VOLUNTEER)) == VOLUNTEER
        assert who(world, "nonsense") is None

    def test_ends_after_a_month_without_a_visit(self, world: World) -> None:
        token = session(world)
        world.now += IDLE_LIMIT - timedelta(seconds=1)
        assert who(world, token) == TEACHER
        world.now += IDLE_LIMIT
        assert who(world, token) is None

    @pytest.mark.each_engine
    def test_goes_on_while_it_is_used_but_not_for_ever(self, world: World) -> None:
        token, begun = session(world), world.now
        for _ in range(4):
            world.wait(days=22)
            assert who(world, token) == TEACHER
        world.now = begun + WHOLE_LIMIT
        assert who(world, token) is None

    def test_ends_at_once_with_the_account(self, world: World) -> None:
        staff, volunteer = session(world), session(world, VOLUNTEER)
        with world.store.write() as work:
            work.people.put((a_person(is_active=False),))
        world.put_volunteers(a_volunteer(is_active=False))
        assert (who(world, staff), who(world, volunteer)) == (None, None)

    def test_role_taken_away_is_gone_at_once(self, world: World) -> None:
        token = session(world, COORDINATOR)
        with world.store.write() as work:
            work.people.put((a_person(RoleName.VIEWER, email=COORDINATOR, schools=()),))
        person = sign_in.signed_in(world.store, token, now=world.now)
        assert person is not None
        assert person.roles == (Role(RoleName.VIEWER),)

    def test_signing_out_ends_this_browser_only(self, world: World) -> None:
        here, there = session(world), session(world)
        sign_in.sign_out(world.store, here)
        assert (who(world, here), who(world, there)) == (None, TEACHER)

    def test_signing_out_everywhere_ends_every_browser_of_the_account(self, world: World) -> None:
        here, there, somebody = session(world), session(world), session(world, VOLUNTEER)
        sign_in.sign_out(world.store, here, everywhere=True)
        assert [who(world, token) for token in (here, there, somebody)] == [None, None, VOLUNTEER]

    def test_signing_out_with_a_dead_token_ends_nothing(self, world: World) -> None:
        here = session(world)
        sign_in.sign_out(world.store, "nonsense", everywhere=True)
        assert who(world, here) == TEACHER
