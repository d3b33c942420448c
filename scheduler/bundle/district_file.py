"""``district.toml``: the district's names, clock, year, terms, weights, rules and choices.

A key that the file leaves out keeps what is known already, as a missing column does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import TypeVar

from scheduler.bundle.district_choices import choice_values, read_day_parts, read_mail_rules
from scheduler.bundle.problems import Problems, quoted
from scheduler.bundle.tables import DISTRICT_FILE, Cells, Table
from scheduler.bundle.toml_source import RowOfKey, TomlSource, parse_toml
from scheduler.bundle.toml_text import toml_lines
from scheduler.bundle.values import Bundle
from scheduler.bundle.words import decimal, parse_day, parse_tag, parse_zone, whole
from scheduler.domain.districts import (
    DEFAULT_ROAD_FACTOR,
    DEFAULT_SPEED_KMH,
    WEIGHT_NAMES,
    District,
    Term,
)
from scheduler.domain.periods import DateRange

T = TypeVar("T")

PLAIN_KEYS = (
    "name",
    "timezone",
    "country",
    "locale",
    "language",
    "year_start",
    "year_end",
    "site_name",
    "road_factor",
    "speed_kmh",
)
TABLE_KEYS = ("terms", "policy", "weights", "day_parts", "mail")
REQUIRED_KEYS = frozenset({"name", "timezone"})
_TABLE = Table(DISTRICT_FILE, PLAIN_KEYS + TABLE_KEYS, REQUIRED_KEYS, key=("name",))
TERM_KEYS = ("name", "first", "last")
_TERM = Table(DISTRICT_FILE, TERM_KEYS, frozenset(TERM_KEYS), key=("name",))
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def read_district(octets: bytes, *, existing: Bundle, problems: Problems) -> Bundle:
    """Return a bundle that speaks of the district itself alone, over what is known of it.

    It speaks of nothing where the file cannot be read.
    """
    given = parse_toml(octets, file=DISTRICT_FILE, problems=problems)
    if given is None:
        return Bundle()
    source = TomlSource(DISTRICT_FILE, octets.decode("utf-8-sig"), problems=problems)
    source.check_keys(given, _TABLE)
    values = {**_values(existing), **given}
    return Bundle(
        district=_district(values, source),
        day_parts=read_day_parts(values.get("day_parts"), source),
        mail_rules=read_mail_rules(values.get("mail"), source),
    )


def district_text(bundle: Bundle) -> str:
    """Return the file of a bundle's district."""
    return "".join(f"{line}\n" for line in toml_lines(_values(bundle)))


def district_facts(bundle: Bundle) -> Cells:
    """Return what the file says by key, tables as they are written."""
    return {
        name: "\n".join(toml_lines({name: value})) if name in TABLE_KEYS else str(value)
        for name, value in _values(bundle).items()
    }


def _district(values: Mapping[str, object], source: TomlSource) -> District:
    row = source.rows(values, _TABLE)

    def read(name: str, parse: Callable[[str], T], *, default: T) -> T:
        return row(name).read(name, parse, default=default)

    return District(
        name=row("name").text("name"),
        timezone=read("timezone", parse_zone, default=""),
        country=read("country", _parse_country, default=""),
        locale=read("locale", parse_tag, default=""),
        language=read("language", parse_tag, default="en"),
        year=_days(row, first="year_start", last="year_end"),
        site_name=row("site_name").text("site_name"),
        terms=_terms(values.get("terms", []), source),
        road_factor=read("road_factor", decimal(1, 10), default=DEFAULT_ROAD_FACTOR),
        speed_kmh=read("speed_kmh", decimal(1, 300), default=DEFAULT_SPEED_KMH),
        weights=_weights(values.get("weights", {}), source),
        policy=_policy(values.get("policy", {}), source),
    )


def _days(row: RowOfKey, *, first: str, last: str) -> DateRange | None:
    begin = row(first).read(first, parse_day, default=None)
    end = row(last).read(last, parse_day, default=None)
    for name, other in ((first, last), (last, first)):
        if row(other).cells and not row(name).cells:
            row(other).note(other, f"There is a {other} but no {name}.")
    if begin is None or end is None:
        return None
    if end < begin:
        row(last).note(last, f"{quoted(end.isoformat())} is before the first day, {begin}.")
        return None
    return DateRange(begin, end)


def _terms(value: object, source: TomlSource) -> tuple[Term, ...]:
    so = "Terms are written [[terms]], each with name, first and last."
    terms = map(_term, source.tables("terms", value, _TERM, so=so))
    return tuple(term for term in terms if term is not None)


def _term(row: RowOfKey) -> Term | None:
    name = row("name").text("name")
    if not (row("first").cells and row("last").cells):
        return None
    days = _days(row, first="first", last="last")
    return Term(name, days) if days else None


def _weights(value: object, source: TomlSource) -> dict[str, int]:
    if not isinstance(value, Mapping):
        source.note("weights", "Weights are written [weights], each a name and a whole number.")
        return {}
    weights: dict[str, int] = {}
    for name in value:
        if name not in WEIGHT_NAMES:
            known = ", ".join(WEIGHT_NAMES)
            source.note(name, f"There is no such weight: use {known}.", table="weights")
            continue
        row = source.rows(value, Table(DISTRICT_FILE, (name,), frozenset(), ()), within="weights")
        weights[name] = row(name).read(name, whole(0, 1_000_000), default=0)
    return weights


def _policy(value: object, source: TomlSource) -> Mapping[str, object]:
    plain = _plain(value)
    if isinstance(plain, dict):
        return plain
    source.note("policy", "Rules are written [policy], each a name and a value.")
    return {}


def _plain(value: object) -> object:
    # Dates become text: rules are kept as JSON, which has none.
    match value:
        case Mapping():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case date() | time():
            return value.isoformat()
        case _:
            return value


def _parse_country(text: str) -> str:
    if not _COUNTRY.fullmatch(text):
        raise ValueError(f"{quoted(text)} is not a country’s two letters, such as CA.")
    return text.upper()


def _values(bundle: Bundle) -> dict[str, object]:
    district = bundle.district
    if district is None:
        return {}
    year = district.year
    values: dict[str, object] = {
        "name": district.name,
        "timezone": district.timezone,
        "country": district.country,
        "locale": district.locale,
        "language": district.language,
        "year_start": year.first if year else "",
        "year_end": year.last if year else "",
        "site_name": district.site_name,
        "road_factor": _shortest(district.road_factor),
        "speed_kmh": _shortest(district.speed_kmh),
        "terms": [
            {"name": term.name, "first": term.days.first, "last": term.days.last}
            for term in district.terms
        ],
        "policy": _sorted(district.policy),
        "weights": _sorted(district.weights),
        **choice_values(bundle),
    }
    return {name: value for name, value in values.items() if value not in ("", [], {})}


def _shortest(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _sorted(value: object) -> object:
    # A database may forget the order of names; an export must not depend on it.
    if isinstance(value, Mapping):
        return {name: _sorted(each) for name, each in sorted(value.items())}
    return [_sorted(each) for each in value] if isinstance(value, list | tuple) else value
