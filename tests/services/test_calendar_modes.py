"""One truth for each person and visit: a feed, invitations, or a file to fetch."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from scheduler.domain.visits import PendingMove
from scheduler.services import calendar_modes, visits
from scheduler.services.calendar_modes import MyMode, Why, my_mode, uses_feed
from scheduler.services.delivery import deliver_due
from scheduler.services.feed_records import CalendarMode, Fetches
from scheduler.services.feeds import feed_for
from scheduler.services.records import Feed, FeedKind
from tests.actors import AMARA
from tests.builders import NOW, TEACHER, VOLUNTEER, a_request
from tests.outside.ics_checker import message_faults
from tests.outside.ics_reading import read
from tests.services.test_visits import THURSDAY, cancel, move
from tests.services.world import World

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)


def deliver(world: World) -> None:
    """Send what is due."""
    deliver_due(world.store, now=world.now, transport=world.transport, head=world.letterhead)


def inbox(world: World, email: str = VOLUNTEER) -> list[EmailMessage]:
    """Return what an address received, oldest first."""
    return [sent.message for sent in world.transport.sent if sent.recipient == email]


def methods(world: World, email: str = VOLUNTEER) -> list[str]:
    """Return the METHOD of each mail to an address, empty where it brings no calendar part."""
    found = []
    for message in inbox(world, email):
        parts = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
        octets = [part.get_payload(decode=True) for part in parts]
        assert all(message_faults(each) == () for each in octets)
        found.append(read(octets[0]).value("METHOD") if octets else "")
    return found


def texts(world: World) -> list[str]:
    """Return the plain text of each mail to the volunteer."""
    bodies = (message.get_body(("plain",)) for message in inbox(world))
    return [str(body.get_content()) for body in bodies if body]


def own_feed(world: World) -> Feed:
    """Return the volunteer's feed."""
    return feed_for(world.store, kind=FeedKind.VOLUNTEER, owner=VOLUNTEER, settings=world.feeds)


def follow(world: World, *, client: str = "apple") -> None:
    """Have a program fetch the volunteer's feed as often as shows that it follows it."""
    feed = own_feed(world)
    with world.store.write() as work:
        for before in (2 * A_DAY, A_DAY, AN_HOUR):
            work.feeds.mark_fetch(feed, client=client, at=world.now - before)


def fixed(world: World) -> dict[str, CalendarMode]:
    """Return how the request's first visit reaches each person."""
    (visit, *_) = world.visits_of()
    with world.store.read() as work:
        return {email: mode for (_, email), mode in work.calendar_modes.fixed((visit.uid,)).items()}


class TestUsesFeed:
    @pytest.mark.parametrize(
        ("times", "days", "idle", "is_used"),
        [
            (3, 1, 0, True),
            (3, 1, 7, True),
            (30, 20, 0, True),
            (2, 1, 0, False),
            (3, 0, 0, False),
            (3, 1, 7.01, False),
        ],
    )
    def test_three_fetches_over_two_days_and_the_last_within_seven(
        self, times: int, days: int, idle: float, is_used: bool
    ) -> None:
        last = NOW - timedelta(days=idle)
        fetches = Fetches("apple", last - timedelta(days=days), last, times)
        assert uses_feed(fetches, now=NOW) is is_used

    def test_browser_follows_nothing(self) -> None:
        assert not uses_feed(Fetches("browser", NOW - 5 * A_DAY, NOW, 50), now=NOW)


class TestMyMode:
    def test_without_a_program_it_is_invitations(self, world: World) -> None:
        assert my_mode(world.store, actor=AMARA, now=NOW) == MyMode(
            CalendarMode.INVITATION, Why.NOT_FETCHED
        )

    @pytest.mark.each_engine
    def test_program_that_follows_the_feed_makes_it_the_feed(self, world: World) -> None:
        follow(world)
        expected = Fetches("apple", NOW - 2 * A_DAY, NOW - AN_HOUR, 3)
        assert my_mode(world.store, actor=AMARA, now=NOW) == MyMode(
            CalendarMode.FEED, Why.FETCHED, fetches=expected
        )
        later = NOW + 8 * A_DAY
        assert my_mode(world.store, actor=AMARA, now=later).mode is CalendarMode.INVITATION

    def test_fetches_of_two_programs_are_not_added_up(self, world: World) -> None:
        feed = own_feed(world)
        with world.store.write() as work:
            for client in ("apple", "google"):
                for before in (2 * A_DAY, AN_HOUR):
                    work.feeds.mark_fetch(feed, client=client, at=NOW - before)
        assert my_mode(world.store, actor=AMARA, now=NOW).mode is CalendarMode.INVITATION

    @pytest.mark.parametrize("mode", list(CalendarMode))
    def test_choice_wins_until_it_is_taken_back(self, world: World, mode: CalendarMode) -> None:
        follow(world)
        calendar_modes.choose(world.store, mode, actor=AMARA)
        told = my_mode(world.store, actor=AMARA, now=NOW)
        assert (told.mode, told.why, told.choice) == (mode, Why.CHOSEN, mode)
        calendar_modes.choose(world.store, None, actor=AMARA)
        assert my_mode(world.store, actor=AMARA, now=NOW).why is Why.FETCHED


class TestLife:
    def whole_life(self, world: World) -> None:
        """Invite, confirm, move and cancel, delivering each piece of news."""
        (visit,) = world.invite()
        deliver(world)
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        move(world, visit, THURSDAY)
        world.release()
        deliver(world)
        cancel(world, visit)
        deliver(world)

    def test_invitation_is_kept_true_by_requests_and_a_cancel(self, world: World) -> None:
        self.whole_life(world)
        assert methods(world) == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
        assert fixed(world) == {
            VOLUNTEER: CalendarMode.INVITATION,
            TEACHER: CalendarMode.INVITATION,
        }

    @pytest.mark.each_engine
    def test_feed_brings_the_visit_and_the_mails_bring_none(self, world: World) -> None:
        follow(world)
        self.whole_life(world)
        assert methods(world) == ["", "", "", ""]
        assert fixed(world)[VOLUNTEER] is CalendarMode.FEED
        assert not any("visit.ics" in text for text in texts(world))

    def test_plain_mail_brings_a_link_to_a_file(self, world: World) -> None:
        calendar_modes.choose(world.store, CalendarMode.MAIL, actor=AMARA)
        self.whole_life(world)
        assert methods(world) == ["", "", "", ""]
        assert ["/visit.ics" in text for text in texts(world)] == [True, True, True, False]

    def test_what_came_as_an_invitation_stays_one_for_life(self, world: World) -> None:
        (visit,) = world.invite()
        deliver(world)
        follow(world)
        calendar_modes.choose(world.store, CalendarMode.MAIL, actor=AMARA)
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        cancel(world, visit)
        deliver(world)
        assert methods(world) == ["REQUEST", "REQUEST", "CANCEL"]

    def test_what_was_in_the_feed_first_never_comes_as_an_invitation(self, world: World) -> None:
        follow(world)
        (visit,) = world.invite()
        deliver(world)
        calendar_modes.choose(world.store, CalendarMode.INVITATION, actor=AMARA)
        world.wait(days=9)
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        assert methods(world) == ["", ""]

    def test_who_was_never_sent_an_invitation_is_sent_no_cancellation_of_one(
        self, world: World
    ) -> None:
        (visit,) = world.invite()
        cancel(world, visit)
        deliver(world)
        assert methods(world) == [""]

    def test_mode_is_fixed_when_the_news_goes_out_and_not_when_it_is_written(
        self, world: World
    ) -> None:
        world.invite()
        follow(world)
        deliver(world)
        assert methods(world) == [""]

    def test_series_is_no_invitation_and_brings_a_link_to_its_file(self, world: World) -> None:
        world.put_requests(a_request(sessions=2))
        world.invite()
        deliver(world)
        assert methods(world) == [""]
        assert fixed(world)[VOLUNTEER] is CalendarMode.MAIL
        assert "/visit.ics" in texts(world)[0]

    def test_who_says_no_is_taken_out_the_way_they_came_in(self, world: World) -> None:
        (visit,) = world.invite()
        deliver(world)
        world.answer(visit, VOLUNTEER, False)
        deliver(world)
        assert methods(world) == ["REQUEST", "CANCEL"]


def test_held_move_says_nothing_anywhere(world: World) -> None:
    (visit,) = world.invite()
    deliver(world)
    move(world, visit, THURSDAY)
    deliver(world)
    assert methods(world) == ["REQUEST"]
    (held,) = world.visits_of()
    assert isinstance(held.pending_move, PendingMove)
    assert visits.release_due(world.store, now=world.now).moves == ()
