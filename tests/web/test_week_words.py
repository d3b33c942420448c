"""The week read back: whoever reads the sentences knows exactly the times that are free."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
from babel.dates import get_day_names, get_month_names
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.day_parts import USUAL_PARTS
from scheduler.domain.districts import District
from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import Limits, Volunteer
from scheduler.services.availability import MyWeek, told_week
from scheduler.services.week_boxes import blocks_of
from scheduler.web.languages import speak, speaking
from scheduler.web.week_words import in_words
from tests.builders import NOW, TORONTO, a_volunteer
from tests.trying import examples

TODAY = date(2026, 11, 21)
DAYS = [TODAY + timedelta(days=n) for n in range(420)]
MONTHS = {name: n for n, name in get_month_names("wide", locale="en").items()}
WEEKDAYS = {f"{name}s": n for n, name in get_day_names("wide", locale="en").items()}
BOXES = tuple(blocks_of(USUAL_PARTS).values())
Spans = tuple[tuple[str, str], ...]

DAY = r"\d+ [A-Z][a-z]+(?: \d{4})?"
ASKED = re.compile(
    rf"(?:From (?P<first>{DAY})(?: until (?P<last>{DAY}))?, you"
    rf"|Until (?P<until>{DAY}), you|You) may be asked on (?P<days>.+?)"
    rf" from (?P<hours>\d\d:\d\d to .*?\d\d:\d\d)(?:, (?P<rest>(?:until|except) .+))?"
)
HOLDS = re.compile(rf"(?:until (?P<until>{DAY}))?(?:, )?(?:except (?P<away>.+))?")


@pytest.fixture(scope="module")
def speaker() -> Flask:
    """Return an application that only speaks."""
    app = Flask(__name__)
    speak(app)
    return app


def clocks() -> st.SearchStrategy[list[time]]:
    steps = st.lists(st.integers(0, 287), min_size=2, max_size=2, unique=True).map(sorted)
    return steps.map(lambda found: [time(step // 12, step % 12 * 5) for step in found])


def dates() -> st.SearchStrategy[date]:
    return st.integers(-200, 410).map(lambda n: TODAY + timedelta(days=n))


def ranges() -> st.SearchStrategy[DateRange]:
    return st.tuples(dates(), dates()).map(lambda days: DateRange(min(days), max(days)))


def exact() -> st.SearchStrategy[WeeklyAvailability]:
    ends = st.one_of(
        st.just((None, None)),
        st.tuples(dates(), st.none()),
        st.tuples(st.none(), dates()),
        st.tuples(dates(), dates()).map(sorted),
    )
    return st.builds(
        lambda weekday, span, dates: WeeklyAvailability(weekday, span[0], span[1], *dates),
        st.integers(0, 6),
        clocks(),
        ends,
    )


def volunteers() -> st.SearchStrategy[Volunteer]:
    return st.builds(
        lambda boxes, times, away: a_volunteer(
            weekly=(*boxes, *times), away=tuple(DaysAway(days) for days in away)
        ),
        st.sets(st.sampled_from(BOXES)),
        st.lists(exact(), max_size=4),
        st.lists(ranges(), max_size=3, unique=True),
    )


def districts() -> st.SearchStrategy[District]:
    years = st.sampled_from((None, DateRange(date(2026, 9, 1), date(2027, 6, 25))))
    return years.map(lambda year: District("Lakeshore", TORONTO, year=year))


def week(volunteer: Volunteer, district: District) -> MyWeek:
    return told_week(volunteer, district=district, parts=USUAL_PARTS, now=NOW)


@examples(100)
@given(volunteers(), districts())
def test_sentences_name_exactly_the_times_that_are_free(
    speaker: Flask, volunteer: Volunteer, district: District
) -> None:
    with speaking("en", within=speaker):
        said = in_words(week(volunteer, district))
    last = district.year.last if district.year else date.max
    free = {day: free_on(volunteer, day) if day <= last else () for day in DAYS}
    assert {day: spans for day, spans in read(said).items() if free[day] != spans} == {}, said


@examples(60)
@given(volunteers(), districts(), st.sampled_from(("fr", "es")))
def test_every_language_tells_the_same_facts(
    speaker: Flask, volunteer: Volunteer, district: District, language: str
) -> None:
    mine = week(volunteer, district)
    with speaking("en", within=speaker):
        english = facts(in_words(mine), "en")
    with speaking(language, within=speaker):
        assert facts(in_words(mine), language) == english


@pytest.mark.parametrize(
    ("limits", "sentences"),
    [
        (
            Limits(),
            "At most 1 visit a day, 1 a week and 2 a month. It does not matter how far it is."
            " We leave you 15 free minutes before and after, besides the way there."
            " You hear of a visit at least 7 days ahead.",
        ),
        (
            Limits(max_per_day=2, max_km=12.5, buffer_minutes=0, notice_days=0),
            "At most 2 visits a day, 1 a week and 2 a month. Up to 12.5 km from you.",
        ),
    ],
)
def test_limits_are_told_and_what_is_none_is_not(
    speaker: Flask, limits: Limits, sentences: str
) -> None:
    volunteer = a_volunteer(weekly=BOXES[:1], limits=limits)
    with speaking("en", within=speaker):
        said = in_words(week(volunteer, District("Lakeshore", TORONTO)))
    assert said == f"You may be asked on Mondays from 08:00 to 10:00. {sentences}"


def test_day_that_is_far_off_says_its_year(speaker: Flask) -> None:
    away = DaysAway(DateRange(date(2027, 12, 20), date(2027, 12, 24)))
    volunteer = a_volunteer(
        weekly=(WeeklyAvailability(3, time(17), time(19), last=date(2028, 3, 1)),), away=(away,)
    )
    with speaking("en", within=speaker):
        said = in_words(week(volunteer, District("Lakeshore", TORONTO)))
    assert said.startswith(
        "Until 1 March 2028, you may be asked on Thursdays from 17:00 to 19:00."
        " We leave out 20–24 December 2027. At most"
    )


def test_run_of_days_is_said_as_each_language_does(speaker: Flask) -> None:
    volunteer = a_volunteer(weekly=BOXES)
    said = {}
    for language in ("en", "fr", "es"):
        with speaking(language, within=speaker):
            said[language] = in_words(week(volunteer, District("Lakeshore", TORONTO)))
    assert said["en"].startswith("You may be asked on Mondays to Fridays from 08:00 to 16:00.")
    assert said["fr"].startswith("Nous pouvons vous inviter du lundi au vendredi,")
    assert said["es"].startswith("Podemos invitarle de lunes a viernes,")


def free_on(volunteer: Volunteer, day: date) -> Spans:
    """Return a day's times as the volunteer's own values say them."""
    if any(absence.days.first <= day <= absence.days.last for absence in volunteer.away):
        return ()
    spans = (
        (f"{block.start:%H:%M}", f"{block.end:%H:%M}")
        for block in volunteer.weekly
        if block.weekday == day.weekday()
        and (block.first or date.min) <= day <= (block.last or date.max)
    )
    return merged(spans)


def read(said: str) -> dict[date, Spans]:
    """Return each day's times as somebody understands who only has the sentences."""
    found: dict[date, list[tuple[str, str]]] = {day: [] for day in DAYS}
    last, away = date.max, ""
    for sentence in said.removesuffix(".").split(". "):
        if asked := ASKED.fullmatch(sentence):
            begin = day_said(asked["first"]) if asked["first"] else date.min
            ends = asked["last"] or asked["until"]
            end = day_said(ends) if ends else date.max
            spans = [tuple(each.split(" to ")) for each in listed(asked["hours"])]
            for day in DAYS:
                if begin <= day <= end and day.weekday() in weekdays(asked["days"]):
                    found[day] += [(start, stop) for start, stop in spans]
        rest = asked["rest"] if asked else sentence.removeprefix("This holds ")
        if holds := HOLDS.fullmatch((rest or "").replace("We leave out", "except")):
            last = day_said(holds["until"]) if holds["until"] else last
            away = holds["away"] or away
    gone = {day for text in listed(away) for day in days_said(text)}
    return {
        day: merged(spans) if day <= last and day not in gone else ()
        for day, spans in found.items()
    }


def listed(text: str) -> list[str]:
    return [each for each in re.split(", | and ", text) if each]


def weekdays(text: str) -> set[int]:
    first, _, last = text.partition(" to ")
    if last:
        return set(range(WEEKDAYS[first], WEEKDAYS[last] + 1))
    return {WEEKDAYS[name] for name in listed(text)}


def day_said(text: str, *, by: date = date.max) -> date:
    """Return the day of the year said, else the next one; ``by`` asks for the last one by then."""
    day, month, *year = text.split()
    if year:
        return date(int(year[0]), MONTHS[month], int(day))
    forward = by == date.max
    start, step = (TODAY, 1) if forward else (by, -1)
    near = (start + timedelta(days=step * n) for n in range(366 * 4 + 1))
    return next(each for each in near if (each.day, each.month) == (int(day), MONTHS[month]))


def days_said(text: str) -> Iterator[date]:
    first, _, last = (part.strip() for part in text.partition("–"))
    end = day_said(last or first)
    month_and_year = " ".join((last or first).split()[1:])
    begin = day_said(first if " " in first else f"{first} {month_and_year}", by=end)
    return (begin + timedelta(days=n) for n in range((end - begin).days + 1))


def merged(spans: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Spans:
    found: list[tuple[str, str]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def facts(said: str, language: str) -> Counter[tuple[str, int]]:
    """Return the weekdays, months, and numbers that are told, however they are told."""
    names = {name: ("month", n) for n, name in get_month_names("wide", locale=language).items()}
    for n, name in get_month_names("abbreviated", locale=language).items():
        names.setdefault(name.rstrip("."), ("month", n))
    for n, name in get_day_names("wide", locale=language).items():
        names |= {name: ("day", n), f"{name}s": ("day", n)}
    numbers = {word: ("number", int(word)) for word in re.findall(r"\d+", said)}
    told = {**names, **numbers}
    return Counter(told[word] for word in re.findall(r"\d+|[^\W\d]+", said) if word in told)
