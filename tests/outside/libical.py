"""libical's judgement of our calendars: ``python -m tests.outside.libical FILE…``.

The engine of Evolution, GNOME and KDE parses a file and checks what RFC 5545 and RFC 5546
demand of it. It is a system library (``libical3`` on Debian); ``LIBICAL_LIBRARY`` may
name the file of one that is not installed.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from ctypes.util import find_library
from functools import cache
from pathlib import Path


class NoLibical(OSError):
    """Say that the library is not on this machine."""


def libical_faults(octets: bytes) -> tuple[str, ...]:
    """Return what libical finds wrong with a calendar, as its X-LIC-ERROR lines.

    Raises:
        NoLibical: if the library is not there.
    """
    library = _library()
    calendar = library.icalparser_parse_string(octets)
    if not calendar:
        return ("libical reads no calendar",)
    try:
        is_kept = library.icalrestriction_check(calendar)
        text = ctypes.string_at(library.icalcomponent_as_ical_string(calendar)).decode()
    finally:
        library.icalcomponent_free(calendar)
    unfolded = text.replace("\r\n ", "").replace("\r\n\t", "")
    errors = tuple(re.findall(r"^X-LIC-ERROR.*?$", unfolded, re.MULTILINE))
    return errors or (() if is_kept else ("a restriction is broken",))


@cache
def _library() -> ctypes.CDLL:
    name = os.environ.get("LIBICAL_LIBRARY") or find_library("ical")
    if not name:
        raise NoLibical("libical is not installed here")
    try:
        library = ctypes.CDLL(name)
    except OSError as problem:
        raise NoLibical(str(problem)) from problem
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    library.icalrestriction_check.argtypes = [ctypes.c_void_p]
    library.icalrestriction_check.restype = ctypes.c_bool
    library.icalcomponent_as_ical_string.argtypes = [ctypes.c_void_p]
    library.icalcomponent_as_ical_string.restype = ctypes.c_void_p
    library.icalcomponent_free.argtypes = [ctypes.c_void_p]
    return library


def main(paths: list[str]) -> int:
    """Print every fault of these files and return how many there are."""
    found = [f"{path}: {fault}" for path in paths for fault in libical_faults(_octets(path))]
    print("\n".join(found) or "no fault")
    return len(found)


def _octets(path: str) -> bytes:
    return Path(path).read_bytes()


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
