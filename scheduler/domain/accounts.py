"""Two accounts of one person become one: what it is then called, holds and offers."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from scheduler.domain.people import Person, Role
from scheduler.domain.volunteers import Volunteer

T = TypeVar("T")


def merged_person(kept: Person, gone: Person) -> Person:
    """Return the account that stays: its own name, the roles and schools of both."""
    return replace(
        kept,
        name=kept.name or gone.name,
        roles=_both(kept.roles, gone.roles),
        schools=_both(kept.schools, gone.schools),
        locale=kept.locale or gone.locale,
        is_active=kept.is_active or gone.is_active,
    )


def merged_volunteer(kept: Volunteer, gone: Volunteer) -> Volunteer:
    """Return what the one offers who stays: own limits and home, what both know and may.

    The usual week is the kept one's own unless nothing is known of it: two weeks added would
    be a week that nobody gave.
    """
    levels = {**gone.level_by_topic, **kept.level_by_topic}
    best = {k: max(v, gone.level_by_topic.get(k, 0)) for k, v in levels.items()}
    return replace(
        kept,
        level_by_topic=best,
        grades=kept.grades | gone.grades,
        languages=_both(kept.languages, gone.languages),
        formats=kept.formats | gone.formats,
        organization=kept.organization or gone.organization,
        postal_code=kept.postal_code or gone.postal_code,
        coordinates=kept.coordinates or gone.coordinates,
        needs=kept.needs or gone.needs,
        protocol=kept.protocol or gone.protocol,
        timezone=kept.timezone or gone.timezone,
        weekly=kept.weekly or gone.weekly,
        away=_both(kept.away, gone.away),
        clearances=_both(kept.clearances, gone.clearances),
        busy=kept.busy or gone.busy,
        is_active=kept.is_active or gone.is_active,
    )


def with_role(person: Person, role: Role) -> Person:
    """Return the account with that role, once."""
    return replace(person, roles=_both(person.roles, (role,)))


def without_role(person: Person, role: Role) -> Person:
    """Return the account without that role."""
    return replace(person, roles=tuple(each for each in person.roles if each != role))


def _both(first: tuple[T, ...], second: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *second)))
