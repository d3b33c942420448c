"""The coordinator's board."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("proposals", __name__)


@bp.get("/proposals")
def board() -> str:
    """Show the board."""
    return ""


@bp.get("/proposals/<key>")
def one(key: str) -> str:
    """Show the board with one request open."""
    return key
