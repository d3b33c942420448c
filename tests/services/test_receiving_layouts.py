"""Mail as other people's programs lay it out is understood, whichever they use."""

from __future__ import annotations

import pytest

from scheduler.domain.incoming import IncomingState, Why
from scheduler.domain.visits import Partstat, Visit
from scheduler.mail.messages import message_id_of
from scheduler.services.delivery import deliver_due
from scheduler.services.receiving import Became, receive
from tests.builders import VOLUNTEER
from tests.mail import layouts
from tests.mail.layouts import About
from tests.services.world import World


@pytest.fixture
def about(world: World) -> About:
    """An invitation of Amara's that was sent."""
    (visit,) = world.invite()
    deliver_due(world.store, now=world.now, transport=world.transport, head=world.letterhead)
    row = next(r for r in world.mail_of(visit) if r.recipient == VOLUNTEER)
    return About(visit.uid, message_id=message_id_of(row.key, world.letterhead.domain))


def take(world: World, octets: bytes) -> Became:
    return receive(world.store, octets, head=world.letterhead, now=world.now)


def kept(world: World) -> list[tuple[Why, str]]:
    with world.store.read() as work:
        mails = work.inbox.many(state=IncomingState.OPEN, limit=10)
    return [(mail.why, mail.visit) for mail in mails]


def marked(world: World) -> list[tuple[str, str]]:
    with world.store.read() as work:
        return [(bounce.email, bounce.problem) for bounce in work.bounces.all()]


def the_visit(world: World) -> Visit:
    (visit,) = world.visits_of()
    return visit


@pytest.mark.parametrize("program", layouts.ANSWERS)
@pytest.mark.parametrize("word", ["ACCEPTED", "DECLINED"])
def test_answer_is_entered_whatever_program_gives_it(
    world: World, about: About, program: str, word: str
) -> None:
    assert take(world, layouts.ANSWERS[program](about, partstat=word)) is Became.ENTERED
    booking = the_visit(world).booking_of(VOLUNTEER)
    assert (booking.partstat, booking.reason, kept(world)) == (Partstat(word), "", [])


def test_mail_whose_last_line_has_no_end_is_read(world: World, about: About) -> None:
    cut = layouts.google_answer(about).rstrip(b"\r\n-")
    assert take(world, cut.replace(b"\r\n", b"\n")) is Became.ENTERED


@pytest.mark.parametrize("program", layouts.RETURNS)
def test_return_marks_the_address_whatever_server_sends_it(
    world: World, about: About, program: str
) -> None:
    assert take(world, layouts.RETURNS[program](about)) is Became.MARKED
    ((email, problem),) = marked(world)
    assert (email, kept(world)) == (VOLUNTEER, [(Why.CAME_BACK, about.uid)])
    if program == "postfix":
        assert problem == f"550 5.1.1 <{VOLUNTEER}>; mailbox unknown"


@pytest.mark.parametrize("program", layouts.RETURNS)
def test_return_of_what_we_never_sent_marks_nobody(
    world: World, about: About, program: str
) -> None:
    assert take(world, layouts.RETURNS[program](About(about.uid))) is Became.IGNORED
    assert (marked(world), kept(world)) == ([], [])


def test_delay_is_no_news(world: World, about: About) -> None:
    late = layouts.postfix_return(about, action="delayed", status="4.4.1")
    assert (take(world, late), marked(world), kept(world)) == (Became.IGNORED, [], [])


def test_mail_that_a_silent_server_never_took_is_for_a_person_and_marks_nobody(
    world: World, about: About
) -> None:
    given_up = layouts.postfix_return(about, status="4.4.1")
    assert (take(world, given_up), marked(world)) == (Became.KEPT, [])
    assert kept(world) == [(Why.UNDELIVERED, about.uid)]


@pytest.mark.parametrize("kind", layouts.AWAY)
def test_note_of_absence_is_nobodys_answer(world: World, about: About, kind: str) -> None:
    assert (take(world, layouts.away(kind)), kept(world)) == (Became.IGNORED, [])
    assert the_visit(world).booking_of(VOLUNTEER).partstat is Partstat.NEEDS_ACTION


def test_answer_that_a_friend_passes_on_is_for_a_person(world: World, about: About) -> None:
    inner = layouts.google_answer(about)
    outer = b"From: Amara at home <amara@home.example>\r\nSubject: Fwd\r\n"
    passed_on = outer + b"Content-Type: message/rfc822\r\n\r\n" + inner
    assert take(world, passed_on) is Became.KEPT
    assert kept(world) == [(Why.UNKNOWN_SENDER, about.uid)]
    assert the_visit(world).booking_of(VOLUNTEER).partstat is Partstat.NEEDS_ACTION


def test_zeros_within_a_mail_stand_in_nobodys_way(world: World, about: About) -> None:
    words = f"From: {VOLUNTEER}\r\nSubject: A\0B\r\nMessage-ID: <\0>\r\n\r\nYes\0, gladly."
    assert take(world, words.encode()) is Became.KEPT
    assert kept(world) == [(Why.WORDS, "")]
