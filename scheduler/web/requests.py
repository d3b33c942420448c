"""The teacher's requests: ask for a speaker, follow, withdraw; and all of them for overseers."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("requests", __name__)


@bp.get("/requests/new")
def ask() -> str:
    """Show the form."""
    return ""


@bp.get("/requests")
def own() -> str:
    """Show the teacher's requests."""
    return ""


@bp.get("/requests/<key>")
def one(key: str) -> str:
    """Show one."""
    return key


@bp.get("/all-requests")
def every() -> str:
    """Show all."""
    return ""
