"""Show every component in every state on one page, for whoever builds pages and tests the look.

There only in debug mode. What it shows is made up and stands in the templates.
"""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, render_template, request
from flask.typing import ResponseReturnValue

bp = Blueprint("ui_pages", __name__)

THEMES = frozenset({"light", "dark"})


@bp.get("/help/ui")
def components() -> ResponseReturnValue:
    """Show the components; ``?theme=dark`` and ``?dir=rtl`` override the device and language."""
    if not current_app.debug:
        abort(404)
    flash("You said yes.", "done")
    flash("Nothing was changed.", "note")
    flash("We could not read that file.", "problem")
    theme, turned = request.args.get("theme", ""), request.args.get("dir", "")
    chosen = {"theme": theme} if theme in THEMES else {}
    return render_template("help/ui.html", **chosen, **({"dir": "rtl"} if turned == "rtl" else {}))
