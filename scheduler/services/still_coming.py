"""Still coming? Volunteers are asked before a visit, once more, and then a coordinator sees to it.

A yes ends it, a no is a drop-out like any other. Nobody else is bothered: a visit stays certain
until somebody says otherwise. Who said yes in the last week is not asked. A question tells all
that a reminder does, and stands for the reminder of the week before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from scheduler.domain.mail_rules import (
    LONGEST_BREAK,
    MailRules,
    is_told_by_question,
    ladder,
    reminder_day,
    school_day_before,
)
from scheduler.domain.periods import minute_of
from scheduler.domain.schooldays import SchoolTime
from scheduler.domain.visits import Booking, Partstat, Visit, VisitState, affirm
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.announcements import STILL_COMING, announce
from scheduler.services.ports import Work
from scheduler.services.quiet_hours import DAYS_MAIL_AT
from scheduler.services.records import Activity, OutboxRow, OutboxState

FRESH_YES = timedelta(days=7)
LEFT_AT = time(8)
FIRST, SECOND = "1", "2"
STILL_COMES = "still comes"


def questions_due(
    visit: Visit, rules: MailRules, *, school_time: SchoolTime, now: datetime
) -> tuple[OutboxRow, ...]:
    """Return what a certain visit's volunteers are asked by now; expired where it is too late.

    One question at a time: where the first was missed, the second is all that is asked.
    """
    if not rules.asks_still_coming or visit.state is not VisitState.CONFIRMED:
        return ()
    first, second, left = _moments(visit, rules, school_time=school_time)
    if not first <= now < visit.period.start:
        return ()
    offset, at = (SECOND, second) if now >= second else (FIRST, first)
    asked = announce(
        (visit,),
        purpose=STILL_COMING,
        offset=offset,
        recipients=(b.volunteer_email for b in visit.bookings if _is_asked(b, first)),
        at=at,
        revision=minute_of(visit.period.start),
        facts={"role": "volunteer", "offset": offset},
    )
    state = OutboxState.EXPIRED if now >= left else OutboxState.DUE
    return tuple(replace(row, state=state) for row in asked)


def reminders_beside(
    visit: Visit, rules: MailRules, *, school_time: SchoolTime
) -> Mapping[str, tuple[int, ...]]:
    """Return by guest how many days before the visit they are reminded, questions aside."""
    day = local(visit.period.start, visit.timezone).date()
    questions = ladder(day, days=rules.still_coming_days, school_time=school_time)
    first = at_wall_time(questions.first, DAYS_MAIL_AT, visit.timezone)
    left = tuple(
        days
        for days in rules.reminders
        if not is_told_by_question(reminder_day(day, days=days), questions)
    )
    return {
        booking.volunteer_email: left
        if rules.asks_still_coming and _is_asked(booking, first)
        else rules.reminders
        for booking in visit.present_bookings
    }


def unheard(
    work: Work,
    visits: Iterable[Visit],
    *,
    school_time_by_school: Mapping[str, SchoolTime],
    now: datetime,
) -> tuple[tuple[Visit, str], ...]:
    """Return the volunteers who were asked twice and said nothing, with their visits, by start.

    Two queries at most.
    """
    rules = work.mail_doors.rules()
    silent: dict[str, tuple[Visit, datetime]] = {}
    for visit in visits:
        school_time = school_time_by_school[visit.school]
        if _is_left(visit, rules, school_time=school_time, now=now):
            first, *_ = _moments(visit, rules, school_time=school_time)
            if any(_is_asked(booking, first) for booking in visit.bookings):
                silent[visit.uid] = visit, first
    found = [
        (visit, row.recipient)
        for row in work.outbox.of_subjects(silent)
        for visit, first in (silent[row.subject],)
        if row.purpose == STILL_COMING
        and row.facts["offset"] == SECOND
        and row.state is OutboxState.SENT
        and row.revision == minute_of(visit.period.start)
        and row.recipient in visit.volunteers
        and _is_asked(visit.booking_of(row.recipient), first)
    ]
    return tuple(sorted(found, key=lambda pair: (pair[0].period.start, pair[1])))


def is_asked_again(work: Work, visits: Iterable[Visit], *, email: str) -> bool:
    """Tell whether that person's yes to any of these visits waits for being said again."""
    return bool(_waiting(work, visits, email=email))


def note_yes(work: Work, visits: Iterable[Visit], *, email: str, now: datetime) -> None:
    """Enter that somebody who was asked still comes; a yes that nobody asked for is nothing."""
    asked = _waiting(work, visits, email=email)
    work.visits.save(affirm(visit, email, at=now) for visit in asked)
    work.activities.add(Activity(now, email, STILL_COMES, f"visit:{v.uid}") for v in asked)


def _waiting(work: Work, visits: Iterable[Visit], *, email: str) -> tuple[Visit, ...]:
    """The visits with a question that was made since that person last said yes; one query."""
    certain = {
        visit.uid: visit
        for visit in visits
        if email in visit.volunteers and visit.booking_of(email).partstat is Partstat.ACCEPTED
    }
    rows = work.outbox.of_subjects(certain)
    asked = {r.subject for r in rows if _is_question(r, certain[r.subject], email=email)}
    return tuple(visit for uid, visit in certain.items() if uid in asked)


def _is_question(row: OutboxRow, visit: Visit, *, email: str) -> bool:
    answered_at = visit.booking_of(email).answered_at
    is_about_it = row.purpose == STILL_COMING and row.revision == minute_of(visit.period.start)
    is_open = answered_at is None or answered_at < row.created_at
    return is_about_it and row.recipient == email and is_open


def _moments(
    visit: Visit, rules: MailRules, *, school_time: SchoolTime
) -> tuple[datetime, datetime, datetime]:
    """When the first question is due, the second, and when it is left to a coordinator."""
    visit_day = local(visit.period.start, visit.timezone).date()
    days = ladder(visit_day, days=rules.still_coming_days, school_time=school_time)
    return (
        at_wall_time(days.first, DAYS_MAIL_AT, visit.timezone),
        at_wall_time(days.second, DAYS_MAIL_AT, visit.timezone),
        at_wall_time(days.left, LEFT_AT, visit.timezone),
    )


def _is_left(visit: Visit, rules: MailRules, *, school_time: SchoolTime, now: datetime) -> bool:
    """Tell, at little cost for all visits of a year, whether it is a coordinator's by now."""
    ahead = visit.period.start - now
    is_near = timedelta(0) < ahead <= LONGEST_BREAK * (rules.still_coming_days - 1)
    if visit.state is not VisitState.CONFIRMED or not is_near:
        return False
    visit_day = local(visit.period.start, visit.timezone).date()
    count = rules.still_coming_days - 2
    left = school_day_before(visit_day, count=count, school_time=school_time)
    return now >= at_wall_time(left, LEFT_AT, visit.timezone)


def _is_asked(booking: Booking, first: datetime) -> bool:
    has_said_yes = booking.partstat is Partstat.ACCEPTED and not booking.removed
    answered_at = booking.answered_at
    return has_said_yes and answered_at is not None and answered_at < first - FRESH_YES
