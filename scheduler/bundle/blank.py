"""Files for somebody who begins: every spreadsheet with its first row, and a district to fill in.

Made from the columns that the reader knows, so that they cannot say anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scheduler.bundle.district_file import PLAIN_KEYS, REQUIRED_KEYS
from scheduler.bundle.tables import DISTRICT_FILE, TABLES
from scheduler.bundle.toml_text import toml_lines


def blank_files() -> Iterator[tuple[str, bytes]]:
    """Yield the name and the octets of each file; a spreadsheet holds its first row alone."""
    yield DISTRICT_FILE, _district().encode()
    for table in TABLES:
        yield table.file, (",".join(table.columns) + "\n").encode()


def new_district_text(about: Mapping[str, str]) -> str:
    """Return the file of a district of which only this is known, by key."""
    given = {name: about[name] for name in PLAIN_KEYS if about.get(name)}
    return "".join(f"{line}\n" for line in toml_lines(given))


def _district() -> str:
    lines = (
        f'{name} = ""' if name in REQUIRED_KEYS else f"# {name} = "
        for name in sorted(PLAIN_KEYS, key=lambda name: name not in REQUIRED_KEYS)
    )
    return "".join(f"{line}\n" for line in lines)
