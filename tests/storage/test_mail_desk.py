"""Mail that came in, the log of mail, and the diary read alike on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.incoming import Incoming, IncomingState, Why, settle
from scheduler.domain.periods import DateRange
from scheduler.domain.visits import Booking, Partstat, PendingMove
from scheduler.services.ports import (
    Activity,
    DiaryWanted,
    Guest,
    MailWanted,
    OutboxState,
    OwnWeek,
    Store,
)
from scheduler.services.records import OutboxRow
from tests.builders import DAY, NOW, TEACHER, VOLUNTEER, a_visit, a_volunteer, period
from tests.storage.district import BRUNO, CHLOE, OTHER_TEACHER

MAIL = Incoming(
    key="one",
    received_at=NOW,
    sender_sha256="0" * 64,
    sender_name="Amara",
    subject="Re: Robots",
    excerpt="Yes",
    why=Why.WORDS,
    email=VOLUNTEER,
    visit=a_visit().uid,
)
LATER = NOW + timedelta(hours=1)
THAT_DAY = period(f"{DAY} 00:00-23:59")
ROW = OutboxRow(
    key="a", subject="x", purpose="reminder", recipient=VOLUNTEER, created_at=NOW, due_at=NOW
)


def test_incoming_mail_is_read_as_it_was_written_and_changed(store: Store) -> None:
    done = settle(MAIL, by="Carla", at=LATER)
    with store.write() as work:
        work.visits.add((a_visit(),))
        assert work.inbox.add((MAIL, replace(MAIL, key="two", received_at=LATER))) == 2
        assert work.inbox.add((done,)) == 0
        assert work.inbox.get("one") == MAIL
        work.inbox.save((done,))
    with store.read() as work:
        assert work.inbox.get("one") == done
        assert work.inbox.count(IncomingState.OPEN) == 1
        open_ones = work.inbox.many(state=IncomingState.OPEN, limit=5)
        assert [mail.key for mail in open_ones] == ["two"]
        assert work.inbox.many(state=IncomingState.OPEN, limit=5, offset=1) == ()


def test_mail_outlives_a_visit_that_was_taken_back_and_knows_no_stranger(store: Store) -> None:
    with store.write() as work:
        work.visits.add((a_visit(),))
        work.inbox.add((MAIL, replace(MAIL, key="two", email="x@elsewhere.example")))
    with store.write() as work:
        work.visits.remove((a_visit().uid,))
    with store.read() as work:
        assert work.inbox.get("one") == replace(MAIL, visit="")
        assert work.inbox.get("two") == replace(MAIL, key="two", email="", visit="")


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (MailWanted(), ["c", "b", "a"]),
        (MailWanted((OutboxState.SENT,)), ["b"]),
        (MailWanted(text="AMARA"), ["b", "a"]),
        (MailWanted(text="okaf ÁMA"), ["b", "a"]),
        (MailWanted(text="_mara"), []),
        (MailWanted(text="schools.example"), ["c"]),
        (MailWanted(subjects=("x",)), ["a"]),
        (MailWanted(subjects=()), []),
    ],
)
def test_log_gives_the_mail_wanted_the_latest_first(
    store: Store, wanted: MailWanted, keys: list[str]
) -> None:
    with store.write() as work:
        work.outbox.add(
            (
                ROW,
                replace(ROW, key="b", subject="y", state=OutboxState.SENT, created_at=LATER),
                replace(ROW, key="c", subject="y", recipient=TEACHER, created_at=LATER),
            )
        )
    with store.read() as work:
        found = work.mail_log.many(wanted, limit=5)
        assert [mail.row.key for mail in found] == keys
        assert [m.row.key for m in work.mail_log.many(wanted, limit=5, offset=1)] == keys[1:]
        one = work.mail_log.get("a")
        assert one
        assert (one.row, one.name) == (ROW, "Amara Okafor")
        assert work.mail_log.get("none") is None


def test_diary_shows_each_their_own(store: Store) -> None:
    declined = Booking(BRUNO, Partstat.DECLINED, reason="away", removed=True)
    visit = a_visit(bookings=(Booking(VOLUNTEER), declined))
    with store.write() as work:
        work.visits.add((visit,))
    everyone = (
        (DiaryWanted(is_all=True), True),
        (DiaryWanted(teacher=TEACHER), True),
        (DiaryWanted(volunteer=VOLUNTEER), True),
        (DiaryWanted(schools=("maple",)), True),
        (DiaryWanted(), False),
        (DiaryWanted(teacher=OTHER_TEACHER), False),
        (DiaryWanted(volunteer=BRUNO), False),
        (DiaryWanted(volunteer=CHLOE, schools=("birch",)), False),
    )
    with store.read() as work:
        for wanted, sees_it in everyone:
            assert (work.diary.lines(wanted, within=THAT_DAY) != ()) is sees_it
            assert (work.diary.line(wanted, uid=visit.uid) is not None) is sees_it
        (line,) = work.diary.lines(DiaryWanted(is_all=True), within=THAT_DAY)
        after = period("2026-12-08 10:41-12:00")
        assert work.diary.lines(DiaryWanted(is_all=True), within=after) == ()
    assert line.guests == (
        Guest(VOLUNTEER, "Amara Okafor", Partstat.NEEDS_ACTION),
        Guest(BRUNO, "Bruno Silva", Partstat.DECLINED, "away", removed=True),
    )
    assert (line.period, line.class_name, line.request) == (visit.period, "5A", "robots")
    assert line.host_agrees


def test_diary_tells_of_a_move_and_of_a_teacher_who_has_not_agreed(store: Store) -> None:
    move = PendingMove(period("2026-12-10 10:40-11:30"), "12", a_visit().hosts, NOW, LATER)
    with store.write() as work:
        work.visits.add((a_visit(pending_move=move, host_agrees=False),))
    with store.read() as work:
        line = work.diary.line(DiaryWanted(is_all=True), uid=a_visit().uid)
        facts = work.diary.facts(a_visit().uid)
        assert work.diary.facts("none") is None
    assert line
    assert facts
    assert (line.moves_to, line.moves_at, line.host_agrees) == (move.period.start, LATER, False)
    assert (facts.siblings, facts.students) == ((a_visit().uid,), 24)


def test_weeks_and_history_are_read_as_they_were_written(store: Store) -> None:
    weekly = (WeeklyAvailability(0, time(9), time(11)), WeeklyAvailability(2, time(13), time(15)))
    away = (DaysAway(DateRange(DAY, DAY)),)
    entry = Activity(NOW, TEACHER, "cancelled", "visit:1", {"reason": "snow"})
    person = a_volunteer(weekly=weekly, away=away, timezone="America/Vancouver")
    with store.write() as work:
        work.volunteers.put((person,))
        work.activities.add((entry, replace(entry, subject="visit:2")))
    with store.read() as work:
        week = OwnWeek(weekly, away, "America/Vancouver")
        assert work.diary.weeks((VOLUNTEER, "nobody")) == {VOLUNTEER: week}
        assert work.diary.timezone_of(VOLUNTEER) == "America/Vancouver"
        assert work.diary.timezone_of(TEACHER) == ""
        assert work.diary.history(("visit:1", "request:1")) == (entry,)
