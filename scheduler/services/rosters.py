"""Next week at a glance: rosters for school offices, teachers and volunteers, once a week.

They are told at 15:00 on the last day of school of the week before. A week that was slept
through is made up for on its Monday; after that a roster helps nobody, and is only listed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta

from scheduler.domain.districts import District
from scheduler.domain.mail_rules import roster_day
from scheduler.domain.people import RoleName
from scheduler.domain.schooldays import BellSchedule, SchoolTime
from scheduler.domain.visits import OPEN, Visit, VisitState
from scheduler.domain.zones import at_wall_time, local
from scheduler.services.announcements import ROSTER, outbox_key
from scheduler.services.ports import Store, Work
from scheduler.services.quiet_hours import DAYS_MAIL_AT
from scheduler.services.records import OutboxRow, OutboxState

OFFICE, TEACHER, VOLUNTEER = "office", "teacher", "volunteer"
WEEK, ONE_DAY = timedelta(days=7), timedelta(days=1)
# One visit alone has its reminders, if it is certain; a list begins with the second.
LEAST = 2


def write_rosters(store: Store, *, now: datetime) -> int:
    """Write the rosters that are due and return how many were new.

    Who hears of a week hears of it once; where it is too late, that is written down instead.
    """
    with store.write() as work:
        district = work.districts.get()
        if district is None:
            return 0
        monday, at = _week_to_tell(work, district, now=now)
        if work.outbox.of_subjects((_subject(monday),)):
            return 0
        is_late = now >= at_wall_time(monday + ONE_DAY, time(0), district.timezone)
        state = OutboxState.EXPIRED if is_late else OutboxState.DUE
        uids_by_reader = _readers(work, _visits_of(work, district, monday))
        written = work.outbox.add(
            _roster(email, role, monday=monday, uids=uids, at=at, state=state)
            for (email, role), uids in uids_by_reader.items()
        )
        return 0 if is_late else written


def _week_to_tell(work: Work, district: District, *, now: datetime) -> tuple[date, datetime]:
    """The Monday of the latest week whose moment has come, and that moment."""
    today = local(now, district.timezone).date()
    monday = today - ONE_DAY * today.weekday()
    for each in (monday + WEEK, monday):
        at = _told_at(work, district, each)
        if at <= now:
            break
    return each, at


def _told_at(work: Work, district: District, monday: date) -> datetime:
    everywhere = tuple(c for c in work.districts.closures() if not c.school)
    days = SchoolTime(district.timezone, BellSchedule(""), everywhere, district.year)
    return at_wall_time(roster_day(monday, days), DAYS_MAIL_AT, district.timezone)


def _visits_of(work: Work, district: District, monday: date) -> tuple[Visit, ...]:
    first, end = (at_wall_time(day, time(0), district.timezone) for day in (monday, monday + WEEK))
    found = work.visits.in_states(OPEN, since=first, until=end)
    return tuple(visit for visit in found if first <= visit.period.start)


def _readers(work: Work, visits: tuple[Visit, ...]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Whose roster holds which visits by start; who has several roles gets the widest alone."""
    if not visits:
        return {}
    requests = work.requests.many({visit.request for visit in visits})
    offices = work.people.many(work.people.with_role(RoleName.OFFICE))
    found: dict[tuple[str, str], list[str]] = {}
    for visit in visits:
        teacher = requests[visit.request].teacher_email
        for email, person in offices.items():
            if visit.school in person.schools:
                found.setdefault((email, OFFICE), []).append(visit.uid)
        found.setdefault((teacher, TEACHER), []).append(visit.uid)
        for email in visit.volunteers:
            found.setdefault((email, VOLUNTEER), []).append(visit.uid)
    told = {email for email, role in found if role == OFFICE}
    unsure = {visit.uid for visit in visits if visit.state is not VisitState.CONFIRMED}
    return {
        (email, role): tuple(uids)
        for (email, role), uids in found.items()
        if role == OFFICE or (email not in told and _has_news(role, uids, unsure=unsure))
    }


def _has_news(role: str, uids: Collection[str], *, unsure: Collection[str]) -> bool:
    """Tell whether a list says more than the mails about each of its visits."""
    waits = role == TEACHER and any(uid in unsure for uid in uids)
    return waits or len(uids) >= LEAST


def _roster(
    email: str,
    role: str,
    *,
    monday: date,
    uids: Iterable[str],
    at: datetime,
    state: OutboxState,
) -> OutboxRow:
    subject = _subject(monday)
    return OutboxRow(
        key=outbox_key(subject=subject, purpose=ROSTER, revision=0, recipient=email),
        subject=subject,
        purpose=ROSTER,
        recipient=email,
        created_at=at,
        due_at=at,
        state=state,
        facts={"visits": list(uids), "role": role, "monday": monday},
    )


def _subject(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"roster-{year}-W{week:02}"
