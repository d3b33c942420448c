"""Say what was just done, with the way back beside it, in place of asking beforehand."""

from __future__ import annotations

from typing import cast

from flask import flash, request, url_for

ACTIVITY = "activity"


def back_or(address: str) -> str:
    """Return the line of the activity page that the form stood in, else this address."""
    asked = request.form
    if asked.get("back") != ACTIVITY:
        return address
    topic, by = (asked.get(name) or None for name in ("topic", "by"))
    return url_for("activity.recent", topic=topic, by=by, _anchor=asked.get("at") or None)


def tell_done(words: str, *, undo: str = "", **fields: str) -> None:
    """Show these words on the next page; ``undo`` is the address that takes it back."""
    message: object = {"words": words, "action": undo, "fields": fields} if undo else words
    flash(cast(str, message), "done")  # Flask keeps whatever JSON can hold.
