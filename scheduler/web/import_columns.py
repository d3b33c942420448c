"""What stands in the files that are handed out to be read: imports, mistakes, changes."""

from __future__ import annotations

from flask_babel import gettext as _

from scheduler.domain.errors import Problem
from scheduler.domain.imports import Import, ImportState
from scheduler.domain.zones import local
from scheduler.services.import_lists import Change
from scheduler.services.import_pages import ImportDesk
from scheduler.web.askers import asker
from scheduler.web.import_words import import_state, import_sum, kind_word
from scheduler.web.lists import Column
from scheduler.web.row_words import row_in_their_language


def import_columns(past: ImportDesk) -> tuple[Column[Import], ...]:
    """Return the columns of the list of imports."""
    return (
        Column(_("When"), lambda found: local(found.asked_at, past.timezone)),
        Column(_("By"), lambda found: asker(found, past.name_by_email)),
        Column(_("Files"), lambda found: found.title),
        Column(_("State"), lambda found: import_state(found)["words"]),
        Column(_("What changed"), what_changed),
    )


def what_changed(found: Import) -> str:
    """Return what came of an import, nothing of one that was not carried out."""
    return import_sum(found) if found.state is ImportState.DONE and found.confirmed_by else ""


def problem_columns() -> tuple[Column[Problem], ...]:
    """Return the columns of a list of mistakes."""
    return (
        Column(_("File"), lambda problem: problem.file),
        Column(_("Row"), lambda problem: problem.row or None),
        Column(_("Column"), lambda problem: problem.column),
        Column(_("What is wrong"), lambda problem: row_in_their_language(problem.sentence)),
    )


def change_columns() -> tuple[Column[Change], ...]:
    """Return the columns of a list of changes; what is new has no more than its name."""
    return (
        Column(_("Kind"), lambda change: kind_word(change.kind)),
        Column(_("Name"), lambda change: change.key),
        Column(_("Column"), lambda change: change.field),
        Column(_("Now"), lambda change: change.old),
        Column(_("In your files"), lambda change: change.new),
    )
