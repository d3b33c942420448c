"""Who has no part in a visit and still hears of it: the school's office, and coordinators.

An office reckons with a guest once a list of the week may have told it, so only then does it
hear that something is different. Coordinators hear of what they did not do themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from scheduler.domain.people import RoleName
from scheduler.domain.visits import Visit
from scheduler.services.access import Actor
from scheduler.services.ports import Work

OFFICE, COORDINATOR = "office", "coordinator"
# Rosters tell of a week on the last day of school of the week before.
KNOWN_BEFORE = timedelta(days=10)


def told_of_cancelling(
    work: Work, visits: Iterable[Visit], *, actor: Actor, now: datetime
) -> dict[str, str]:
    """Return with their roles who is told besides those who come and the teacher."""
    offices = offices_that_reckon(work, visits, now=now)
    if actor.is_coordinator:
        return offices
    return {**offices, **coordinators(work)}


def offices_that_reckon(work: Work, visits: Iterable[Visit], *, now: datetime) -> dict[str, str]:
    """Return the offices that were told of one of these visits, with their role."""
    emails_by_school = offices_by_school(work)
    near = sorted({visit.school for visit in visits if is_reckoned_with(visit, now=now)})
    return {email: OFFICE for school in near for email in emails_by_school.get(school, ())}


def is_reckoned_with(visit: Visit, *, now: datetime) -> bool:
    """Tell whether a list of the week may have told the school's office of a visit."""
    return visit.period.start - now < KNOWN_BEFORE


def offices_of(work: Work, school: str) -> tuple[str, ...]:
    """Return the addresses of a school's office."""
    return tuple(offices_by_school(work).get(school, ()))


def offices_by_school(work: Work) -> Mapping[str, list[str]]:
    """Return the addresses of every office by the key of its school."""
    found: dict[str, list[str]] = {}
    for email, person in work.people.many(work.people.with_role(RoleName.OFFICE)).items():
        for school in person.schools:
            found.setdefault(school, []).append(email)
    return found


def coordinators(work: Work) -> dict[str, str]:
    """Return every coordinator with their role."""
    return dict.fromkeys(work.people.with_role(RoleName.COORDINATOR), COORDINATOR)
