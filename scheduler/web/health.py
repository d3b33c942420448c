"""Whether the site is alive, and whether it can do its work.

A timetable that is silent is told and is no reason for 503: the pages work without it, and a
proxy that took them away for it would only make things worse.
"""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from scheduler.domain.errors import SchedulerError, WrongTables
from scheduler.services.vital_signs import Readiness, readiness
from scheduler.web.desk import desk

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that this process answers; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether the database answers, and how the timetable is."""
    try:
        found = readiness(desk().store, lease_now=desk().lease_clock())
    except WrongTables as refusal:
        told = {"version": refusal.present, "needed": refusal.needed}
        return jsonify(status="other tables", **told), 503
    except (SchedulerError, OSError):
        return jsonify(status="no database"), 503
    return jsonify(
        status="ok",
        version=found.version,
        district=found.has_district,
        timetable=_timetable(found),
    )


def _timetable(found: Readiness) -> str:
    if found.timetable_until is None:
        return "never ran"
    if found.is_timetable_alive:
        return "running"
    return f"silent since {found.timetable_until:%Y-%m-%dT%H:%M:%SZ}"
