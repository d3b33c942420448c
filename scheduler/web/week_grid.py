"""The boxes of a volunteer's week as a page shows them: days, parts of the day, booked visits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from scheduler.domain.day_parts import DayPart
from scheduler.services.availability import MyWeek
from scheduler.services.week_boxes import CLEAR, DAYS, MORNINGS
from scheduler.web.formats import month_name, weekday_name, write_clock, write_day
from scheduler.web.phrasing import WEEKDAY_NAMES

USUAL_NAMES = {
    "Early": lazy_gettext("Early"),
    "Morning": lazy_gettext("Morning"),
    "Midday": lazy_gettext("Midday"),
    "Afternoon": lazy_gettext("Afternoon"),
}


def grid(mine: MyWeek) -> dict[str, object]:
    """Return what ``ui/week_grid`` shows: days, parts and what is booked."""
    return {
        "days": [
            {"key": key, "short": weekday_name(number, is_short=True), "label": name}
            for number, (key, name) in enumerate(zip(DAYS, WEEKDAY_NAMES, strict=False))
        ],
        "parts": [
            {
                "key": part.key,
                "label": part_name(part),
                "hours": f"{_clock(part.start)}–{_clock(part.end)}",
                "said": _("%(start)s to %(end)s", start=_clock(part.start), end=_clock(part.end)),
            }
            for part in mine.parts
        ],
        "has_mornings": any(part.is_before_noon for part in mine.parts),
        "booked": {
            box: {
                "day": day.day,
                "month": month_name(day.month, is_short=True),
                "said": _("visit booked on %(day)s", day=write_day(day)),
            }
            for box, day in mine.day_by_booked_box.items()
        },
    }


def part_name(part: DayPart) -> str:
    """Return what a part is called: a usual name in the reader's language, another as written."""
    return str(USUAL_NAMES.get(part.name, part.name))


def part_line(part: DayPart) -> dict[str, str]:
    """Return a part as a fact: its name, and its times by the clock of the reader."""
    start, end = (write_clock(datetime.combine(date.min, t)) for t in (part.start, part.end))
    return {"label": part_name(part), "fact": f"{start}–{end}"}


def name_to_keep(written: str) -> str:
    """Return the name to keep: a usual one, in whatever language, is kept as the usual one."""
    written = " ".join(written.split())
    return next((name for name, words in USUAL_NAMES.items() if str(words) == written), written)


def line_words(line: str, parts: Iterable[DayPart]) -> str:
    """Return what a line of boxes is called within a sentence."""
    if line == MORNINGS:
        return _("all mornings")
    if line == CLEAR:
        return _("your week")
    if line in DAYS:
        return str(WEEKDAY_NAMES[DAYS.index(line)])
    return next(part_name(part) for part in parts if part.key == line)


def _clock(wall: time) -> str:
    return f"{wall.hour}:{wall.minute:02}" if wall.minute else str(wall.hour)
