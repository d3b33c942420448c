"""Short pages that explain one thing each, for whoever comes, and what can be said of access."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

bp = Blueprint("help", __name__)

TITLE_BY_TOPIC = {
    "asking": lazy_gettext("Ask for a speaker"),
    "answering": lazy_gettext("Answer an invitation"),
    "availability": lazy_gettext("Say when you can visit"),
    "calendar": lazy_gettext("Visits in your own calendar"),
    "approving": lazy_gettext("Approve, swap or explain"),
    "feedback": lazy_gettext("After the visit"),
    "e-mails": lazy_gettext("The e-mails we send"),
    "your-data": lazy_gettext("What we keep about you"),
}


@bp.get("/help")
def topics() -> ResponseReturnValue:
    """Show what there is help on."""
    return render_template("help/topics.html", title_by_topic=TITLE_BY_TOPIC)


@bp.get("/help/<topic>")
def topic(topic: str) -> ResponseReturnValue:
    """Show the page of one topic."""
    if topic not in TITLE_BY_TOPIC:
        abort(404)
    return render_template(f"help/{topic}.html", title=TITLE_BY_TOPIC[topic])


@bp.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """Show what the site does for everyone to be able to use it, and whom to tell."""
    return render_template("help/accessibility.html", title=lazy_gettext("Accessibility"))
