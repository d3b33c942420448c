"""A small whole district as files, and the readings that tests give to calendars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from scheduler.bundle.files import Folder
from scheduler.bundle.reading import read_bundle
from scheduler.bundle.values import Bundle, BusyFile, Reading
from scheduler.domain.errors import BadInput, SchedulerError
from scheduler.domain.periods import Period
from scheduler.domain.volunteers import BusySource

DISTRICT = """\
name = "Lakeshore District"
timezone = "America/Toronto"
country = "CA"
locale = "en-CA"
language = "en"
year_start = 2026-09-08
year_end = 2027-06-25
site_name = "Lakeshore visits"
road_factor = 1.4
speed_kmh = 45

[[terms]]
name = "Autumn"
first = 2026-09-08
last = 2027-01-29

[policy]
notice_school_days = 5

[policy.sensitive]
approver = "principal"

[weights]
fit = 50
"""
TOPICS = """\
topic,parent,label,label_fr,label_es,sensitive
engineering,,Engineering,Génie,Ingeniería,no
health,,,,,yes
robotics,engineering,Robotics,,,no
"""
BELLS = """\
bell_schedule,day_type,period,start,end
high,A,P1,08:30,09:50
high,A,P2,09:55,11:15
high,B,P1,08:30,09:50
regular,,P1,09:00,09:50
regular,,P2,09:50,10:40
regular,,P3,10:50,11:40
"""
DAY_TYPES = """\
bell_schedule,date,day_type
high,2026-12-07,A
high,2026-12-08,B
"""
CLOSURES = """\
school,first_date,last_date,name
,2026-12-21,2027-01-01,Winter break
maple,2026-12-04,2026-12-04,Professional day
"""
SCHOOLS = """\
school,name,address,postal_code,latitude,longitude,timezone,bell_schedule,grades,enrolment,\
need_weight,zone,arrival_note,phone
harbour,Harbour High,,M5J 2X2,43.64,-79.38,,high,9-12,900,3,,,
maple,Maple School,"12 Maple Street, Toronto",M5S 1A1,43.6629,-79.3957,,regular,K-8,320,1,west,\
Ring at the front door.,416-555-0100
"""
STAFF = """\
email,name,roles,school,locale
carla@schools.example,Carla Brandt,coordinator,,en
lena@schools.example,Lena Ortiz,teacher,maple,fr-CA
paul@schools.example,Paul Ng,approver:principal;office,maple;harbour,
"""
CLASSES = """\
class,school,teacher_email,name,grade,students,subject,room,lessons
maple-5b,maple,lena@schools.example,5B,5,24,Science,12,Mon P1;Tue P3
maple-k,maple,lena@schools.example,Kinder,K,,,,
"""
ORGANIZATIONS = """\
organization,name,kind,contact_email,visits_per_term,address,latitude,longitude
robots,Robot Works,business,hello@robots.example,12,1 Lake Road,43.7,-79.4
"""
VOLUNTEERS = """\
email,name,organization,kind,topics,grades,languages,formats,postal_code,latitude,longitude,\
max_km,max_per_day,max_per_week,max_per_month,buffer_minutes,notice_days,min_minutes,needs,\
protocol,locale,timezone,adult,adult_checked_on
amara@robots.example,Amara Diallo,robots,speaker,robotics:3;engineering:1,K-8;10,en;fr,\
in_person;virtual,M5V 3L9,43.64,-79.39,12.5,1,2,4,15,7,0,projector,,fr,,yes,2026-09-01
noor@example.org,Noor Haddad,,mentor,health:2,9-12,en,virtual,,,,,1,1,2,0,3,30,,,,\
America/Vancouver,unknown,
"""
AVAILABILITY = """\
volunteer_email,weekday,start,end,first_date,last_date
amara@robots.example,Mon,08:00,12:00,,
amara@robots.example,Tue,08:00,16:00,2026-11-30,2027-06-25
"""
DAYS_AWAY = """\
volunteer_email,first_date,last_date
amara@robots.example,2026-12-14,2026-12-16
"""
CLEARANCES = """\
volunteer_email,kind,issued,approved,expires,holder,school,state
amara@robots.example,police_check,2025-01-10,2025-01-20,2030-01-10,,,approved
noor@example.org,police_check,2026-11-01,,,partner programme,harbour,pending
"""
REQUESTS = """\
request,teacher_email,class,title,topic,kind,format,language,duration_minutes,speakers,sessions,\
every_days,windows,priority,preferred,excluded,goal,note,meeting_url
r1,lena@schools.example,maple-5b,How do robots see?,robotics,talk,either,en,,1,1,7,\
2026-12-08 P3;2026-12-08 P1-P2;2026-12-09 10:00-11:30;2026-12-07/2026-12-18,2,\
amara@robots.example,noor@example.org,career awareness,"Two pupils
speak mostly French.",
r2,lena@schools.example,,Meet a nurse,health,mentoring,virtual,fr,40,1,2,14,2026-12-10 P2,1,,,,,\
https://meet.example/5b
"""
BOOKINGS = """\
visit,request,volunteer_email,start,end,status,session,format,room,sequence,partstat
v1,r1,amara@robots.example,2026-12-08T10:50-05:00,2026-12-08T11:40-05:00,confirmed,1,in_person,\
12,1,ACCEPTED
"""
BUSY = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
POLICY = '# Kept as it is.\r\n[notice]\r\nunit = "school day"\r\n'

Content = str | bytes

WHOLE: Mapping[str, str] = {
    "district.toml": DISTRICT,
    "topics.csv": TOPICS,
    "bell_schedules.csv": BELLS,
    "day_types.csv": DAY_TYPES,
    "closures.csv": CLOSURES,
    "schools.csv": SCHOOLS,
    "staff.csv": STAFF,
    "classes.csv": CLASSES,
    "organizations.csv": ORGANIZATIONS,
    "volunteers.csv": VOLUNTEERS,
    "availability.csv": AVAILABILITY,
    "days_away.csv": DAYS_AWAY,
    "clearances.csv": CLEARANCES,
    "requests.csv": REQUESTS,
    "bookings.csv": BOOKINGS,
    "busy/amara@robots.example.ics": BUSY,
    "policies/visits.toml": POLICY,
}

BUSY_TIME = (Period(datetime(2026, 12, 7, 14, tzinfo=UTC), datetime(2026, 12, 7, 15, tzinfo=UTC)),)


class Unreadable(SchedulerError):
    """Stand for what the reader of calendars says of a broken file."""


def calendars_as_they_are(files: Iterable[BusyFile]) -> Iterator[BusySource | SchedulerError]:
    """Give every calendar the same hour, and refuse those that are no calendars."""
    for file in files:
        if file.content.startswith(b"BEGIN:VCALENDAR"):
            yield BusySource(file.content, BUSY_TIME)
        else:
            yield Unreadable("This file is not a calendar.")


def closures_of_lines(octets: bytes) -> Iterator[tuple[date, date, str]]:
    """Read one closure per line: first day, last day, name."""
    if octets.startswith(b"broken"):
        raise Unreadable("This file is not a calendar.")
    for line in octets.decode().splitlines():
        first, last, name = line.split(" ", 2)
        yield date.fromisoformat(first), date.fromisoformat(last), name


def lay(folder: Path, files: Mapping[str, Content]) -> Path:
    """Write files into a folder of their own and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(folder: Path, *, existing: Bundle | None = None) -> Reading:
    """Read a folder over an existing district, with the calendars' stand-ins."""
    return read_bundle(
        Folder(folder),
        existing=Bundle.empty() if existing is None else existing,
        read_busy=calendars_as_they_are,
        read_closures=closures_of_lines,
    )


def merged(folder: Path, files: Mapping[str, Content], *, over: Bundle | None = None) -> Bundle:
    """Return the district after reading these files."""
    return read(lay(folder, files), existing=over).merged


def problems(
    folder: Path, files: Mapping[str, Content], *, over: Bundle | None = None
) -> list[str]:
    """Return what is said against these files."""
    with pytest.raises(BadInput) as caught:
        read(lay(folder, files), existing=over)
    return [str(problem) for problem in caught.value.problems]


def changed(**contents: Content) -> dict[str, Content]:
    """Return the whole sample with some files replaced: ``topics="…"`` is ``topics.csv``."""
    return {**WHOLE, **{f"{name}.csv": content for name, content in contents.items()}}
