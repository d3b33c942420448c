"""Districts of any content, for properties: every reference holds, every text is allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from scheduler.bundle.booking_rows import BookingRow
from scheduler.bundle.values import Bundle
from scheduler.bundle.volunteer_rows import block_order, clearance_order
from scheduler.domain.availability import WEEKDAYS, DaysAway, WeeklyAvailability
from scheduler.domain.classes import Classroom, Lesson
from scheduler.domain.day_parts import FEWEST, MOST, USUAL_PARTS, DayPart
from scheduler.domain.districts import (
    WEIGHT_NAMES,
    Contact,
    Coordinates,
    District,
    Organization,
    School,
    Site,
    Term,
)
from scheduler.domain.mail_rules import (
    LEAST_ASKED_DAYS,
    MOST_ASKED_DAYS,
    MOST_EARLIER_DAYS,
    MailRules,
)
from scheduler.domain.people import Person, Role, RoleName
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import (
    ClassroomRequest,
    RangeWindow,
    RequestKind,
    RequestState,
    TimeWindow,
)
from scheduler.domain.schooldays import BellPeriod, BellSchedule, Closure
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.visits import Partstat, VisitState
from scheduler.domain.volunteers import (
    BusySource,
    Clearance,
    ClearanceState,
    Format,
    Limits,
    Volunteer,
    VolunteerKind,
)

T = TypeVar("T")

ZONES = ("America/Toronto", "America/St_Johns", "Asia/Kolkata", "UTC")
PERIODS = ("P1", "2nd", "Pause")
START = date(2026, 12, 7)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
names = texts.filter(str.strip)
words = texts.map(str.strip)
keys = words.filter(lambda text: text and not set(text) & set(";|\r\n:"))
dates = st.dates(date(1950, 1, 1), date(2150, 1, 1))
walls = st.builds(time, st.integers(0, 22), st.integers(0, 59))
tags = st.sampled_from(["", "en", "fr-CA", "zh-Hant-TW"])
zones = st.sampled_from(["", *ZONES])
grades = st.frozensets(st.integers(-1, 13), min_size=1)
counts = st.none() | st.integers(0, 1000)
points = st.builds(Coordinates, st.floats(-90, 90), st.floats(-180, 180))
day_ranges = st.builds(
    lambda first, days: DateRange(first, first + timedelta(days=days)), dates, st.integers(0, 300)
)
spans = st.tuples(walls, walls).filter(lambda pair: pair[0] < pair[1])
formats = st.sampled_from([Format.IN_PERSON, Format.VIRTUAL])
rules = st.dictionaries(
    texts, st.integers(0, 99) | texts | st.lists(texts) | st.dictionaries(texts, st.booleans())
)

addresses = st.sampled_from(["", "ann@example.org", "zoe@example.org"])


def few(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    """Draw up to two different values, in any order."""
    return st.lists(values, max_size=2, unique=True).map(tuple)


districts = st.builds(
    District,
    name=names,
    timezone=st.sampled_from(ZONES),
    country=st.sampled_from(["", "CA", "US"]),
    locale=tags,
    language=tags.filter(bool),
    year=st.none() | st.just(DateRange(date(2026, 9, 1), date(2027, 6, 25))),
    site_name=texts,
    terms=st.lists(st.builds(Term, names, day_ranges), max_size=2).map(tuple),
    road_factor=st.floats(1, 10),
    speed_kmh=st.floats(1, 300),
    weights=st.dictionaries(st.sampled_from(WEIGHT_NAMES), st.integers(0, 1000), max_size=2),
    policy=rules,
)

day_parts = st.lists(names, min_size=FEWEST, max_size=MOST, unique=True).map(
    lambda called: tuple(
        DayPart(name, time(8 + n), time(8 + n, 55)) for n, name in enumerate(called)
    )
) | st.just(USUAL_PARTS)
mail_rules = st.builds(
    MailRules,
    reminder_days=st.integers(1, 6),
    earlier_reminder_days=st.just(0) | st.integers(7, MOST_EARLIER_DAYS),
    asks_still_coming=st.booleans(),
    still_coming_days=st.integers(LEAST_ASKED_DAYS, MOST_ASKED_DAYS),
)


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """Draw a whole district in which every name that is named is there."""
    topics = draw(st.lists(keys, unique=True, min_size=1, max_size=4))
    tree = TopicTree(tuple(sorted(draw(_trees(topics)), key=lambda topic: topic.key)))
    bells = {key: draw(_bells(key)) for key in sorted(draw(st.sets(keys, max_size=2)))}
    school_keys = sorted(draw(st.sets(keys, min_size=1, max_size=2)))
    schools = {key: draw(_schools(key, bells)) for key in school_keys}
    staff = {e: draw(_people(e, school_keys)) for e in ("ann@example.org", "bob.o'c+x@b.example")}
    classes = {key: draw(_classes(key, schools)) for key in _few_keys(draw)}
    organizations = {key: draw(_organizations(key)) for key in _few_keys(draw)}
    volunteers = {
        email: draw(_volunteers(email, topics, school_keys, sorted(organizations)))
        for email in ("émile@example.org", "zoe@example.org")
    }
    requests = {key: draw(_requests(key, topics, classes, staff)) for key in _few_keys(draw)}
    return Bundle(
        district=draw(districts),
        day_parts=draw(day_parts),
        mail_rules=draw(mail_rules),
        topics=tree,
        bell_schedules=bells,
        closures=tuple(sorted(draw(_closures(school_keys)))),
        schools=schools,
        staff=staff,
        classes=classes,
        organizations=organizations,
        volunteers=volunteers,
        requests=requests,
        bookings=draw(_bookings(sorted(requests))),
        extras=draw(_extras(school_keys)),
    )


def _few_keys(draw: st.DrawFn) -> list[str]:
    return sorted(draw(st.sets(keys, max_size=2)))


@st.composite
def _trees(draw: st.DrawFn, topics: list[str]) -> list[Topic]:
    tree: list[Topic] = []
    for number, key in enumerate(topics):
        parent = draw(st.sampled_from(["", *topics[: min(number, 2)]]))
        label, french, spanish = draw(texts), draw(texts), draw(texts)
        tree.append(Topic(key, parent, label, french, spanish, draw(st.booleans())))
    return tree


@st.composite
def _bells(draw: st.DrawFn, key: str) -> BellSchedule:
    day_types = draw(st.sampled_from([("",), ("", "A"), ("A", "B")]))
    periods = [
        BellPeriod(day_type, name, *draw(spans)) for day_type in day_types for name in PERIODS
    ]
    named = [day_type for day_type in day_types if day_type]
    days = draw(st.dictionaries(dates, st.sampled_from(named))) if named else {}
    return BellSchedule(key, tuple(sorted(periods)), dict(sorted(days.items())))


@st.composite
def _schools(draw: st.DrawFn, key: str, bells: Mapping[str, BellSchedule]) -> School:
    return School(
        key=key,
        name=draw(names),
        coordinates=draw(points),
        address=draw(texts),
        postal_code=draw(words),
        timezone=draw(zones),
        bell_schedule=draw(st.sampled_from(["", *bells])),
        grades=draw(grades | st.just(frozenset())),
        enrolment=draw(counts),
        need_weight=draw(st.integers(1, 3)),
        zone=draw(texts),
        arrival_note=draw(texts),
        phone=draw(texts),
    )


@st.composite
def _people(draw: st.DrawFn, email: str, schools: list[str]) -> Person:
    roles = [Role(name) for name in (RoleName.TEACHER, RoleName.OFFICE, RoleName.VIEWER)]
    titled = keys.map(lambda title: Role(RoleName.APPROVER, title))
    return Person(
        email,
        draw(names),
        roles=tuple(draw(st.lists(st.sampled_from(roles) | titled, min_size=1, max_size=3))),
        schools=tuple(draw(st.permutations(schools))),
        locale=draw(tags),
        is_active=draw(st.booleans()),
    )


@st.composite
def _classes(draw: st.DrawFn, key: str, schools: Mapping[str, School]) -> Classroom:
    school = draw(st.sampled_from(sorted(schools)))
    lessons = st.builds(Lesson, st.sampled_from(WEEKDAYS), st.sampled_from(PERIODS))
    return Classroom(
        key=key,
        school=school,
        teacher_email="ann@example.org",
        name=draw(names),
        grade=draw(st.integers(-1, 13)),
        students=draw(counts),
        subject=draw(texts),
        room=draw(words),
        lessons=tuple(draw(st.lists(lessons, max_size=3))),
    )


@st.composite
def _organizations(draw: st.DrawFn, key: str) -> Organization:
    return Organization(
        key=key,
        name=draw(names),
        kind=draw(texts),
        contact_email=draw(st.sampled_from(["", "hello@example.org"])),
        visits_per_term=draw(counts),
        address=draw(texts),
        coordinates=draw(st.none() | points),
        sites=draw(few(st.builds(Site, names, texts, words, st.none() | points))),
        contacts=draw(few(st.builds(Contact, names, texts, addresses, texts))),
    )


@st.composite
def _volunteers(
    draw: st.DrawFn, email: str, topics: list[str], schools: list[str], organizations: list[str]
) -> Volunteer:
    levels = st.dictionaries(st.sampled_from(topics), st.integers(1, 3), min_size=1)
    school = st.sampled_from(["", *schools])
    return Volunteer(
        email=email,
        name=draw(names),
        level_by_topic=draw(levels),
        grades=draw(grades),
        languages=tuple(draw(st.lists(tags.filter(bool), min_size=1, max_size=2))),
        formats=draw(st.frozensets(formats, min_size=1)),
        organization=draw(st.sampled_from(["", *organizations])),
        kind=draw(st.sampled_from(VolunteerKind)),
        postal_code=draw(words),
        coordinates=draw(st.none() | points),
        limits=draw(_limits),
        needs=draw(texts),
        protocol=draw(texts),
        locale=draw(tags),
        timezone=draw(zones),
        adult=draw(st.sampled_from(["yes", "no", "unknown"])),
        adult_checked_on=draw(st.none() | dates),
        weekly=tuple(sorted(set(draw(st.lists(_blocks(), max_size=3))), key=block_order)),
        away=tuple(sorted(draw(st.sets(st.builds(DaysAway, day_ranges), max_size=2)))),
        clearances=tuple(
            sorted(draw(st.sets(_clearances(school), max_size=2)), key=clearance_order)
        ),
        busy=draw(st.none() | st.binary().map(lambda octets: BusySource(octets, ()))),
        is_active=draw(st.booleans()),
    )


_limits = st.builds(
    Limits,
    max_km=st.none() | st.floats(0, 20_000),
    max_per_day=st.integers(0, 100),
    max_per_week=st.integers(0, 100),
    max_per_month=st.integers(0, 1000),
    buffer_minutes=st.integers(0, 1440),
    notice_days=st.integers(0, 366),
    min_minutes=st.integers(0, 1440),
)


@st.composite
def _blocks(draw: st.DrawFn) -> WeeklyAvailability:
    first, last = sorted([draw(dates), draw(dates)])
    return WeeklyAvailability(
        draw(st.integers(0, 6)),
        *draw(spans),
        first=draw(st.sampled_from([None, first])),
        last=draw(st.sampled_from([None, last])),
    )


@st.composite
def _clearances(draw: st.DrawFn, school: st.SearchStrategy[str]) -> Clearance:
    issued, expires = sorted([draw(dates), draw(dates)])
    return Clearance(
        kind=draw(words.filter(bool)),
        issued=draw(st.sampled_from([None, issued])),
        approved=draw(st.none() | dates),
        expires=draw(st.sampled_from([None, expires])),
        holder=draw(texts),
        school=draw(school),
        state=draw(st.sampled_from(ClearanceState)),
    )


def _closures(schools: list[str]) -> st.SearchStrategy[set[Closure]]:
    return st.sets(
        st.builds(Closure, st.sampled_from(["", *schools]), day_ranges, names), max_size=3
    )


@st.composite
def _requests(
    draw: st.DrawFn,
    key: str,
    topics: list[str],
    classes: Mapping[str, Classroom],
    staff: Mapping[str, Person],
) -> ClassroomRequest:
    teacher = draw(st.sampled_from(sorted(staff)))
    classroom = draw(st.sampled_from(["", *classes]))
    school = classes[classroom].school if classroom else staff[teacher].schools[0]
    return ClassroomRequest(
        key=key,
        teacher_email=teacher,
        school=school,
        title=draw(names),
        topic=draw(st.sampled_from(topics)),
        kind=draw(st.sampled_from(RequestKind)),
        windows=tuple(draw(st.lists(_windows(), min_size=1, max_size=4))),
        classroom=classroom,
        format=draw(st.sampled_from(Format)),
        language=draw(tags.filter(bool)),
        speakers=draw(st.integers(1, 100)),
        sessions=draw(st.integers(1, 200)),
        every_days=draw(st.integers(1, 366)),
        priority=draw(st.integers(1, 3)),
        preferred=tuple(draw(st.lists(st.just("zoe@example.org"), max_size=1))),
        excluded=tuple(draw(st.lists(st.just("émile@example.org"), max_size=1))),
        goal=draw(texts),
        note=draw(texts),
        meeting_url=draw(st.sampled_from(["", "https://meet.example/a?b=1;c"])),
        state=draw(st.sampled_from([RequestState.OPEN, RequestState.WITHDRAWN])),
    )


def _windows() -> st.SearchStrategy[TimeWindow | RangeWindow]:
    return st.builds(lambda day, span: TimeWindow(day, *span), dates, spans) | st.builds(
        RangeWindow, day_ranges
    )


@st.composite
def _bookings(draw: st.DrawFn, requests: list[str]) -> tuple[BookingRow, ...]:
    rows: list[BookingRow] = []
    for number, request in enumerate(requests):
        start = datetime.combine(START, time(8 + number), ZoneInfo(draw(st.sampled_from(ZONES))))
        rows.append(
            BookingRow(
                uid=f"visit {number}@example",
                request=request,
                volunteer_email="zoe@example.org",
                start=start,
                end=start + timedelta(minutes=draw(st.integers(1, 300))),
                status=draw(st.sampled_from([VisitState.CANCELLED, VisitState.HAPPENED])),
                format=draw(formats),
                room=draw(words),
                sequence=draw(st.integers(0, 9)),
                partstat=Partstat.DECLINED,
            )
        )
    return tuple(rows)


@st.composite
def _extras(draw: st.DrawFn, schools: list[str]) -> dict[str, str]:
    cells = {key: {"x_a": draw(texts), "x_b;": draw(texts)} for key in schools}
    rows = [[[key], {n: c for n, c in row.items() if c}] for key, row in cells.items()]
    free = {"columns": ["x_a", "x_b;"], "rows": [row for row in rows if row[1]]}
    return {
        "policies/a.toml": draw(texts.map(lambda text: f"# {json.dumps(text)}\n")),
        "schools.csv": json.dumps(free, ensure_ascii=False),
    }
