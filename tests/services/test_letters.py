"""One mail: what it tells, which links it shows whom, and when it is no longer wanted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from scheduler.domain.periods import minute_of
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Partstat, VisitState, cancel
from scheduler.factory import mail_renderer
from scheduler.mail.messages import message_id_of
from scheduler.mail.pauses import at_once
from scheduler.mail.words import MESSAGES
from scheduler.services import announcements as news
from scheduler.services.letters import (
    Letterhead,
    Reader,
    facts_for,
    letter,
    links_for,
    role_of,
)
from scheduler.services.own_links import ENDING_DOOR, ending_address
from scheduler.services.records import Mailbox, OutboxRow
from scheduler.services.still_true import is_still_wanted, still_told
from scheduler.services.tokens import answer_token, door_token
from tests.builders import (
    COORDINATOR,
    NOW,
    TEACHER,
    VOLUNTEER,
    a_sheet,
    a_visit,
    moment,
    period,
    some_bookings,
)
from tests.outside.ics_reading import read

BRUNO = "bruno@robots.example"
KEY = b"k" * 32
SITE = "https://visits.example"
HEAD = Letterhead(
    sender=Mailbox("School visits", "visits@schools.example"),
    reply_address="",
    base_url=SITE,
    secret_key=KEY,
    render=mail_renderer(),
)
START = a_visit().period.start

VISIT_PURPOSES = (
    news.INVITATION,
    news.ANNOUNCEMENT,
    news.CONFIRMATION,
    news.CONFIRMATION_TEACHER,
    news.CHANGE,
    news.CANCELLATION,
    news.REMINDER,
    news.DECLINED,
    news.REOPENED,
    news.TAKEN_OUT,
)

STATE_BY_PURPOSE = {
    news.CONFIRMATION: VisitState.CONFIRMED,
    news.CONFIRMATION_TEACHER: VisitState.CONFIRMED,
    news.REMINDER: VisitState.CONFIRMED,
    news.CANCELLATION: VisitState.CANCELLED,
}


def a_row(purpose: str, recipient: str = VOLUNTEER, **changes: object) -> OutboxRow:
    """Return the outbox row of a mail about the visit of ``a_sheet``."""
    row = OutboxRow(
        key=f"0c5b/{purpose}/0/{recipient}",
        subject=a_visit().uid,
        purpose=purpose,
        recipient=recipient,
        created_at=NOW,
        due_at=NOW,
        revision=minute_of(START),
        facts={"visits": [a_visit().uid]},
    )
    return replace(row, **changes)


def sheet_in(state: VisitState, partstat: Partstat = Partstat.NEEDS_ACTION) -> VisitSheet:
    """Return the sheet of a visit in that state, with that answer of Amara's."""
    bookings = some_bookings(VOLUNTEER, partstat=partstat)
    if partstat is Partstat.DECLINED:
        bookings = (replace(bookings[0], removed=True), *some_bookings(BRUNO))
    return a_sheet(a_visit(state=state, bookings=bookings))


def write(
    row: OutboxRow, *sheets: VisitSheet, now: datetime = NOW, link_generation: int = 0
) -> EmailMessage:
    """Compose the mail of a row for its recipient."""
    name = {VOLUNTEER: "Amara Okafor", TEACHER: "Lena Fischer"}.get(row.recipient, "Carla Meyer")
    role = role_of(row.recipient, sheets)
    reader = Reader(name, row.recipient, role, link_generation=link_generation)
    mail = at_once(
        letter(row, sheets, reader=reader, head=HEAD, site_name="Lakeshore visits", now=now)
    )
    return mail.message


def text_of(message: EmailMessage) -> str:
    """Return a mail's plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class TestWanted:
    OPEN_STATES = frozenset({VisitState.INVITED, VisitState.CONFIRMED})

    @pytest.mark.parametrize(
        ("purpose", "recipient", "states"),
        [
            (news.INVITATION, VOLUNTEER, OPEN_STATES),
            (news.ANNOUNCEMENT, TEACHER, OPEN_STATES),
            (news.CONFIRMATION, VOLUNTEER, {VisitState.CONFIRMED}),
            (news.CONFIRMATION_TEACHER, TEACHER, {VisitState.CONFIRMED}),
            (news.CHANGE, VOLUNTEER, OPEN_STATES),
            (news.CHANGE, TEACHER, OPEN_STATES),
            (news.REMINDER, VOLUNTEER, {VisitState.CONFIRMED}),
            (news.REMINDER, TEACHER, {VisitState.CONFIRMED}),
            (news.CANCELLATION, VOLUNTEER, {VisitState.CANCELLED}),
            (news.CANCELLATION, TEACHER, {VisitState.CANCELLED}),
            (news.TAKEN_OUT, VOLUNTEER, frozenset()),
            (news.DECLINED, COORDINATOR, frozenset(VisitState)),
            (news.REOPENED, TEACHER, frozenset(VisitState)),
        ],
    )
    def test_news_is_wanted_while_the_visit_stands_so(
        self, purpose: str, recipient: str, states: frozenset[VisitState]
    ) -> None:
        row = a_row(purpose, recipient)
        wanted = {s for s in VisitState if is_still_wanted(row, (sheet_in(s),), now=NOW)}
        assert wanted == states

    @pytest.mark.parametrize("purpose", VISIT_PURPOSES)
    def test_news_of_a_visit_that_was_taken_back_is_not_wanted(self, purpose: str) -> None:
        assert not is_still_wanted(a_row(purpose), (), now=NOW)

    @pytest.mark.parametrize(
        "purpose", [news.INVITATION, news.CONFIRMATION, news.CHANGE, news.REMINDER]
    )
    def test_who_left_wants_no_news_but_that_they_left(self, purpose: str) -> None:
        for state in self.OPEN_STATES:
            left = (sheet_in(state, Partstat.DECLINED),)
            assert not is_still_wanted(a_row(purpose), left, now=NOW)
            assert is_still_wanted(a_row(news.TAKEN_OUT), left, now=NOW)

    def test_who_has_answered_wants_no_invitation(self) -> None:
        answered = (sheet_in(VisitState.INVITED, Partstat.ACCEPTED),)
        assert not is_still_wanted(a_row(news.INVITATION), answered, now=NOW)

    @pytest.mark.parametrize("purpose", [news.INVITATION, news.REMINDER])
    def test_nobody_is_asked_or_reminded_once_it_has_begun(self, purpose: str) -> None:
        certain = {news.INVITATION: VisitState.INVITED, news.REMINDER: VisitState.CONFIRMED}
        sheets = (sheet_in(certain[purpose]),)
        assert is_still_wanted(a_row(purpose), sheets, now=START - timedelta(seconds=1))
        assert not is_still_wanted(a_row(purpose), sheets, now=START)

    def test_reminder_is_of_its_own_time_alone(self) -> None:
        row = a_row(news.REMINDER, revision=minute_of(START) - 1440)
        assert not is_still_wanted(row, (sheet_in(VisitState.CONFIRMED),), now=NOW)

    @pytest.mark.parametrize(("minutes", "is_wanted"), [(59, True), (60, False)])
    def test_link_to_sign_in_is_wanted_for_an_hour(self, minutes: int, is_wanted: bool) -> None:
        row = a_row(news.SIGN_IN)
        assert is_still_wanted(row, (), now=NOW + timedelta(minutes=minutes)) is is_wanted

    def test_series_is_told_but_for_the_dates_that_fell_away(self) -> None:
        first, second = sheet_in(VisitState.INVITED), sheet_in(VisitState.INVITED)
        off = replace(first, visit=cancel(first.visit, reason="", at=NOW))
        row = a_row(news.INVITATION)
        assert still_told(row, (off, second), now=NOW) == (second,)
        assert is_still_wanted(row, (off, second), now=NOW)
        assert not is_still_wanted(row, (off, off), now=NOW)


class TestRole:
    def test_each_is_told_apart(self) -> None:
        sheets = (a_sheet(),)
        assert [role_of(email, sheets) for email in (VOLUNTEER, TEACHER, COORDINATOR)] == [
            "volunteer",
            "teacher",
            "coordinator",
        ]

    def test_who_left_is_still_a_volunteer(self) -> None:
        assert role_of(VOLUNTEER, (sheet_in(VisitState.INVITED, Partstat.DECLINED),)) == "volunteer"

    def test_without_a_visit_nobody_is_more_than_a_reader(self) -> None:
        assert role_of(VOLUNTEER, ()) == "coordinator"


class TestLinks:
    TOKEN = answer_token(a_visit().uid, VOLUNTEER, key=KEY)

    def test_guest_is_shown_the_way_to_answer(self) -> None:
        row, reader = a_row(news.INVITATION), Reader("Amara", VOLUNTEER, "volunteer")
        links = links_for(row, (a_sheet(),), reader=reader, head=HEAD, token="")
        assert links == {
            "feed": f"{SITE}/calendars",
            "home": f"{SITE}/",
            "availability": f"{SITE}/availability",
            "sign_in": f"{SITE}/login",
            "page": f"{SITE}/r/{self.TOKEN}",
            "answer": f"{SITE}/r/{self.TOKEN}?a=yes",
            "answer_no": f"{SITE}/r/{self.TOKEN}?a=no",
            "cant": f"{SITE}/v/{self.TOKEN}/cant",
            "choices": f"{SITE}/m/{door_token('mail', VOLUNTEER, key=KEY)}",
            "joinings": f"{SITE}/joining",
            "offers": f"{SITE}/other-times",
        }

    @pytest.mark.parametrize(
        ("role", "has_visits"),
        [("volunteer", True), ("teacher", True), ("coordinator", False), ("office", False)],
    )
    def test_calendar_of_own_visits_is_shown_to_those_who_have_some(
        self, role: str, has_visits: bool
    ) -> None:
        row, reader = a_row(news.CONFIRMATION_TEACHER, "x@schools.example"), Reader("", "x@", role)
        links = links_for(row, (a_sheet(),), reader=reader, head=HEAD, token="")
        assert ("feed" in links) is has_visits

    def test_office_is_led_to_the_day_of_the_visit(self) -> None:
        row, reader = a_row(news.CANCELLATION, "x@schools.example"), Reader("", "x@", "office")
        links = links_for(row, (a_sheet(),), reader=reader, head=HEAD, token="")
        assert links["page"] == f"{SITE}/day?day=2026-12-08"

    @pytest.mark.parametrize(
        ("purpose", "role"),
        [
            (news.INVITATION, "volunteer"),
            (news.STILL_RIGHT, "volunteer"),
            (news.STAND_IN_ASK, ""),
            (news.FEEDBACK, "teacher"),
        ],
    )
    def test_every_secret_is_of_the_readers_generation(self, purpose: str, role: str) -> None:
        row = a_row(purpose, facts={"search": "search:1"})
        of_generation = [
            links_for(row, (a_sheet(),), reader=reader, head=HEAD, token="")
            for reader in (Reader("", VOLUNTEER, role, link_generation=n) for n in (0, 1))
        ]
        signed = [
            {name for name, link in links.items() if re.search(r"/(r|v|f|s|m|keep)/", link)}
            for links in of_generation
        ]
        first, second = of_generation
        assert signed[0] == signed[1] == {name for name in first if first[name] != second[name]}
        assert len(signed[0]) > 1

    def test_reminders_lists_and_digests_alone_can_be_ended_by_a_mail_program(self) -> None:
        def ends(purpose: str) -> bool:
            return bool(ending_address(a_row(purpose), base_url=SITE, key=KEY))

        assert set(filter(ends, MESSAGES)) == {news.REMINDER, news.ROSTER, news.DIGEST}

    def test_address_that_ends_mail_is_of_no_generation_and_opens_nothing_else(self) -> None:
        ended = ending_address(a_row(news.REMINDER), base_url=SITE, key=KEY)
        secret = door_token(ENDING_DOOR, VOLUNTEER, key=KEY)
        assert ended == f"{SITE}/m/{secret}/reminder"
        mail = write(a_row(news.REMINDER), sheet_in(VisitState.CONFIRMED), link_generation=1)
        assert mail["List-Unsubscribe"] == f"<{ended}>"

    @pytest.mark.parametrize("role", ["teacher", "coordinator"])
    def test_others_are_shown_the_request_and_no_answer(self, role: str) -> None:
        row = a_row(news.ANNOUNCEMENT, TEACHER)
        reader = Reader("Lena", row.recipient, role)
        links = links_for(row, (a_sheet(),), reader=reader, head=HEAD, token="")
        assert links["page"] == f"{SITE}/requests/robots"
        assert links.keys().isdisjoint({"answer", "answer_no", "cant"})

    def test_link_to_sign_in_bears_its_token(self) -> None:
        row, reader = a_row(news.SIGN_IN), Reader("Carla", COORDINATOR, "coordinator")
        links = links_for(row, (), reader=reader, head=HEAD, token="t0k3n")
        assert links["sign_in"] == f"{SITE}/login/t0k3n"


class TestFacts:
    @pytest.mark.parametrize(
        ("now", "days"),
        [("2026-12-07 23:59", 1), ("2026-12-08 00:01", 0), ("2026-12-01 00:01", 7)],
    )
    def test_days_are_counted_on_the_schools_calendar(self, now: str, days: int) -> None:
        row = a_row(news.REMINDER)
        assert facts_for(row, (a_sheet(),), now=moment(now), has_calendar=False)["days"] == days

    def test_who_called_a_visit_off_reads_it_as_their_own_deed(self) -> None:
        facts = {"by": "Lena Fischer", "is_own": True}
        row = a_row(news.CANCELLATION, TEACHER, facts=facts)
        mail = text_of(write(row, sheet_in(VisitState.CANCELLED)))
        assert "Everyone who knew of it is told." in mail
        assert "We are sorry" not in mail

    def test_guest_who_left_is_named(self) -> None:
        row = a_row(news.DECLINED, COORDINATOR, facts={"volunteer": VOLUNTEER, "by": "Carla"})
        assert facts_for(row, (a_sheet(),), now=NOW, has_calendar=True) == {
            "minutes": 15,
            "has_calendar": True,
            "by": "Carla",
            "days": 17,
            "speaker_name": "Amara",
            "has_lapsed": False,
        }


class TestLetter:
    def sheet(self, purpose: str) -> VisitSheet:
        """Return a sheet of which that news holds."""
        if purpose == news.TAKEN_OUT:
            return sheet_in(VisitState.INVITED, Partstat.DECLINED)
        return sheet_in(STATE_BY_PURPOSE.get(purpose, VisitState.INVITED))

    @pytest.mark.parametrize(
        ("purpose", "method"),
        [
            (news.INVITATION, "REQUEST"),
            (news.ANNOUNCEMENT, ""),
            (news.CONFIRMATION, "REQUEST"),
            (news.CHANGE, "REQUEST"),
            (news.CANCELLATION, "CANCEL"),
            (news.TAKEN_OUT, "CANCEL"),
            (news.REMINDER, ""),
        ],
    )
    def test_calendar_part_goes_with_what_changes_a_calendar(
        self, purpose: str, method: str
    ) -> None:
        old = period("2026-12-07 10:40-11:30")
        facts = {
            "old_start": old.start.isoformat(),
            "old_end": old.end.isoformat(),
            "old_room": "12",
        }
        message = write(a_row(purpose, facts=facts), self.sheet(purpose))
        parts = [p for p in message.walk() if p.get_content_type() == "text/calendar"]
        assert [read(p.get_payload(decode=True)).value("METHOD") for p in parts] == (
            [method] if method else []
        )

    @pytest.mark.parametrize("purpose", [news.INVITATION, news.ANNOUNCEMENT])
    def test_series_brings_no_calendar_part_and_tells_every_date(self, purpose: str) -> None:
        later = a_visit(uid="2", session=2, period=period("2026-12-15 10:40-11:30"))
        sheets = (a_sheet(sessions=2), a_sheet(later, sessions=2))
        message = write(a_row(purpose), *sheets)
        assert "text/calendar" not in {p.get_content_type() for p in message.walk()}
        assert "8 December 2026" in text_of(message)
        assert "15 December 2026" in text_of(message)

    @pytest.mark.parametrize("purpose", [news.DECLINED, news.REOPENED])
    def test_coordinators_and_teachers_calendars_are_not_touched_by_a_no(
        self, purpose: str
    ) -> None:
        row = a_row(purpose, COORDINATOR, facts={"volunteer": VOLUNTEER, "reason": "I am ill"})
        message = write(row, sheet_in(VisitState.INVITED, Partstat.DECLINED))
        assert "text/calendar" not in {p.get_content_type() for p in message.walk()}

    def test_same_row_gives_the_same_octets(self) -> None:
        row = a_row(news.INVITATION)
        first = write(row, a_sheet())
        assert first.as_bytes() == write(row, a_sheet(), now=NOW + timedelta(hours=2)).as_bytes()
        assert first["Message-ID"] == message_id_of(row.key, "schools.example")
        assert first["Date"].datetime == NOW

    def test_it_says_that_it_was_written_by_a_machine(self) -> None:
        assert write(a_row(news.INVITATION), a_sheet())["Auto-Submitted"] == "auto-generated"


class TestLetterhead:
    @pytest.mark.parametrize(
        ("email", "domain"), [("visits@schools.example", "schools.example"), ("x@", "localhost")]
    )
    def test_message_ids_end_in_the_senders_domain(self, email: str, domain: str) -> None:
        assert replace(HEAD, sender=Mailbox("Visits", email)).domain == domain

    def test_organizer_is_whoever_reads_the_replies(self) -> None:
        assert HEAD.organizer == Mailbox("School visits", "visits@schools.example")
        read_here = replace(HEAD, reply_address="reply@schools.example")
        assert read_here.organizer == Mailbox("School visits", "reply@schools.example")
