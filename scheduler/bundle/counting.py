"""How many rows of each file are new, and how many differ from what is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scheduler.bundle import tables
from scheduler.bundle.changes import rows_in_full
from scheduler.bundle.district_file import district_facts
from scheduler.bundle.extras import policy_files
from scheduler.bundle.tables import CLOSURES, CLOSURES_CALENDAR, TABLES, Table
from scheduler.bundle.values import Bundle, Reading
from scheduler.domain.imports import FileCount

Rows = Mapping[object, object]

_TABLE_BY_FILE: Mapping[str, Table] = {
    **{table.file: table for table in TABLES},
    CLOSURES_CALENDAR: CLOSURES,
}


def counts_of(existing: Bundle, reading: Reading) -> tuple[FileCount, ...]:
    """Return one count for each file that is there, in the order of the bundle's files."""
    return tuple(_counts(existing, reading))


def _counts(existing: Bundle, reading: Reading) -> Iterator[FileCount]:
    for file, rows in reading.rows_by_file.items():
        old, new = _rows(existing, file), _rows(reading.merged, file)
        yield FileCount(
            file,
            rows,
            added=len(new.keys() - old.keys()),
            changed=sum(old[key] != new[key] for key in new.keys() & old.keys()),
        )


def _rows(bundle: Bundle, file: str) -> Rows:
    if file in _TABLE_BY_FILE:
        return dict(rows_in_full(bundle, _TABLE_BY_FILE[file]).items())
    if file == tables.DISTRICT_FILE:
        return {"": district_facts(bundle)} if bundle.district else {}
    if file == f"{tables.BUSY_FOLDER}/":
        volunteers = bundle.volunteers or {}
        return {email: each.busy.content for email, each in volunteers.items() if each.busy}
    return dict(policy_files(bundle.extras).items())
