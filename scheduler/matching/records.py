"""Read JSON from strangers: one sentence for everything that is wrong.

A record checks the type and range of each field as it is asked for it. Nothing
read here can raise anything but ``BadInput``, however strange the bytes.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from scheduler.domain.errors import BadInput, Problem

LARGEST = 10**9
MAX_BYTES = 128 << 20
MAX_LISTS = 10**7
SHOWN_PROBLEMS = 200
LONGEST_SENTENCE = 300

T = TypeVar("T")
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)")


class Wrong(Exception):
    """Carry one sentence about one field to whoever collects them."""


class Record:
    """One JSON object, and what to call it in a sentence."""

    def __init__(self, fields: object, *, name: str) -> None:
        if not isinstance(fields, dict):
            raise Wrong(f"{name} must be an object, not {shown(fields)}.")
        self._fields: dict[str, object] = fields
        self.name = name

    def has(self, key: str) -> bool:
        """Say whether the field is there and not null."""
        return self._fields.get(key) is not None

    def integer(
        self, key: str, *, low: int = -LARGEST, high: int = LARGEST, default: int | None = None
    ) -> int:
        """Return a whole number within both limits, both included."""
        if default is not None and not self.has(key):
            return default
        return integer(self._get(key), name=f"{self.name}.{key}", low=low, high=high)

    def number(self, key: str, *, low: float = -LARGEST, high: float = LARGEST) -> float:
        """Return a finite number within both limits, both included."""
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Wrong(f"{self.name}.{key} must be a number, not {shown(value)}.")
        # False for NaN too; a whole number of 400 digits has no float to ask about.
        if not low <= value <= high:
            raise Wrong(f"{self.name}.{key} must lie from {low} to {high}, not {shown(value)}.")
        return float(value)

    def identifier(self, key: str) -> str:
        """Return the key of an id; see ``key_of``."""
        return key_of(self._get(key), name=f"{self.name}.{key}")

    def text(self, key: str) -> str:
        """Return a string."""
        value = self._get(key)
        if not isinstance(value, str):
            raise Wrong(f"{self.name}.{key} must be a text, not {shown(value)}.")
        return value

    def array(self, key: str, *, is_needed: bool = True) -> list[object]:
        """Return a list; an empty one when it may be missing and is."""
        if not is_needed and not self.has(key):
            return []
        return array(self._get(key), name=f"{self.name}.{key}")

    def record(self, key: str) -> Record:
        """Return a nested object."""
        return Record(self._get(key), name=f"{self.name}.{key}" if self.name else key)

    def rows(self, key: str, *, length: int, is_needed: bool = True) -> Iterator[list[object]]:
        """Yield the lists of a list, each of exactly this length."""
        for place, row in enumerate(self.array(key, is_needed=is_needed)):
            yield array(row, name=f"{self.name}.{key}[{place}]", length=length)

    def _get(self, key: str) -> object:
        if key not in self._fields:
            raise Wrong(f"{self.name} lacks “{key}”.")
        return self._fields[key]


class Collector:
    """Gather what is wrong with one file, then refuse it all at once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._sentences: list[str] = []

    def each(self, values: Iterable[object], read: Callable[[int, object], T]) -> list[T]:
        """Return what can be read; remember why the rest cannot."""
        found = []
        for place, value in enumerate(values):
            try:
                found.append(read(place, value))
            except Wrong as wrong:
                self._sentences.append(_cut(str(wrong), LONGEST_SENTENCE))
        return found

    def refuse_if_wrong(self) -> None:
        """Raise ``BadInput`` with the first 200 sentences, if there are any."""
        if self._sentences:
            shown_first = self._sentences[:SHOWN_PROBLEMS]
            raise BadInput(Problem(self._file, 0, "", sentence) for sentence in shown_first)


def read_json(path: Path) -> object:
    """Return the JSON of a file, packed if its name ends in ``.gz``.

    Raises:
        BadInput: the file cannot be read, unpacked or understood.
    """
    try:
        return json.loads(_read_text(path), parse_constant=_refuse_constant)
    except OSError as error:
        sentence = f"The file cannot be read: {error.strerror or error}."
    except (EOFError, zlib.error):
        sentence = "The file is cut off or is not packed with gzip."
    except UnicodeDecodeError:
        sentence = "The file is not UTF-8 text."
    except RecursionError:
        sentence = "The file is nested too deeply."
    except Wrong as wrong:
        sentence = str(wrong)
    except ValueError as error:
        sentence = f"The file is not JSON: {error}."
    raise BadInput([Problem(path.name, 0, "", sentence)])


def integer(value: object, *, name: str, low: int = -LARGEST, high: int = LARGEST) -> int:
    """Return a whole number within both limits, both included."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Wrong(f"{name} must be a whole number, not {shown(value)}.")
    if not low <= value <= high:
        raise Wrong(f"{name} must lie from {low} to {high}, not {shown(value)}.")
    return value


def array(value: object, *, name: str, length: int | None = None) -> list[object]:
    """Return a list, of this length where one is given."""
    if not isinstance(value, list):
        raise Wrong(f"{name} must be a list, not {shown(value)}.")
    if length is not None and len(value) != length:
        raise Wrong(f"{name} must have {length} entries, not {len(value)}.")
    return value


def key_of(raw: object, *, name: str) -> str:
    """Return the text by which an id goes inside; 1 and "1" stay apart.

    What cannot be printed, such as half a character, goes inside as JSON would write it.
    """
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise Wrong(f"{name} must be a whole number or a text, not {shown(raw)}.")
    if isinstance(raw, int):
        return str(integer(raw, name=name, low=-(2**63), high=2**63 - 1))
    needs_quotes = _WHOLE_NUMBER.fullmatch(raw) or raw.startswith('"') or not raw.isprintable()
    return json.dumps(raw) if needs_quotes else raw


def raw_of(key: str) -> int | str:
    """Return the id as it came; the inverse of ``key_of``."""
    if _WHOLE_NUMBER.fullmatch(key):
        return int(key)
    return str(json.loads(key)) if key.startswith('"') else key


def shown(value: object) -> str:
    """Return a value as a sentence can quote it, never longer than a line."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST**2:
        return "a number out of all bounds"
    is_plain = not isinstance(value, str) or value.isprintable()
    return _cut(json.dumps(value, ensure_ascii=not is_plain), 40)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


def _read_text(path: Path) -> str:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Wrong(f"The file is larger than {MAX_BYTES >> 20} MB.")
    # An empty list takes three octets here and sixty in memory: a small file could fill it.
    if content.count(b"[") + content.count(b"{") > MAX_LISTS:
        raise Wrong(f"The file holds more than {MAX_LISTS:,} lists and objects.")
    return content.decode("utf-8-sig")


def _refuse_constant(name: str) -> object:
    raise Wrong(f"{name} is not a number a plan can use.")
