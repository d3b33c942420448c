"""Say what was just done, with the way back beside it, in place of asking beforehand."""

from __future__ import annotations

from typing import cast

from flask import flash


def tell_done(words: str, *, undo: str = "", **fields: str) -> None:
    """Show these words on the next page; ``undo`` is the address that takes it back."""
    message: object = {"words": words, "action": undo, "fields": fields} if undo else words
    flash(cast(str, message), "done")  # Flask keeps whatever JSON can hold.
