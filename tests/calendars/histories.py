"""Random lives of visits: hostile texts, thirty zones, both clock changes of 2024 to 2032.

A seed gives one life, always the same. Its steps are those that the trade allows, made by the
trade's own functions; what stands around the visit changes between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.periods import Period
from scheduler.domain.topics import Topic
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import (
    Booking,
    Partstat,
    Visit,
    VisitState,
    answer,
    cancel,
    close,
    move,
)
from scheduler.domain.volunteers import Format
from tests.builders import VOLUNTEER, a_sheet, a_visit

PANELIST = "ben@bridges.example"
ZONES = (
    *("America/Toronto", "America/Edmonton", "America/Vancouver"),
    *("America/St_Johns", "America/Halifax", "America/Regina"),
    *("America/New_York", "America/Chicago", "America/Denver"),
    *("America/Phoenix", "America/Los_Angeles", "America/Anchorage"),
    *("Pacific/Honolulu", "America/Mexico_City", "America/Sao_Paulo"),
    *("America/Havana", "America/Santiago", "Europe/London"),
    *("Europe/Dublin", "Europe/Berlin", "Europe/Lisbon"),
    *("Africa/Cairo", "Africa/Casablanca", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Asia/Tokyo", "Australia/Sydney"),
    *("Australia/Lord_Howe", "Pacific/Chatham", "Etc/UTC"),
)
FIRST_YEAR, LAST_YEAR = 2024, 2032
HOSTILE = (
    *("", " ", "\\", "\\n", "\\N", "\\;", ";", ",", ":", '"', "^n", "^'", "\r\n", "\r", "\n", "\t"),
    *(
        "\x00",
        "\x0b",
        "\x1f",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\ufeff",
        "\u202e",
        "é",
        "中",
        "😀",
    ),
    *("\r\nATTENDEE:mailto:a@b.example", "\nEND:VEVENT\nBEGIN:VEVENT", "BEGIN:VALARM", "{title}"),
    *("x" * 75, "é" * 40, "😀" * 20, "<b>&amp;</b>", "http://x.example/?a=1;b=2,c", "Room 12"),
)
TEXTS = (
    *("school_name", "address", "arrival_note", "phone", "teacher_name", "class_name", "grade"),
    *("note", "meeting_url"),
)
AROUND = (*TEXTS, "title", "topic")
STEPS = 6


def life(seed: int) -> tuple[VisitSheet, ...]:
    """Return the states of one visit, from its release on; each is what people could see."""
    return tuple(_life(Random(seed), seed))


def state(seed: int) -> VisitSheet:
    """Return the last state of a life, titled by its seed alone."""
    return replace(life(seed)[-1], title=f"Number {seed}")


def _life(random: Random, seed: int) -> Iterator[VisitSheet]:
    sheet = _around(random, _released(random, seed))
    yield sheet
    for step in range(1, random.randint(1, STEPS) + 1):
        at = sheet.visit.revised_at + timedelta(minutes=step)
        try:
            visit = _changed(random, sheet.visit, at=at)
        except IllegalTransition:
            continue
        sheet = a_sheet(visit, **{name: getattr(sheet, name) for name in AROUND})
        yield sheet


def _released(random: Random, seed: int) -> Visit:
    zone = ZONES[seed % len(ZONES)]
    bookings = (Booking(VOLUNTEER), *([Booking(PANELIST)] * random.randint(0, 1)))
    made_at = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randint(0, 10**7))
    return a_visit(
        uid=f"{seed:08x}-0000-4000-8000-{random.getrandbits(48):012x}",
        period=_period(random, zone),
        timezone=zone,
        format=random.choice((Format.IN_PERSON, Format.VIRTUAL)),
        state=VisitState.INVITED,
        bookings=bookings,
        room=_text(random),
        created_at=made_at,
        revised_at=made_at,
    )


def _changed(random: Random, visit: Visit, *, at: datetime) -> Visit:
    email = random.choice((VOLUNTEER, PANELIST))
    match random.randrange(6):
        case 5:
            return close(visit, took_place=visit.state is VisitState.CONFIRMED, at=visit.period.end)
        case 0:
            period = _period(random, visit.timezone)
            return move(visit, period=period, room=visit.room, hosts=visit.hosts, at=at)
        case 1:
            room = _text(random)
            return move(visit, period=visit.period, room=room, hosts=visit.hosts, at=at)
        case 2:
            return cancel(visit, reason=_text(random), at=at)
    if email not in visit.volunteers:
        return visit
    partstat = random.choice(tuple(Partstat))
    return answer(visit, email, partstat=partstat, at=at, reason=_text(random))


def _around(random: Random, visit: Visit) -> VisitSheet:
    texts = {name: _text(random) for name in (*TEXTS, "title")}
    topic = Topic("hostile", label=_text(random), label_fr=_text(random))
    return a_sheet(visit, **texts, topic=topic)


def _text(random: Random) -> str:
    return "".join(random.choices((*HOSTILE, "visit", "Maple"), k=random.randint(0, 6)))


def _period(random: Random, zone: str) -> Period:
    start = _near_a_change(random, zone) if random.random() < 0.5 else _any_time(random)
    return Period(start, start + timedelta(minutes=5 * random.randint(1, 48)))


def _any_time(random: Random) -> datetime:
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    days = (date(LAST_YEAR + 1, 1, 1) - first.date()).days
    return first + timedelta(minutes=5 * random.randrange(days * 288))


def _near_a_change(random: Random, zone: str) -> datetime:
    """Return a moment within a day of a clock change, or any where the clock stands still."""
    clock = ZoneInfo(zone)
    year = random.randint(FIRST_YEAR, LAST_YEAR)
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(365)]
    changes = [
        noon
        for noon in noons
        if noon.astimezone(clock).utcoffset()
        != (noon + timedelta(days=1)).astimezone(clock).utcoffset()
    ]
    if not changes:
        return _any_time(random)
    return random.choice(changes) + timedelta(minutes=5 * random.randrange(288))
