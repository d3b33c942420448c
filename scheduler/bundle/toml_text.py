"""Writes TOML, which the standard library only reads.

Takes everything that ``tomllib`` can return and keeps its order. Source: TOML 1.0.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
    '"': '\\"',
    "\\": "\\\\",
}


def toml_lines(values: Mapping[str, object]) -> Iterator[str]:
    """Yield the lines of a document in the given order, plain values before tables."""
    yield from _pairs(values)
    yield from _tables(values, path=())


def _pairs(values: Mapping[str, object]) -> Iterator[str]:
    for name, value in values.items():
        if not isinstance(value, Mapping) and not _is_table_list(value):
            yield f"{_key(name)} = {_value(value)}"


def _tables(values: Mapping[str, object], *, path: tuple[str, ...]) -> Iterator[str]:
    for name, value in values.items():
        inner = (*path, name)
        title = ".".join(map(_key, inner))
        if isinstance(value, Mapping):
            yield from _table(value, f"[{title}]", path=inner)
        elif _is_table_list(value):
            for each in _entries(value):
                yield from _table(each, f"[[{title}]]", path=inner)


def _table(values: Mapping[str, object], title: str, *, path: tuple[str, ...]) -> Iterator[str]:
    yield ""
    yield title
    yield from _pairs(values)
    yield from _tables(values, path=path)


def _is_table_list(value: object) -> bool:
    is_list = isinstance(value, Sequence) and not isinstance(value, str) and len(value) > 0
    return is_list and all(isinstance(each, Mapping) for each in _entries(value))


def _entries(value: object) -> Iterable[Mapping[str, object]]:
    return value  # type: ignore[return-value]


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _string(name)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case int() | float():
            return repr(value)
        case date() | time():
            return value.isoformat()
        case Mapping():
            return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            raise TypeError(f"TOML has no {type(value).__name__}.")


def _string(text: str) -> str:
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    is_control = character < " " or character == "\x7f"
    return f"\\u{ord(character):04x}" if is_control else character
