"""Lists as tables to take along: one CSV file with what the page's list shows, filter and all.

A cell that a spreadsheet would take for a formula is neutralised, numbers and dates excepted:
those are ours. A moment is told by the clock it was handed over with, whose zone goes unsaid.
The bundle is another thing and is written by :mod:`scheduler.bundle`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Generic, TypeVar
from urllib.parse import quote
from weakref import finalize

from flask import Response, request

from scheduler.web.phrasing import one_line

Line = TypeVar("Line")
Cell = str | int | float | date | None

CSV_TYPE = "text/csv; charset=utf-8"
CHUNK = 64_000
# Programs read the file as UTF-8 only when it begins so.
BYTE_ORDER_MARK = "\ufeff"
# A longer file waits on the disk until it is sent.
MOST_IN_MEMORY = 256_000
# What begins a formula, as typed and as the wide letters that some programs fold to it.
FORMULA_SIGNS = frozenset("=+-@|%\t\r\n＝＋－＠｜％")
# An apostrophe alone is lost when a spreadsheet saves and opens the file again.
GUARD = "' "


@dataclass(frozen=True, slots=True)
class Column(Generic[Line]):
    """One column: its heading, in the reader's language, and what it says of a line."""

    label: str
    value: Callable[[Line], Cell]


def csv_answer(name: str, columns: Sequence[Column[Line]], lines: Iterable[Line]) -> Response:
    """Return the lines as a file of that name.

    It is written before any of it is sent, so the lines may come one by one from a store that
    is open now, which no slow reader keeps open. Of a long one little is in memory at a time.
    """
    file, written = f"{name}.csv", _written(columns, lines)
    response = Response(iter(lambda: written.read(CHUNK), b""), content_type=CSV_TYPE)
    response.content_length = written.seek(0, io.SEEK_END)
    written.seek(0)
    # Who asks for the head alone never closes what the body is read from.
    finalize(response, written.close)
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{file}\"; filename*=UTF-8''{quote(file)}"
    )
    return response


def harmless(cell: Cell) -> str:
    """Return what stands in the file: one line, and never the beginning of a formula."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str):
        return str(cell)
    text = one_line(cell)
    begins = (cell[:1], text.lstrip(" '\"\xa0")[:1])
    return GUARD + text if text and any(sign in FORMULA_SIGNS for sign in begins if sign) else text


def page_asked() -> int:
    """Return the number of the page that the address asks for, the first by default."""
    return max(1, request.args.get("page", 1, type=int))


def word_asked(name: str, *, among: Iterable[str] | None = None) -> str:
    """Return a filter of the address, trimmed; empty where it is none of those that exist."""
    word = " ".join(request.args.get(name, "").split())
    return word if among is None or word in set(among) else ""


def _written(columns: Sequence[Column[Line]], lines: Iterable[Line]) -> IO[bytes]:
    """Return a file with all of it, which whoever asked has to close."""
    with ExitStack() as opened:
        octets = opened.enter_context(SpooledTemporaryFile(MOST_IN_MEMORY))
        text = io.TextIOWrapper(octets, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        text.write(BYTE_ORDER_MARK)
        writer.writerow([harmless(column.label) for column in columns])
        for line in lines:
            writer.writerow([harmless(column.value(line)) for column in columns])
        text.detach()
        opened.pop_all()
    return octets
