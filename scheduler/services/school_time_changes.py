"""What lines about school time would change: found out on values alone, nothing is stored here.

A closure replaces one of the same name nearby, or of the same days. One that the lines do not
mention stays, unless a person has it removed: a file of one term says nothing of the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scheduler.domain.districts import District, Term
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import BellSchedule, Closure
from scheduler.services.school_time_reading import Line
from scheduler.services.school_time_words import Meaning

NEARBY = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Known:
    """School time as it stands."""

    district: District
    closures: tuple[Closure, ...]
    schedules: Mapping[str, BellSchedule]


@dataclass(frozen=True, slots=True)
class DayTypeChange:
    """A date that gets another day type in a schedule; it had none where ``was`` is empty."""

    schedule: str
    day: date
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What would change; ``same`` counts what is known already.

    ``lacking`` are closures of the same schools and days that the lines do not mention;
    ``removed`` those of them that go. ``year`` is the new school year, None if it stays.
    """

    added: tuple[Closure, ...] = ()
    changed: tuple[tuple[Closure, Closure], ...] = ()
    removed: tuple[Closure, ...] = ()
    lacking: tuple[Closure, ...] = ()
    year: DateRange | None = None
    terms: tuple[Term, ...] = ()
    day_types: tuple[DayTypeChange, ...] = ()
    same: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether everything would stay as it is."""
        found = (self.added, self.changed, self.removed, self.year, self.terms, self.day_types)
        return not any(found)


def difference(
    known: Known, lines: Iterable[Line], *, removes: Iterable[Closure] = ()
) -> Difference:
    """Return what these lines would change; of what they lack, ``removes`` would go."""
    told = tuple(lines)
    new = dict.fromkeys(
        Closure(line.school, line.days, line.name)
        for line in told
        if line.meaning is Meaning.CLOSED
    )
    fresh = [closure for closure in new if closure not in known.closures]
    changed = _changed(fresh, [closure for closure in known.closures if closure not in new])
    lacking = _lacking(new, known, gone={old for old, _ in changed})
    terms, kept_terms = _terms(told, known.district)
    day_types, kept_types = _day_types(told, known)
    renewed = {closure for _, closure in changed}
    return Difference(
        added=tuple(sorted(closure for closure in fresh if closure not in renewed)),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(set(removes) & set(lacking))),
        lacking=lacking,
        year=_year(told, known.district),
        terms=terms,
        day_types=day_types,
        same=len(new) - len(fresh) + kept_terms + kept_types,
    )


def applied(known: Known, found: Difference) -> Known:
    """Return school time with a difference carried out."""
    gone = {*found.removed, *(old for old, _ in found.changed)}
    stay = (closure for closure in known.closures if closure not in gone)
    closures = {*stay, *found.added, *(closure for _, closure in found.changed)}
    terms = {term.name: term for term in (*known.district.terms, *found.terms)}
    district = replace(
        known.district,
        year=found.year or known.district.year,
        terms=tuple(sorted(terms.values(), key=lambda term: (term.days, term.name))),
    )
    schedules = dict(known.schedules)
    for change in found.day_types:
        schedule = schedules[change.schedule]
        by_date = {**schedule.day_type_by_date, change.day: change.becomes}
        schedules[change.schedule] = replace(schedule, day_type_by_date=by_date)
    return Known(district, tuple(sorted(closures)), schedules)


def _changed(fresh: list[Closure], old: list[Closure]) -> list[tuple[Closure, Closure]]:
    left, found = list(old), []
    for closure in sorted(fresh):
        match = next((each for each in left if _is_renewed(each, closure)), None)
        if match:
            left.remove(match)
            found.append((match, closure))
    return found


def _is_renewed(old: Closure, new: Closure) -> bool:
    if old.school != new.school:
        return False
    is_near = abs(old.days.first - new.days.first) <= NEARBY
    return old.days == new.days or (is_near and old.name.casefold() == new.name.casefold())


def _lacking(new: Iterable[Closure], known: Known, *, gone: set[Closure]) -> tuple[Closure, ...]:
    told = tuple(new)
    if not told:
        return ()
    schools = {closure.school for closure in told}
    first = min(closure.days.first for closure in told)
    last = max(closure.days.last for closure in told)
    return tuple(
        closure
        for closure in known.closures
        if closure.school in schools
        and closure not in told
        and closure not in gone
        and first <= closure.days.last
        and closure.days.first <= last
    )


def _year(told: tuple[Line, ...], district: District) -> DateRange | None:
    was = district.year
    firsts = [line.days.first for line in told if line.meaning is Meaning.FIRST_DAY]
    first = min(firsts) if firsts else was.first if was else None
    if first is None:
        return None
    lasts = [line.days.last for line in told if line.meaning is Meaning.LAST_DAY]
    later = [day for day in lasts if day > first]
    last = min(later) if later else was.last if was else None
    if last is None or last <= first:
        return None
    return DateRange(first, last) if was != DateRange(first, last) else None


def _terms(told: tuple[Line, ...], district: District) -> tuple[tuple[Term, ...], int]:
    named = {line.name: Term(line.name, line.days) for line in told if line.meaning is Meaning.TERM}
    fresh = tuple(term for term in named.values() if term not in district.terms)
    return fresh, len(named) - len(fresh)


def _day_types(told: tuple[Line, ...], known: Known) -> tuple[tuple[DayTypeChange, ...], int]:
    wanted = {
        (line.schedule, day): line.day_type
        for line in told
        if line.meaning is Meaning.DAY_TYPE and line.schedule in known.schedules
        for day in line.days.days()
    }
    changes = tuple(
        DayTypeChange(schedule, day, was, becomes)
        for (schedule, day), becomes in sorted(wanted.items())
        if (was := known.schedules[schedule].day_type_by_date.get(day, "")) != becomes
    )
    return changes, len(wanted) - len(changes)
