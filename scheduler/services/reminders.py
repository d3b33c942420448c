"""What falls due by itself: reminders of visits, and questions to volunteers.

Everything is computed from the visits as they stand, so a clock that was stopped catches up:
what is still useful is written once, what came too late is written down as such and never
sent. A reminder whose moment lay before the visit was certain is never made: the news that it
is reminds enough. Where a guest is asked "still coming?", that question stands for the reminder
of the week before it: two mails never say the same.

Reminders are due at 15:00, as many days before as the district decided. For a school they go
on the last school day until then, as nobody reads its mail on a Sunday.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from scheduler.domain.districts import District
from scheduler.domain.joining import WELCOME_ASKS_FOR
from scheduler.domain.mail_rules import MailRules, last_day_told, reminder_day
from scheduler.domain.periods import minute_of
from scheduler.domain.schooldays import SchoolTime
from scheduler.domain.visits import Visit, VisitState
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.announcements import ASK_AVAILABILITY, REMINDER, announce, outbox_key
from scheduler.services.catching_up import done_until
from scheduler.services.picture import school_times
from scheduler.services.ports import Store, Work
from scheduler.services.quiet_hours import DAYS_MAIL_AT
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.still_coming import questions_due, reminders_beside

MARK = "reminders"
MISSED_WITHIN, MISSED_AT_MOST = timedelta(days=2), timedelta(days=60)


def write_due(store: Store, *, now: datetime) -> int:
    """Write every reminder and question that is due and return how many were new."""
    with store.write() as work:
        district = work.districts.get()
        if district is None:
            return 0
        since = done_until(work, MARK, now=now, at_first=MISSED_WITHIN, at_most=MISSED_AT_MOST)
        due, late = _about_visits(work, times_of_schools(work, district), since=since, now=now)
        work.outbox.add(late)
        return work.outbox.add((*due, *_questions(work, district, now=now)))


def reminder_moment(visit: Visit, *, days: int, school_time: SchoolTime | None = None) -> datetime:
    """Return the moment so many days before the visit; for its school with ``school_time``."""
    visit_day = local(visit.period.start, visit.timezone).date()
    day = reminder_day(visit_day, days=days, school_time=school_time)
    return at_wall_time(day, DAYS_MAIL_AT, visit.timezone)


def due_offset(
    visit: Visit,
    *,
    now: datetime,
    school_time: SchoolTime | None = None,
    offsets_days: Iterable[int] = MailRules().reminders,
) -> int | None:
    """Return the one offset in days whose reminder is useful now, if any."""
    if visit.state is not VisitState.CONFIRMED or now >= visit.period.start:
        return None
    moments = {
        days: reminder_moment(visit, days=days, school_time=school_time) for days in offsets_days
    }
    passed = [days for days, moment in moments.items() if moment <= now]
    if not passed:
        return None
    nearest = max(passed, key=lambda days: moments[days])
    return nearest if _certain_since(visit) < moments[nearest] else None


def times_of_schools(work: Work, district: District) -> Mapping[str, SchoolTime]:
    """Return by school its clock and calendar; three queries."""
    return school_times(
        work.districts.schools(),
        district=district,
        bells=work.districts.bell_schedules(),
        closures=work.districts.closures(),
    )


def _certain_since(visit: Visit) -> datetime:
    """The last yes; where the parties agreed beforehand, the booking itself."""
    answers = (b.answered_at for b in visit.present_bookings if b.answered_at)
    return max((visit.created_at, *answers))


def _about_visits(
    work: Work, times: Mapping[str, SchoolTime], *, since: datetime, now: datetime
) -> tuple[tuple[OutboxRow, ...], tuple[OutboxRow, ...]]:
    """The reminders and questions that are due, and those that nobody wrote in time."""
    if not times:
        return (), ()
    rules = work.mail_doors.rules()
    states = (VisitState.CONFIRMED, VisitState.HAPPENED)
    calendars = {(each.timezone, each.closures, each.year): each for each in times.values()}
    until = max(_told_until(each, rules, now=now) for each in calendars.values())
    visits = work.visits.in_states(states, since=since, until=until)
    requests = work.requests.many({visit.request for visit in visits})
    due: list[OutboxRow] = []
    late: list[OutboxRow] = []
    for visit in visits:
        teacher = requests[visit.request].teacher_email
        school_time = times[visit.school]
        if now < visit.period.start:
            due += _reminders_of(visit, teacher, rules, school_time=school_time, now=now)
            due += questions_due(visit, rules, school_time=school_time, now=now)
            continue
        before = replace(visit, state=VisitState.CONFIRMED)
        last = visit.period.start - timedelta(seconds=1)
        late += _reminders_of(before, teacher, rules, school_time=school_time, now=last)
    too_late = tuple(row for row in due if row.state is OutboxState.EXPIRED)
    on_time = tuple(row for row in due if row.state is OutboxState.DUE)
    return on_time, (*too_late, *(replace(row, state=OutboxState.EXPIRED) for row in late))


def _told_until(school_time: SchoolTime, rules: MailRules, *, now: datetime) -> datetime:
    """The moment from which on a visit at that school begins too late to be told of by now."""
    today = local(now, school_time.timezone).date()
    last = last_day_told(today, rules, school_time=school_time)
    return at_wall_time(last + timedelta(1), time(0), school_time.timezone)


def _reminders_of(
    visit: Visit, teacher: str, rules: MailRules, *, school_time: SchoolTime, now: datetime
) -> tuple[OutboxRow, ...]:
    """Those of the guests, on any day, and the teacher's, on days of school."""
    if visit.state is not VisitState.CONFIRMED:
        return ()
    beside = reminders_beside(visit, rules, school_time=school_time)
    readers = (
        *((email, None, offsets) for email, offsets in beside.items()),
        (teacher, school_time, rules.reminders),
    )
    rows: list[OutboxRow] = []
    for email, on_days_of, offsets in readers:
        days = due_offset(visit, now=now, school_time=on_days_of, offsets_days=offsets)
        if days is not None:
            at = reminder_moment(visit, days=days, school_time=on_days_of)
            rows.append(_reminder(visit, email, days=days, at=at))
    return tuple(rows)


def _reminder(visit: Visit, recipient: str, *, days: int, at: datetime) -> OutboxRow:
    offset = f"{days}d"
    (row,) = announce(
        (visit,),
        purpose=REMINDER,
        offset=offset,
        recipients=(recipient,),
        at=at,
        revision=minute_of(visit.period.start),
        facts={"offset": offset},
    )
    return row


def _questions(work: Work, district: District, *, now: datetime) -> tuple[OutboxRow, ...]:
    """Ask once a school year when somebody can visit of whom nothing is known.

    Whoever was welcomed lately was asked by the welcome.
    """
    year = district.year.first.year if district.year else now.year
    welcomed = work.joinings.accepted_since(now - WELCOME_ASKS_FOR)
    return tuple(
        OutboxRow(
            key=outbox_key(
                subject="availability", purpose=ASK_AVAILABILITY, revision=year, recipient=email
            ),
            subject="availability",
            purpose=ASK_AVAILABILITY,
            recipient=email,
            revision=year,
            created_at=now,
            due_at=now,
            facts={"role": "volunteer"},
        )
        for email in work.volunteers.without_availability()
        if email not in welcomed
    )
