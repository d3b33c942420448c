"""The volunteers, for coordinators."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("volunteers", __name__)


@bp.get("/volunteers")
def every() -> str:
    """Show all."""
    return ""


@bp.get("/volunteers/<ref>")
def one(ref: str) -> str:
    """Show one."""
    return ref
