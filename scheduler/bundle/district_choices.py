"""What a district decided for weeks and mail, in ``district.toml``: ``[[day_parts]]``, ``[mail]``.

Each is written only where it is not the usual; a key that ``[mail]`` leaves out is the usual one.
"""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.bundle.tables import DISTRICT_FILE, Table
from scheduler.bundle.toml_source import RowOfKey, TomlSource
from scheduler.bundle.values import Bundle
from scheduler.bundle.words import parse_wall, wall_text, whole
from scheduler.domain.day_parts import FEWEST, MOST, STEP_MINUTES, USUAL_PARTS, DayPart, make_a_day
from scheduler.domain.mail_rules import (
    LEAST_ASKED_DAYS,
    MOST_ASKED_DAYS,
    MOST_EARLIER_DAYS,
    MOST_REMINDER_DAYS,
    MOST_SILENT_DAYS,
    MailRules,
)

_PART_KEYS = ("name", "start", "end")
_PART = Table(DISTRICT_FILE, _PART_KEYS, frozenset(_PART_KEYS), key=("name",))
_MAIL = Table(DISTRICT_FILE, tuple(MailRules.__dataclass_fields__), frozenset(), key=())
_USUAL = MailRules()
_PARTS_ARE = (
    f"The parts of a day are {FEWEST} to {MOST} [[day_parts]] in order, each with a name of its "
    f"own, start and end, in steps of {STEP_MINUTES} minutes."
)


def read_day_parts(value: object, source: TomlSource) -> tuple[DayPart, ...]:
    """Return the parts of a day that could be read, the usual ones where nothing is given."""
    if value is None:
        return USUAL_PARTS
    parts = tuple(map(_part, source.tables("day_parts", value, _PART, so=_PARTS_ARE)))
    known = tuple(part for part in parts if part is not None)
    if known == parts and isinstance(value, list) and not make_a_day(known):
        source.note("day_parts", _PARTS_ARE)
    return known


def read_mail_rules(value: object, source: TomlSource) -> MailRules:
    """Return when mail about visits goes, as is usual where it cannot be read."""
    if value is None:
        return _USUAL
    if not isinstance(value, Mapping):
        source.note("mail", "Rules for mail are written [mail], each a name and a number of days.")
        return _USUAL
    source.check_keys(value, _MAIL, within="mail")
    asks = value.get("asks_still_coming", _USUAL.asks_still_coming)
    if not isinstance(asks, bool):
        source.note("asks_still_coming", "This is written true or false.", table="mail")
        asks = _USUAL.asks_still_coming
    try:
        return _mail_rules(source.rows(value, _MAIL, within="mail"), asks=asks)
    except ValueError:
        sentence = "The earlier reminder must go before the other one; 0 is for none."
        source.note("earlier_reminder_days", sentence, table="mail")
        return _USUAL


def choice_values(bundle: Bundle) -> dict[str, object]:
    """Return both as the file holds them, empty where they are the usual."""
    parts, rules = bundle.day_parts or USUAL_PARTS, bundle.mail_rules or _USUAL
    return {
        "day_parts": [
            {"name": part.name, "start": wall_text(part.start), "end": wall_text(part.end)}
            for part in parts
            if parts != USUAL_PARTS
        ],
        "mail": {name: getattr(rules, name) for name in _MAIL.columns if rules != _USUAL},
    }


def _part(row: RowOfKey) -> DayPart | None:
    start, end = (row(name).read(name, parse_wall, default=None) for name in ("start", "end"))
    name = row("name").text("name")
    return DayPart(name, start, end) if name and start and end else None


def _mail_rules(row: RowOfKey, *, asks: bool) -> MailRules:
    def days(name: str, lowest: int, highest: int) -> int:
        usual: int = getattr(_USUAL, name)
        return row(name).read(name, whole(lowest, highest), default=usual)

    return MailRules(
        reminder_days=days("reminder_days", 1, MOST_REMINDER_DAYS),
        earlier_reminder_days=days("earlier_reminder_days", 0, MOST_EARLIER_DAYS),
        asks_still_coming=asks,
        still_coming_days=days("still_coming_days", LEAST_ASKED_DAYS, MOST_ASKED_DAYS),
        ask_again_days=days("ask_again_days", 1, MOST_SILENT_DAYS),
        let_go_days=days("let_go_days", 0, MOST_SILENT_DAYS),
    )
