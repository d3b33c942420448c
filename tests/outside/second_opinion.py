"""What two engines of other people make of a calendar file: busy spans in UTC.

One is icalendar with recurring-ical-events, one is ical.js; neither shares our reading of
lines, zones, versions or free time. Both are told the same conventions: floating times and
days are the owner's, a zone name that the world knows means that zone, and what is free or
cancelled blocks nothing. Run as ``python -m tests.outside.second_opinion``: a line of JSON in,
a line of JSON out, for the first engine.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from scheduler.domain.periods import Period, merge

# Of processor time, so that a busy machine gives the same answers.
SECONDS = 10
# The other engine's script; it needs ical.js beside it.
ICAL_JS = Path(__file__).with_suffix(".mjs")


def by_icalendar(octets: bytes, *, first: date, last: date, home: str) -> tuple[Period, ...]:
    """Return what icalendar and recurring-ical-events see; anything may be raised."""
    zone = ZoneInfo(home)
    found = []
    for calendar in icalendar.Calendar.from_ical(octets, multiple=True):
        query = recurring_ical_events.of(calendar, skip_bad_series=True)
        for event in query.between(first - timedelta(days=1), last + timedelta(days=2)):
            if _blocks(event) and (span := _span(event, zone)):
                found.append(span)
    return merge(found)


def main() -> None:
    """Answer for one file after the other."""
    signal.signal(signal.SIGPROF, _give_up)
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)


def _answer(asked: dict[str, str]) -> dict[str, object]:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        found = by_icalendar(
            Path(asked["path"]).read_bytes(),
            first=datetime.fromtimestamp(float(asked["first"]), UTC).date(),
            last=datetime.fromtimestamp(float(asked["last"]), UTC).date(),
            home=asked["home"],
        )
        return {"busy": [(one.start.timestamp(), one.end.timestamp()) for one in found]}
    except Exception as problem:
        return {"problem": repr(problem)[:200]}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _give_up(*_: object) -> None:
    raise TimeoutError("no answer")


def _blocks(event: icalendar.Event) -> bool:
    return (
        str(event.get("STATUS", "")).upper() != "CANCELLED"
        and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"
        and str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() != "FREE"
    )


def _span(event: icalendar.Event, zone: ZoneInfo) -> Period | None:
    start, end = (_moment(event[name].dt, zone) for name in ("DTSTART", "DTEND"))
    return Period(start, end) if start < end else None


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def spans(answer: Iterable[tuple[float, float]], window: Period) -> Iterator[Period]:
    """Yield an engine's answer as periods, cut to the window."""
    for begins, ends in answer:
        # Cut as numbers: an engine may speak of the year 10000, and no datetime does.
        start = max(begins, window.start.timestamp())
        end = min(ends, window.end.timestamp())
        if start < end:
            yield Period(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))


if __name__ == "__main__":
    main()
