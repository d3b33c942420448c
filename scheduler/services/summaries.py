"""What was approved today, in one mail a day: for coordinators, principals and school offices.

Written in the moment of release, so that an approval which was taken back is never told of.
However many releases a day has, each of these people has one mail of them to come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from scheduler.domain.people import RoleName
from scheduler.domain.visits import Visit
from scheduler.domain.zones import local
from scheduler.services.announcements import APPROVED, outbox_key
from scheduler.services.picture import load_district
from scheduler.services.ports import Work
from scheduler.services.quiet_hours import days_mail_after
from scheduler.services.records import OutboxRow, OutboxState

OFFICE, COORDINATOR = "office", "coordinator"
OF_A_SCHOOL = (RoleName.OFFICE, RoleName.APPROVER)


def sum_up(work: Work, released: Iterable[Visit], *, now: datetime) -> None:
    """Add these visits to the summaries of the day; a handful of queries whatever the number."""
    visits = tuple(released)
    if not visits:
        return
    zone = load_district(work).timezone
    subject = f"approved-{local(days_mail_after(now, zone=zone), zone).date()}"
    known: dict[str, list[OutboxRow]] = {}
    for row in work.outbox.of_subjects((subject,)):
        known.setdefault(row.recipient, []).append(row)
    names = {key: school.name for key, school in work.districts.schools().items()}
    rows = []
    for (email, role), theirs in _readers(work, visits).items():
        row = _row_for(email, known.get(email, ()), subject=subject, at=now)
        facts = _told(theirs, row.facts, names=names)
        rows.append(replace(row, facts={**facts, "role": role}))
    work.outbox.remove(row.key for row in rows)
    work.outbox.add(rows)


def _row_for(email: str, known: Sequence[OutboxRow], *, subject: str, at: datetime) -> OutboxRow:
    """The summary that waits for the day's mail, else another: what went out stays as it went."""
    waiting = next((row for row in known if row.state is OutboxState.DUE), None)
    revision = len(known)
    return waiting or OutboxRow(
        key=outbox_key(subject=subject, purpose=APPROVED, revision=revision, recipient=email),
        subject=subject,
        purpose=APPROVED,
        recipient=email,
        revision=revision,
        created_at=at,
        due_at=at,
    )


def _readers(work: Work, visits: tuple[Visit, ...]) -> Mapping[tuple[str, str], tuple[Visit, ...]]:
    """Who is told of which visits; who coordinates is told of all, whatever else they are."""
    overseers = work.people.with_role(RoleName.COORDINATOR)
    others = {email for role in OF_A_SCHOOL for email in work.people.with_role(role)}
    found = {(email, COORDINATOR): visits for email in overseers}
    for email, person in work.people.many(others - set(overseers)).items():
        theirs = tuple(visit for visit in visits if visit.school in person.schools)
        if theirs:
            found[email, OFFICE] = theirs
    return found


def _told(
    visits: Iterable[Visit], before: Mapping[str, object], *, names: Mapping[str, str]
) -> dict[str, object]:
    """How many visits in which weeks, at which schools, with what was to be told before."""
    weeks: Counter[date] = Counter(dict(_pairs(before.get("weeks", ()))))
    schools = set(_texts(before.get("schools", ())))
    for visit in visits:
        day = local(visit.period.start, visit.timezone).date()
        weeks[day - timedelta(day.weekday())] += 1
        schools.add(names.get(visit.school, visit.school))
    return {
        "weeks": tuple(sorted(weeks.items())),
        "schools": tuple(sorted(schools)),
        "on": min(weeks).isoformat(),
    }


def _pairs(weeks: object) -> tuple[tuple[date, int], ...]:
    assert isinstance(weeks, tuple)
    return weeks


def _texts(names: object) -> tuple[str, ...]:
    assert isinstance(names, tuple)
    return names
