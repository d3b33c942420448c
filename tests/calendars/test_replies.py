"""Answers from other people's calendars: what they say, and what that may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.replies import Reply, ReplyMethod, Verdict, judge, read_reply
from scheduler.domain.periods import Period
from scheduler.domain.visits import Partstat
from tests.builders import VOLUNTEER

UID = "0c5b1f0e-7d0a-4d0e-9a63-3f6f6c1f2b10"
REPLY = Reply(
    method=ReplyMethod.REPLY,
    uid=UID,
    attendee=VOLUNTEER,
    partstat=Partstat.ACCEPTED,
    sequence=2,
    organizer="visits@schools.example",
    written_at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
)


def an_answer(
    *lines: str,
    method: str = "REPLY",
    partstat: str = "ACCEPTED",
    attendee: str = f"mailto:{VOLUNTEER}",
    organizer: str = "ORGANIZER:mailto:visits@schools.example",
) -> bytes:
    """Return an answer as calendar programs send it."""
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Any//EN", f"METHOD:{method}")
    event = (
        "BEGIN:VEVENT",
        f"UID:{UID}",
        "DTSTAMP:20261122T100000Z",
        "SEQUENCE:2",
        organizer,
        f"ATTENDEE;CN=Amara;PARTSTAT={partstat}:{attendee}",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(filter(None, (*head, *event))).encode() + b"\r\n"


@pytest.mark.parametrize("partstat", list(Partstat))
def test_answer_is_read(partstat: Partstat) -> None:
    assert read_reply(an_answer(partstat=str(partstat))) == replace(REPLY, partstat=partstat)


def test_missing_organizer_is_no_fault() -> None:
    assert read_reply(an_answer(organizer="")) == replace(REPLY, organizer="")


@pytest.mark.parametrize(
    "attendee",
    ["MAILTO:Amara@Robots.example", f"mailto:{VOLUNTEER.replace('@', '%40')}", VOLUNTEER],
)
def test_address_is_compared_as_it_is_kept(attendee: str) -> None:
    assert read_reply(an_answer(attendee=attendee)).attendee == VOLUNTEER


def test_address_that_exchange_gives_beside_its_own_is_taken() -> None:
    octets = an_answer(attendee="/o=ExchangeLabs/cn=amara").replace(
        b"CN=Amara", f"CN=Amara;EMAIL={VOLUNTEER}".encode()
    )
    assert read_reply(octets) == REPLY


def test_comment_is_read_on_its_lines_and_cut_at_a_length() -> None:
    said = read_reply(an_answer(r"COMMENT:I am late\, sorry.\nAmara")).comment
    assert said == "I am late, sorry.\nAmara"
    assert len(read_reply(an_answer("COMMENT:" + "x" * 9000)).comment) == 500


def test_words_that_google_writes_beside_the_answer_are_its_comment() -> None:
    octets = an_answer().replace(b"CN=Amara", b'CN=Amara;X-RESPONSE-COMMENT="See you there"')
    assert read_reply(octets) == replace(REPLY, comment="See you there")


def test_comment_of_empty_lines_is_none() -> None:
    assert read_reply(an_answer(r"COMMENT;LANGUAGE=en-US:\n")).comment == ""


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("DTSTART:20261209T160000Z", "DTEND:20261209T165000Z"),
        (
            "DTSTART;TZID=America/Toronto:20261209T110000",
            "DTEND;TZID=Eastern Standard Time:20261209T115000",
        ),
    ],
)
def test_proposal_of_another_time_is_read_with_its_time(starts: str, ends: str) -> None:
    octets = an_answer(starts, ends, method="COUNTER", partstat="TENTATIVE")
    assert read_reply(octets) == replace(
        REPLY,
        method=ReplyMethod.COUNTER,
        partstat=Partstat.TENTATIVE,
        proposed=Period(
            datetime(2026, 12, 9, 16, 0, tzinfo=UTC), datetime(2026, 12, 9, 16, 50, tzinfo=UTC)
        ),
    )


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("DTSTART:20261209T160000", "DTEND:20261209T165000"),
        ("DTSTART;TZID=Mars/Base:20261209T160000", "DTEND:20261209T165000Z"),
        ("DTSTART;VALUE=DATE:20261209", "DTEND;VALUE=DATE:20261210"),
        ("DTSTART:20261209T160000Z", "DURATION:PT1H"),
        ("DTSTART:20261209T160000Z", "DTEND:20261209T150000Z"),
        ("DTSTART:99999999T999999Z", "DTEND:later Z"),
    ],
)
def test_proposal_of_no_moment_by_a_clock_that_we_know_proposes_none(
    starts: str, ends: str
) -> None:
    assert read_reply(an_answer(starts, ends, method="COUNTER")).proposed is None


def test_answer_without_sequence_is_about_the_first_state() -> None:
    assert read_reply(an_answer().replace(b"SEQUENCE:2\r\n", b"")).sequence == 0


def test_word_that_is_no_answer_is_none() -> None:
    assert read_reply(an_answer(partstat="DELEGATED")).partstat is None


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"Dear all, I can come.",
        an_answer(method="REQUEST"),
        an_answer(method="PUBLISH"),
        an_answer().replace(b"METHOD:REPLY\r\n", b""),
        an_answer().replace(f"UID:{UID}\r\n".encode(), b""),
        an_answer().replace(b"SEQUENCE:2", b"SEQUENCE:-1"),
        an_answer().replace(b"SEQUENCE:2", b"SEQUENCE:" + b"9" * 5000),
        an_answer("ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@robots.example"),
        an_answer().replace(b"VEVENT", b"VTODO"),
    ],
)
def test_what_is_no_answer_of_one_person_is_refused(octets: bytes) -> None:
    with pytest.raises(CalendarUnreadable):
        read_reply(octets)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_nothing_that_is_sent_breaks_the_reader(noise: bytes) -> None:
    for octets in (noise, an_answer().replace(b"SEQUENCE:2", noise)):
        try:
            assert read_reply(octets).uid
        except CalendarUnreadable:
            continue


class TestJudge:
    @pytest.mark.parametrize("sequence", [2, 1, 0])
    def test_answer_to_what_was_sent_last_is_entered(self, sequence: int) -> None:
        assert judge(REPLY, sender="Amara@Robots.example ", last_sequence=sequence) is Verdict.ENTER

    def test_answer_to_what_was_replaced_since_is_outdated(self) -> None:
        assert judge(REPLY, sender=VOLUNTEER, last_sequence=3) is Verdict.OUTDATED

    @pytest.mark.parametrize(
        ("minutes_later", "verdict"),
        [(0, Verdict.ENTER), (5, Verdict.ENTER), (6, Verdict.OUTDATED)],
    )
    def test_answer_that_was_overtaken_on_its_way_is_outdated(
        self, minutes_later: int, verdict: Verdict
    ) -> None:
        assert REPLY.written_at
        since = REPLY.written_at + timedelta(minutes=minutes_later)
        assert judge(REPLY, sender=VOLUNTEER, last_sequence=2, answered_at=since) is verdict

    @pytest.mark.parametrize("sender", ["ben@robots.example", ""])
    def test_answer_from_another_address_is_forged(self, sender: str) -> None:
        assert judge(REPLY, sender=sender, last_sequence=2) is Verdict.FORGED

    def test_answer_of_somebody_who_was_never_asked_is_forged(self) -> None:
        assert judge(REPLY, sender=VOLUNTEER, last_sequence=None) is Verdict.FORGED

    def test_proposal_of_another_time_changes_nothing_and_is_passed_on(self) -> None:
        counter = replace(REPLY, method=ReplyMethod.COUNTER, partstat=Partstat.TENTATIVE)
        assert judge(counter, sender=VOLUNTEER, last_sequence=2) is Verdict.PASS_ON
        assert judge(counter, sender=VOLUNTEER, last_sequence=3) is Verdict.OUTDATED

    @pytest.mark.parametrize("partstat", [None, Partstat.NEEDS_ACTION])
    def test_answer_that_is_none_says_nothing(self, partstat: Partstat | None) -> None:
        silent = replace(REPLY, partstat=partstat)
        assert judge(silent, sender=VOLUNTEER, last_sequence=2) is Verdict.SAYS_NOTHING
