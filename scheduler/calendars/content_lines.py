"""The grammar that our calendar files are written in: content lines, folded by octets.

Written here and not by the icalendar package, for two measured reasons: 5,000 events took it
over a second where a feed has 0.3, and a literal ``\\N`` in a text came back as ``\\n``.
Reading other people's files is another matter and left to that package.

A text may hold anything that a person can type. Control characters are left out and every
kind of line break becomes ``\\n``, U+0085, U+2028 and U+2029 too: some readers cut lines there,
so what follows could pass for a property of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote

LINE_OCTETS = 75
NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})

_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NEEDS_QUOTES = re.compile("[:;,]")
_CARETS = str.maketrans({"^": "^^", "\n": "^n", '"': "^'"})
_URI_SAFE = "%:/?#[]@!$&'()*+,;=-._~"


def clean(text: str) -> str:
    """Return the text without control characters, its line breaks all ``\\n``; tabs stay."""
    if text.replace("\n", "").isprintable():
        return text
    return _CONTROLS.sub("", _BREAKS.sub("\n", text))


def one_line(text: str) -> str:
    """Return the clean text on one line, each run of white space as one space."""
    return " ".join(clean(text).split())


def content_line(name: str, value: str, parameters: Mapping[str, str] = NO_PARAMETERS) -> str:
    """Return one property, folded and ended; the value must be in its type's form already.

    Source: RFC 5545 section 3.1, RFC 6868 for the parameters.
    """
    if parameters:
        name += "".join([f";{key}={_parameter(text)}" for key, text in parameters.items()])
    line = f"{name}:{value}"
    return f"{line}\r\n" if len(line) <= LINE_OCTETS and line.isascii() else _folded(line)


def text_line(name: str, text: str) -> str:
    """Return a TEXT property, empty when there is nothing to say.

    Source: RFC 5545 section 3.3.11.
    """
    cleaned = clean(text)
    return content_line(name, _escaped(cleaned)) if cleaned else ""


def component(name: str, lines: Iterable[str]) -> str:
    """Return a component around its content lines."""
    return f"BEGIN:{name}\r\n{''.join(lines)}END:{name}\r\n"


def utc_form(moment: datetime) -> str:
    """Return a UTC moment as ``20261208T154000Z``."""
    return f"{local_form(moment)}Z"


def local_form(wall: datetime) -> str:
    """Return a wall time as ``20261208T104000``; its zone goes into the TZID parameter."""
    return wall.isoformat()[:19].replace("-", "").replace(":", "")


def date_form(day: date) -> str:
    """Return a day as ``20261208``."""
    return f"{day.year:04}{day.month:02}{day.day:02}"


def offset_form(offset: timedelta) -> str:
    """Return an offset from UTC as ``-0500``, with seconds only where there are any."""
    seconds = int(offset.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    form = f"{'-' if seconds < 0 else '+'}{hours:02}{rest // 60:02}"
    return f"{form}{rest % 60:02}" if rest % 60 else form


def uri_form(address: str) -> str:
    """Return an address with everything percent-encoded that a URI cannot hold."""
    return quote(one_line(address), safe=_URI_SAFE)


def mailto(email: str) -> str:
    """Return the calendar address of an e-mail address."""
    return "mailto:" + quote(one_line(email), safe="@+!$&'*=._~-")


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


@lru_cache(maxsize=512)
def _parameter(text: str) -> str:
    # Tabs are allowed in a quoted value, but nobody means one in a name.
    cleaned = clean(text).replace("\t", " ")
    if cleaned.isalnum():
        return cleaned
    cleaned = cleaned.translate(_CARETS)
    return f'"{cleaned}"' if _NEEDS_QUOTES.search(cleaned) else cleaned


def _folded(line: str) -> str:
    octets = line.encode()
    if len(octets) == len(line):
        cuts = range(LINE_OCTETS, len(line), LINE_OCTETS - 1)
        told = (line[:LINE_OCTETS], *(line[cut : cut + LINE_OCTETS - 1] for cut in cuts))
        return "\r\n ".join(told) + "\r\n"
    pieces = []
    start, room = 0, LINE_OCTETS
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end])
        # The space that marks a continuation counts as one octet of its line.
        start, room = end, LINE_OCTETS - 1
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces).decode() + "\r\n"
