"""Column types: how one domain value lies in one column, the same on SQLite and PostgreSQL.

Lists that are only ever read and written whole are JSON text, in the form a bundle writes
them, and keep their order. A moment without a zone is refused: SQLite would drop the zone
without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from json import JSONDecoder
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

from scheduler.domain.classes import Lesson, parse_lessons
from scheduler.domain.districts import Contact, Coordinates, Site, Term
from scheduler.domain.errors import InvalidPeriod
from scheduler.domain.periods import DateRange, Period
from scheduler.domain.proposals import SieveStep
from scheduler.domain.requests import Window, parse_window
from scheduler.domain.volunteers import Format
from scheduler.storage.facts import plain, restored

# Thousands of rows share their days and lessons: each text is made out once.
REMEMBERED = 16_384
# Words to be looked for sort by their letters' numbers, whatever the server's own language.
WORD_LINE = Text().with_variant(Text(collation="C"), "postgresql")
_JSON = JSONDecoder()


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC and returned in UTC.

    Raises:
        InvalidPeriod: if the moment has no zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC; SQLite keeps it without the zone that all of them share."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise InvalidPeriod("A moment needs a zone.")
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as an aware one in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """One word of an enumeration, kept as text: a new word needs no migration."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Return the word, which has to be one of the enumeration's."""
        return None if value is None else self.words(value).value

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[str | None], StrEnum | None]:
        """Return what looks the enumeration's member up; a large page has thousands of words."""
        members: dict[str | None, StrEnum | None] = {word.value: word for word in self.words}
        return {**members, None: None}.__getitem__


class Whole(TypeDecorator[Any]):
    """A small value kept as one piece of JSON; ``write`` and ``read`` are each other's inverse."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, *, write: Callable[[Any], object], read: Callable[[Any], object]) -> None:
        super().__init__()
        self.write = write
        self.read = read

    def process_bind_param(self, value: object, dialect: Dialect) -> object:
        """Return the value as lists, dictionaries, texts and numbers."""
        return None if value is None else self.write(value)

    def process_result_value(self, value: object, dialect: Dialect) -> object:
        """Return the value as it was given."""
        return None if value is None else self.read(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], object] | None:
        """Return what makes a value out; on SQLite straight from its text, in a third of the time.

        PostgreSQL's driver hands out lists and dictionaries.
        """
        if dialect.name == "postgresql":
            return super().result_processor(dialect, coltype)
        read = self.read
        return lambda text: None if text is None else read(_read_json(text))


def _read_json(text: str) -> Any:
    # Most lists are empty, and our own texts have nothing around them to look for.
    return [] if text == "[]" else _JSON.raw_decode(text)[0]


def _texts(values: Iterable[object]) -> list[str]:
    return [str(value) for value in values]


def _read_formats(texts: Iterable[str]) -> frozenset[Format]:
    return frozenset(map(Format, texts))


def _read_windows(texts: Iterable[str]) -> tuple[Window, ...]:
    return tuple(map(_window, texts))


@lru_cache(REMEMBERED)
def _window(text: str) -> Window:
    return parse_window(text)


def _read_lessons(texts: Iterable[str]) -> tuple[Lesson, ...]:
    return _lessons(tuple(texts))


@lru_cache(REMEMBERED)
def _lessons(texts: tuple[str, ...]) -> tuple[Lesson, ...]:
    return parse_lessons(texts)


def _write_periods(periods: Iterable[Period]) -> list[list[str]]:
    return [[_moment_text(period.start), _moment_text(period.end)] for period in periods]


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _read_periods(pairs: Iterable[tuple[str, str]]) -> tuple[Period, ...]:
    return tuple(_period(start, end) for start, end in pairs)


@lru_cache(REMEMBERED)
def _period(start: str, end: str) -> Period:
    return Period(datetime.fromisoformat(start), datetime.fromisoformat(end))


def _write_terms(terms: Iterable[Term]) -> list[list[str]]:
    return [[t.name, t.days.first.isoformat(), t.days.last.isoformat()] for t in terms]


def _read_terms(rows: Iterable[tuple[str, str, str]]) -> tuple[Term, ...]:
    return tuple(
        Term(name, DateRange(date.fromisoformat(first), date.fromisoformat(last)))
        for name, first, last in rows
    )


def _write_sites(sites: Iterable[Site]) -> list[list[object]]:
    return [
        [
            *(site.name, site.address, site.postal_code),
            *((site.coordinates.latitude, site.coordinates.longitude) if site.coordinates else ()),
        ]
        for site in sites
    ]


def _read_sites(rows: Iterable[list[Any]]) -> tuple[Site, ...]:
    return tuple(
        Site(name, address, code, Coordinates(*point) if point else None)
        for name, address, code, *point in rows
    )


def _write_contacts(contacts: Iterable[Contact]) -> list[list[str]]:
    return [[each.name, each.role, each.email, each.phone] for each in contacts]


def _read_contacts(rows: Iterable[list[str]]) -> tuple[Contact, ...]:
    return tuple(Contact(*row) for row in rows)


def _write_sieve(steps: Iterable[SieveStep]) -> list[list[object]]:
    return [[step.rule, step.left, step.lost] for step in steps]


def _read_sieve(rows: Iterable[tuple[str, int, int]]) -> tuple[SieveStep, ...]:
    return tuple(SieveStep(rule, left, lost) for rule, left, lost in rows)


TYPE_BY_ANNOTATION: Mapping[Any, TypeDecorator[Any] | Text] = {
    str: Text(),
    datetime: Moment(),
    tuple[str, ...]: Whole(write=list, read=tuple),
    frozenset[int]: Whole(write=sorted, read=frozenset),
    frozenset[Format]: Whole(write=sorted, read=_read_formats),
    tuple[Lesson, ...]: Whole(write=_texts, read=_read_lessons),
    tuple[Window, ...]: Whole(write=_texts, read=_read_windows),
    tuple[Period, ...]: Whole(write=_write_periods, read=_read_periods),
    tuple[Term, ...]: Whole(write=_write_terms, read=_read_terms),
    tuple[Site, ...]: Whole(write=_write_sites, read=_read_sites),
    tuple[Contact, ...]: Whole(write=_write_contacts, read=_read_contacts),
    tuple[SieveStep, ...]: Whole(write=_write_sieve, read=_read_sieve),
    Mapping[str, int]: Whole(write=dict, read=dict),
    Mapping[str, object]: Whole(write=plain, read=restored),
}
