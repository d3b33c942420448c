"""Files around an import: empty ones to begin with, what is wrong, what would change, the district.

The district itself goes out exactly as it would come in again; lists are for reading, so their
cells are made harmless.
"""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from scheduler.services.blank_files import blank_zip, known_files
from scheduler.services.bundles import export_zip
from scheduler.services.import_lists import Listed
from scheduler.services.import_pages import look
from scheduler.web.desk import desk
from scheduler.web.import_columns import change_columns, problem_columns
from scheduler.web.import_words import readme_of
from scheduler.web.lists import csv_answer
from scheduler.web.signed_in import actor, coordinators_only

bp = Blueprint("import_files", __name__)

ZIP_TYPE = "application/zip"


@bp.get("/imports/empty-files.zip")
@coordinators_only
def empty() -> ResponseReturnValue:
    """Hand out empty files with their first rows, and what each is for."""
    return _archive("empty-files", blank_zip(readme_of(known_files())))


@bp.get("/imports/district.zip")
@coordinators_only
def district() -> ResponseReturnValue:
    """Hand out the whole district."""
    packed = export_zip(desk().store, actor=actor())
    return _archive(f"district-{desk().now.date().isoformat()}", packed)


@bp.get("/imports/<key>/problems.csv")
@coordinators_only
def problems(key: str) -> ResponseReturnValue:
    """Hand out what is wrong with the files."""
    return csv_answer("problems", problem_columns(), _listed(key).problems)


@bp.get("/imports/<key>/changes.csv")
@coordinators_only
def changes(key: str) -> ResponseReturnValue:
    """Hand out what would change."""
    return csv_answer("changes", change_columns(), _listed(key).changes)


def _archive(name: str, octets: bytes) -> Response:
    answer = Response(octets, content_type=ZIP_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return answer


def _listed(key: str) -> Listed:
    return look(desk().store, key, actor=actor(), lease_now=desk().lease_clock()).listed
