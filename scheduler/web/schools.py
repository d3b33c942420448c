"""The schools, for coordinators."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("schools", __name__)


@bp.get("/schools")
def every() -> str:
    """Show all."""
    return ""


@bp.get("/schools/<key>")
def one(key: str) -> str:
    """Show one."""
    return key
