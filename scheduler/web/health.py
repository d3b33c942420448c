"""Whether the site is alive, and whether it can do its work."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from scheduler.domain.errors import SchedulerError
from scheduler.services.picture import find_district
from scheduler.web.desk import desk

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that this process answers; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether the database answers and a district is there."""
    try:
        with desk().store.read() as work:
            has_district = find_district(work) is not None
    except (SchedulerError, OSError):
        return jsonify(status="no database"), 503
    return jsonify(status="ok", district=has_district)
