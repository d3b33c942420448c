"""An import in words: where it stands, what it does right now, what its files and changes are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import TypedDict

from flask_babel import gettext as _
from flask_babel import lazy_gettext, lazy_pgettext, ngettext

from scheduler.domain.imports import FileCount, Import, ImportState
from scheduler.services.blank_files import KnownFile
from scheduler.services.import_lists import Listed
from scheduler.web.formats import write_number

STATE_WORDS: Mapping[ImportState, tuple[str, str]] = MappingProxyType(
    {
        ImportState.WAITING: (lazy_pgettext("import", "Waiting"), "wait"),
        ImportState.WORKING: (lazy_pgettext("import", "Under way"), "info"),
        ImportState.READY: (lazy_pgettext("import", "Waits for your yes"), "wait"),
        ImportState.REFUSED: (lazy_pgettext("import", "Not taken"), "stop"),
        ImportState.DONE: (lazy_pgettext("import", "Imported"), "ok"),
        ImportState.FAILED: (lazy_pgettext("import", "Did not work"), "stop"),
        ImportState.DROPPED: (lazy_pgettext("import", "Given up"), ""),
    }
)
PHASE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "reading": lazy_gettext("Checking every row"),
        "comparing": lazy_gettext("Comparing with what we know"),
        "writing": lazy_gettext("Writing it down"),
    }
)
KIND_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "district": lazy_pgettext("import", "District"),
        "topic": lazy_pgettext("import", "Topic"),
        "bell schedule": lazy_pgettext("import", "Bell schedule"),
        "school": lazy_pgettext("import", "School"),
        "staff": lazy_pgettext("import", "Staff"),
        "class": lazy_pgettext("import", "Class"),
        "organization": lazy_pgettext("import", "Organization"),
        "volunteer": lazy_pgettext("import", "Volunteer"),
        "request": lazy_pgettext("import", "Request"),
        "booking": lazy_pgettext("import", "Booking"),
        "policy": lazy_pgettext("import", "Rules"),
    }
)
FILE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "district.toml": lazy_gettext("The district’s name, its clock and its school year."),
        "topics.csv": lazy_gettext("What visits can be about, one topic a row."),
        "bell_schedules.csv": lazy_gettext("When lessons begin and end, one period a row."),
        "day_types.csv": lazy_gettext("Which days are A and which are B, if your days rotate."),
        "closures.csv": lazy_gettext("Holidays and other days without school."),
        "schools.csv": lazy_gettext("One school a row, with its place on the map."),
        "staff.csv": lazy_gettext("Teachers, offices and coordinators, one person a row."),
        "classes.csv": lazy_gettext("One class a row, with its teacher and its lessons."),
        "organizations.csv": lazy_gettext("Where volunteers come from, such as a company."),
        "organization_sites.csv": lazy_gettext("The other places of an organization."),
        "organization_contacts.csv": lazy_gettext("Whom to ask at an organization."),
        "volunteers.csv": lazy_gettext("Who visits, what they know and how far they go."),
        "availability.csv": lazy_gettext("When volunteers can come, one weekly time a row."),
        "days_away.csv": lazy_gettext("When volunteers cannot come."),
        "clearances.csv": lazy_gettext("Police checks and the like, one paper a row."),
        "requests.csv": lazy_gettext("What teachers ask for, one visit or series a row."),
        "bookings.csv": lazy_gettext("Visits that are arranged already. Nobody gets an e-mail."),
    }
)
SHOWN = 200


class Added(TypedDict):
    """New things of one kind: what it is called, the first keys, and how many more there are."""

    kind: str
    count: int
    keys: tuple[str, ...]


def import_state(found: Import) -> dict[str, str]:
    """Return the import's state as a tag: a few words and a tone."""
    words, tone = STATE_WORDS[found.state]
    if found.state is ImportState.DONE and not found.confirmed_by:
        words = _("Nothing was new")
    return {"words": str(words), "tone": tone}


def import_phase(found: Import) -> str:
    """Return what is done right now, with the rows done where they are known."""
    stretch = found.stretch
    words = str(PHASE_WORDS.get(stretch.phase, _("Opening the files")))
    if not stretch.total:
        return words
    return _(
        "%(words)s: %(done)s of %(total)s rows",
        words=words,
        done=write_number(stretch.done),
        total=write_number(stretch.total),
    )


def import_sum(found: Import) -> str:
    """Return how much an import changed, or would change, in a few words."""
    added = sum(count.added for count in found.counts)
    changed = sum(count.changed for count in found.counts)
    parts = [
        *_rows(added, changed),
        ngettext("%(num)s request withdrawn", "%(num)s requests withdrawn", found.withdrawn)
        if found.withdrawn
        else "",
        ngettext("%(num)s person put at rest", "%(num)s people put at rest", found.rested)
        if found.rested
        else "",
    ]
    return ", ".join(filter(None, parts)) or _("Nothing changed")


def count_words(count: FileCount) -> str:
    """Return what becomes of a file's rows: how many are new, changed, and stay as they are."""
    same = ngettext("%(rows)s as it is", "%(rows)s as they are", count.same, rows=_n(count.same))
    return ", ".join((*_rows(count.added, count.changed), *((same,) if count.same else ())))


def kind_word(kind: str) -> str:
    """Return what a kind of thing is called."""
    return str(KIND_WORDS.get(kind, kind))


def added_by_kind(listed: Listed) -> tuple[Added, ...]:
    """Return the new things, kind by kind, in the order of the files."""
    groups = groupby(listed.additions, key=lambda change: change.kind)
    return tuple(_added(kind, tuple(change.key for change in each)) for kind, each in groups)


def readme_of(files: tuple[KnownFile, ...]) -> str:
    """Return what the empty files are for, and which columns each of them needs."""
    head = _("Fill in the files that you have and leave the others away. Save them as “CSV UTF-8”.")
    return "\n".join([head, "", *map(_line, files)]) + "\n"


def _rows(added: int, changed: int) -> Iterator[str]:
    if added:
        yield ngettext("%(rows)s new row", "%(rows)s new rows", added, rows=_n(added))
    if changed:
        yield ngettext("%(rows)s changed row", "%(rows)s changed rows", changed, rows=_n(changed))


def _n(number: int) -> str:
    return str(write_number(number))


def _line(file: KnownFile) -> str:
    return _(
        "%(file)s: %(purpose)s Needed: %(columns)s.",
        file=file.name,
        purpose=FILE_WORDS[file.name],
        columns=", ".join(file.required),
    )


def _added(kind: str, keys: tuple[str, ...]) -> Added:
    return {"kind": kind_word(kind), "count": len(keys), "keys": keys[:SHOWN]}
