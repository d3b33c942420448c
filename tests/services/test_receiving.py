"""Mail that comes in: who may answer for whom, what marks an address, what a person reads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from scheduler.domain.incoming import IncomingState, Why
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.mail.incoming import MailUnreadable
from scheduler.mail.messages import message_id_of
from scheduler.services.delivery import deliver_due
from scheduler.services.receiving import Became, receive
from scheduler.services.visits import move
from tests.builders import TEACHER, VOLUNTEER
from tests.services.world import BRUNO, World, two_more_volunteers

STRANGER = "mallory@elsewhere.example"


@pytest.fixture
def invited(world: World) -> Visit:
    """A visit whose invitation was sent."""
    (visit,) = world.invite()
    deliver_due(world.store, now=world.now, transport=world.transport, head=world.letterhead)
    return visit


def deliver(world: World) -> None:
    deliver_due(world.store, now=world.now, transport=world.transport, head=world.letterhead)


def take(world: World, octets: bytes) -> Became:
    return receive(world.store, octets, head=world.letterhead, now=world.now)


def a_reply(
    visit: Visit,
    *,
    sender: str = VOLUNTEER,
    attendee: str = VOLUNTEER,
    partstat: str = "ACCEPTED",
    method: str = "REPLY",
    sequence: int = 0,
    headers: str = "",
    comment: str = "",
    written_at: str = "20261122T100000Z",
) -> bytes:
    calendar = "\r\n".join(
        (
            *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Any//EN", f"METHOD:{method}"),
            *("BEGIN:VEVENT", f"UID:{visit.uid}", f"DTSTAMP:{written_at}"),
            f"SEQUENCE:{sequence}",
            f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee}",
            *(
                "DTSTART:20261208T154000Z",
                "DTEND:20261208T163000Z",
                f"COMMENT:{comment}",
                "END:VEVENT",
                "END:VCALENDAR",
                "",
            ),
        )
    )
    return (
        f"From: Amara <{sender}>\r\nMessage-ID: <{sender}{sequence}@x.example>\r\n{headers}"
        f"Subject: Re\r\nContent-Type: text/calendar; method={method}\r\n\r\n{calendar}"
    ).encode()


def kept(world: World) -> list[tuple[Why, str]]:
    with world.store.read() as work:
        mails = work.inbox.many(state=IncomingState.OPEN, limit=10)
    return [(mail.why, mail.visit) for mail in mails]


def partstat(world: World) -> Partstat:
    return world.visits_of()[0].booking_of(VOLUNTEER).partstat


class TestReplies:
    @pytest.mark.parametrize("word", ["ACCEPTED", "DECLINED", "TENTATIVE"])
    def test_answer_of_the_invited_is_entered(
        self, world: World, invited: Visit, word: str
    ) -> None:
        assert take(world, a_reply(invited, partstat=word)) is Became.ENTERED
        assert (partstat(world), kept(world)) == (Partstat(word), [])

    def test_decline_keeps_its_comment_as_reason(self, world: World, invited: Visit) -> None:
        take(world, a_reply(invited, partstat="DECLINED", comment="My train"))
        assert world.visits_of()[0].booking_of(VOLUNTEER).reason == "My train"
        assert kept(world) == []

    @pytest.mark.parametrize("word", ["ACCEPTED", "TENTATIVE"])
    def test_words_beside_a_yes_are_for_a_person(
        self, world: World, invited: Visit, word: str
    ) -> None:
        said = a_reply(invited, partstat=word, comment="I bring a robot\\, is that fine?")
        assert [take(world, said), take(world, said)].count(Became.ENTERED) >= 1
        assert partstat(world) is Partstat(word)
        with world.store.read() as work:
            (mail,) = work.inbox.many(state=IncomingState.OPEN, limit=10)
        assert (mail.why, mail.visit) == (Why.WITH_WORDS, invited.uid)
        assert mail.excerpt == "I bring a robot, is that fine?"

    def test_same_reply_again_is_nothing(self, world: World, invited: Visit) -> None:
        take(world, a_reply(invited))
        before = (world.visits_of(), len(world.mail_of(invited)))
        assert take(world, a_reply(invited)) is Became.ENTERED
        assert (world.visits_of(), len(world.mail_of(invited))) == before

    def test_same_no_again_is_nothing(self, world: World, invited: Visit) -> None:
        take(world, a_reply(invited, partstat="DECLINED"))
        before = (world.visits_of(), len(world.mail_of(invited)))
        assert take(world, a_reply(invited, partstat="DECLINED")) is Became.IGNORED
        assert (world.visits_of(), len(world.mail_of(invited)), kept(world)) == (*before, [])

    def test_nobody_answers_for_somebody_else(self, world: World, invited: Visit) -> None:
        world.put_volunteers(*two_more_volunteers())
        for forged, why in (
            (a_reply(invited, sender=STRANGER), Why.UNKNOWN_SENDER),
            (a_reply(invited, sender=BRUNO), Why.NOT_THEIRS),
            (a_reply(invited, attendee=BRUNO, headers="X-Other: 1\r\n"), Why.NOT_THEIRS),
            (a_reply(invited, headers=f"From: {STRANGER}\r\n"), Why.UNKNOWN_SENDER),
        ):
            assert take(world, forged) is Became.KEPT
            assert why in {each for each, _ in kept(world)}
        assert partstat(world) is Partstat.NEEDS_ACTION

    def test_reply_about_another_visit_is_for_a_person(self, world: World, invited: Visit) -> None:
        world.put_volunteers(*two_more_volunteers())
        assert take(world, a_reply(invited, sender=BRUNO, attendee=BRUNO)) is Became.KEPT
        assert kept(world) == [(Why.NOT_THEIRS, invited.uid)]

    def test_no_to_the_first_invitation_counts_after_it_was_confirmed(
        self, world: World, invited: Visit
    ) -> None:
        take(world, a_reply(invited))
        deliver(world)
        assert take(world, a_reply(invited, partstat="DECLINED", sequence=0)) is Became.ENTERED
        assert (partstat(world), kept(world)) == (Partstat.DECLINED, [])

    def test_reply_to_an_older_time_is_for_a_person(self, world: World, invited: Visit) -> None:
        start = invited.period.start + timedelta(days=2)
        move(
            world.store,
            invited.uid,
            start=start,
            actor=world.coordinator,
            now=world.now,
            gazetteer=world.gazetteer,
        )
        world.release()
        deliver(world)
        assert take(world, a_reply(invited, sequence=0)) is Became.KEPT
        assert kept(world) == [(Why.TOO_LATE, invited.uid)]
        assert partstat(world) is Partstat.NEEDS_ACTION
        assert take(world, a_reply(invited, sequence=1)) is Became.ENTERED

    def test_no_that_was_overtaken_on_its_way_is_for_a_person(
        self, world: World, invited: Visit
    ) -> None:
        world.answer(invited, VOLUNTEER, says_yes=True)
        before = f"{world.now - timedelta(hours=1):%Y%m%dT%H%M%SZ}"
        late = a_reply(invited, partstat="DECLINED", written_at=before)
        assert (take(world, late), kept(world)) == (Became.KEPT, [(Why.TOO_LATE, invited.uid)])
        assert partstat(world) is Partstat.ACCEPTED

    def test_proposal_of_another_time_is_for_a_person_who_reads_the_time(
        self, world: World, invited: Visit
    ) -> None:
        assert take(world, a_reply(invited, method="COUNTER")) is Became.KEPT
        with world.store.read() as work:
            (mail,) = work.inbox.many(state=IncomingState.OPEN, limit=10)
        assert (mail.why, mail.visit) == (Why.OTHER_TIME, invited.uid)
        assert mail.excerpt == "2026-12-08 10:40 – 11:30"

    def test_reply_after_the_visit_began_is_too_late(self, world: World, invited: Visit) -> None:
        world.now = invited.period.start
        assert take(world, a_reply(invited)) is Became.KEPT
        assert kept(world) == [(Why.TOO_LATE, invited.uid)]

    def test_reply_to_what_was_never_sent_is_forged(self, world: World) -> None:
        (visit,) = world.invite()
        assert take(world, a_reply(visit)) is Became.KEPT
        assert partstat(world) is Partstat.NEEDS_ACTION

    def test_drop_out_by_calendar_opens_a_search(self, world: World, invited: Visit) -> None:
        take(world, a_reply(invited))
        take(world, a_reply(invited, partstat="DECLINED", sequence=1))
        (visit,) = world.visits_of()
        with world.store.read() as work:
            assert [search.is_on for search in work.stand_ins.of_visits((visit.uid,))] == [True]
        assert visit.state is VisitState.INVITED


class TestOthers:
    def bounce(self, world: World, visit: Visit, *, message_id: str = "") -> bytes:
        row = next(r for r in world.mail_of(visit) if r.recipient == VOLUNTEER)
        known = message_id or message_id_of(row.key, world.letterhead.domain)
        return (
            "From: MAILER-DAEMON@robots.example\r\nSubject: Undelivered\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx.robots.example\r\n\r\n"
            f"Final-Recipient: rfc822; {VOLUNTEER}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "Diagnostic-Code: smtp; 550 no such person\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {known}\r\n--b--\r\n"
        ).encode()

    def test_bounce_of_our_mail_marks_the_address(self, world: World, invited: Visit) -> None:
        assert take(world, self.bounce(world, invited)) is Became.MARKED
        with world.store.read() as work:
            (bounce,) = work.bounces.all()
        assert (bounce.email, bounce.times, bounce.problem) == (
            VOLUNTEER,
            1,
            "550 no such person",
        )
        assert kept(world) == [(Why.CAME_BACK, invited.uid)]

    def test_same_bounce_again_is_nothing(self, world: World, invited: Visit) -> None:
        bounce = b"Message-ID: <1@robots.example>\r\n" + self.bounce(world, invited)
        assert [take(world, bounce) for _ in range(2)] == [Became.MARKED, Became.IGNORED]
        with world.store.read() as work:
            assert [bounce.times for bounce in work.bounces.all()] == [1]

    def test_made_up_bounce_marks_nobody(self, world: World, invited: Visit) -> None:
        forged = self.bounce(world, invited, message_id="<guess@schools.example>")
        assert take(world, forged) is Became.IGNORED
        with world.store.read() as work:
            assert work.bounces.all() == ()

    def test_machines_are_not_answered_and_words_are_kept(self, world: World) -> None:
        words = f"From: {VOLUNTEER}\r\nSubject: Hello\r\n{{}}\r\n\r\nMay I bring a dog?"
        assert take(world, words.format("Auto-Submitted: auto-replied").encode()) is Became.IGNORED
        assert take(world, words.format("X-Other: 1").encode()) is Became.KEPT
        assert kept(world) == [(Why.WORDS, "")]
        own = words.replace(VOLUNTEER, world.letterhead.sender.email).format("X: 1")
        assert take(world, own.encode()) is Became.IGNORED

    def test_teachers_reply_to_their_own_visit_is_for_a_person(
        self, world: World, invited: Visit
    ) -> None:
        assert take(world, a_reply(invited, sender=TEACHER, attendee=TEACHER)) is Became.KEPT
        assert kept(world) == [(Why.NOT_THEIRS, invited.uid)]

    def test_what_is_no_mail_is_refused_and_changes_nothing(self, world: World) -> None:
        with pytest.raises(MailUnreadable):
            take(world, b"\0\0\0")
        assert kept(world) == []
