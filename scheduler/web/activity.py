"""Who changed what."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("activity", __name__)


@bp.get("/activity")
def recent() -> str:
    """Show what was done."""
    return ""
