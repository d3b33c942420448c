"""What is sent: links of one's own, the calendar part, one sender and one recipient."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import pytest

from scheduler.services.sign_in import ask_for_link, redeem
from scheduler.services.tokens import answer_token, visit_of_answer_token
from tests.builders import (
    TEACHER,
    VOLUNTEER,
    a_request,
    moment,
)
from tests.services import test_delivery
from tests.services.test_delivery import (
    answer_token_in,
    calendars_of,
    rows,
    series,
    text_of,
)
from tests.services.test_visits import cancel, move
from tests.services.world import BRUNO, CHLOE, KEY, World, two_more_volunteers

# What mails say is shown here, not when they go.
deliver = partial(test_delivery.deliver, at_any_hour=True)


class TestLinks:
    def test_each_guest_has_a_link_of_their_own_that_names_nobody(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=3))
        (visit,) = world.invite()
        deliver(world)
        guests = (VOLUNTEER, BRUNO, CHLOE)
        token_by_guest = {
            mail.recipient: answer_token_in(text_of(mail))
            for mail in world.transport.sent
            if mail.recipient in guests
        }
        assert len(set(token_by_guest.values())) == 3
        for guest, token in token_by_guest.items():
            assert visit_of_answer_token(token) == visit.uid
            assert token == answer_token(visit.uid, guest, key=KEY)
            assert guest.partition("@")[0] not in token

    def test_teachers_mail_answers_for_nobody(self, world: World) -> None:
        world.invite()
        deliver(world)
        (mail,) = (mail for mail in world.transport.sent if mail.recipient == TEACHER)
        assert "/r/" not in mail.message.as_string()

    @pytest.mark.each_engine
    def test_link_to_sign_in_works_once(self, world: World) -> None:
        ask_for_link(world.store, TEACHER, now=world.now)
        deliver(world)
        token = sign_in_token(world)
        assert redeem(world.store, token, now=world.now)
        assert redeem(world.store, token, now=world.now) is None

    def test_no_row_keeps_a_link_or_a_token(self, world: World) -> None:
        world.invite()
        ask_for_link(world.store, TEACHER, now=world.now)
        deliver(world)
        tokens = {sign_in_token(world)}
        tokens |= {
            answer_token_in(text_of(m)) for m in world.transport.sent if m.recipient == VOLUNTEER
        }
        assert len(tokens) == 2
        kept = repr(rows(world))
        assert [token for token in tokens if token in kept] == []
        assert "https://" not in kept


def sign_in_token(world: World) -> str:
    """Return the token of the latest sign-in mail."""
    texts = (text_of(mail) for mail in reversed(world.transport.sent))
    found = next(filter(None, (re.search(r"/login/(\S+)", text) for text in texts)))
    return found[1]


class TestCalendarPart:
    def test_single_visit_travels_as_an_invitation(self, world: World) -> None:
        (visit,) = world.invite()
        deliver(world)
        for mail in world.transport.sent:
            methods = [c.value("METHOD") for c in calendars_of(mail)]
            expected = ["REQUEST", "REQUEST"] if mail.recipient == VOLUNTEER else []
            assert methods == expected
        world.transport.sent.clear()
        cancel(world, visit)
        deliver(world)
        assert [[c.value("METHOD") for c in calendars_of(m)] for m in world.transport.sent] == (
            [["CANCEL", "CANCEL"]] * 2
        )

    def test_series_is_followed_in_the_feed_instead(self, world: World) -> None:
        first, *_ = series(world)
        deliver(world)
        assert [calendars_of(mail) for mail in world.transport.sent] == [[]] * 3
        cancel(world, first)
        deliver(world)
        assert [calendars_of(mail) for mail in world.transport.sent] == [[]] * 5

    def test_moved_visit_carries_its_old_uid_and_a_higher_sequence(self, world: World) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, True)
        deliver(world)
        world.transport.sent.clear()
        move(world, visit, moment("2026-12-10 10:40"))
        world.release()
        deliver(world)
        events = [c.named("VEVENT")[0] for m in world.transport.sent for c in calendars_of(m)]
        assert {(e.value("UID"), e.value("SEQUENCE")) for e in events} == {(visit.uid, "2")}

    def test_who_leaves_a_visit_that_goes_on_is_uninvited_alone(self, world: World) -> None:
        world.put_volunteers(*two_more_volunteers())
        world.put_requests(a_request(speakers=2))
        (visit,) = world.invite()
        deliver(world)
        world.transport.sent.clear()
        world.answer(visit, BRUNO, False)
        deliver(world)
        (mail,) = (mail for mail in world.transport.sent if mail.recipient == BRUNO)
        (event, _) = (c.named("VEVENT")[0] for c in calendars_of(mail))
        assert [line.value for line in event.all("ATTENDEE")] == [f"mailto:{BRUNO}"]
        assert event.all("STATUS") == []

    @pytest.mark.parametrize(
        ("reply_address", "rsvp"), [("", "FALSE"), ("reply@schools.example", "TRUE")]
    )
    def test_answer_is_asked_for_only_where_replies_are_read(
        self, world: World, reply_address: str, rsvp: str
    ) -> None:
        world.invite()
        deliver(world, head=replace(world.letterhead, reply_address=reply_address))
        (mail,) = (mail for mail in world.transport.sent if mail.recipient == VOLUNTEER)
        (event, _) = (c.named("VEVENT")[0] for c in calendars_of(mail))
        (organizer,), (attendee,) = event.all("ORGANIZER"), event.all("ATTENDEE")
        assert organizer.value == f"mailto:{reply_address or 'visits@schools.example'}"
        assert attendee.parameters["RSVP"] == rsvp


def test_mail_is_sent_from_one_address_to_one_person(world: World) -> None:
    world.invite()
    assert deliver(world).sent == 3
    for mail in world.transport.sent:
        assert mail.sender == "visits@schools.example"
        assert [a.addr_spec for a in mail.message["To"].addresses] == [mail.recipient]
        assert (mail.message["Cc"], mail.message["Bcc"]) == (None, None)
