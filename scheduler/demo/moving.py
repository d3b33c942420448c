"""Moves the made-up district to the coming weeks, whatever day it is.

In its files ``@3Tue`` is the Tuesday three weeks after this week's: it becomes ``2026-12-15`` in
a table, ``20261215`` in a calendar, and takes the zone's offset where a time follows, as in
``@3TueT10:40``. School days take the named day types of a bell schedule in turn.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import cycle
from pathlib import Path

from scheduler.domain.availability import WEEKDAYS
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import SATURDAY
from scheduler.domain.zones import at_wall_time, local

MADE_UP = Path(__file__).parent / "bundle"
_TOKEN = re.compile(rf"@(-?\d+)({'|'.join(WEEKDAYS)})(?:T(\d\d:\d\d))?")


def materialise(folder: Path, today: date) -> None:
    """Write the made-up district into a folder, with the dates that go with today."""
    monday = today - timedelta(days=today.weekday())
    facts = tomllib.loads(_moved(_content("district.toml"), monday))
    for path in sorted(path for path in MADE_UP.rglob("*") if path.is_file()):
        name = path.relative_to(MADE_UP).as_posix()
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        moved = (
            _moved(_content(name), monday, style="%Y%m%d")
            if path.suffix == ".ics"
            else _moved(_content(name), monday, timezone=facts["timezone"])
        )
        target.write_bytes(moved.encode())
    days = _school_days(folder, first=facts["year_start"], last=facts["year_end"])
    _write_day_types(folder, tuple(days))


def _content(name: str) -> str:
    # Octets, because calendars end their lines as calendars do.
    return (MADE_UP / name).read_bytes().decode()


def _moved(text: str, monday: date, *, style: str = "%Y-%m-%d", timezone: str = "UTC") -> str:
    def moved(token: re.Match[str]) -> str:
        weeks, weekday, wall = token.groups()
        day = monday + timedelta(weeks=int(weeks), days=WEEKDAYS.index(weekday))
        if wall is None:
            return day.strftime(style)
        moment = at_wall_time(day, time.fromisoformat(wall), timezone)
        return local(moment, timezone).isoformat(timespec="minutes")

    return _TOKEN.sub(moved, text)


def _school_days(folder: Path, *, first: date, last: date) -> Iterator[date]:
    closed = {
        day
        for closure in _rows(folder / "closures.csv")
        if not closure["school"]
        for day in DateRange(
            date.fromisoformat(closure["first_date"]), date.fromisoformat(closure["last_date"])
        ).days()
    }
    for day in DateRange(first, last).days():
        if day.weekday() < SATURDAY and day not in closed:
            yield day


def _write_day_types(folder: Path, days: tuple[date, ...]) -> None:
    named: dict[str, set[str]] = {}
    for bell in _rows(folder / "bell_schedules.csv"):
        if bell["day_type"]:
            named.setdefault(bell["bell_schedule"], set()).add(bell["day_type"])
    lines = ["bell_schedule,date,day_type"]
    for schedule, day_types in sorted(named.items()):
        turns = cycle(sorted(day_types))
        lines.extend(f"{schedule},{day},{next(turns)}" for day in days)
    (folder / "day_types.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
