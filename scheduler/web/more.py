"""The pages that are needed now and then, one link each."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from scheduler.web.signed_in import actor, overseers_only

bp = Blueprint("more", __name__)

# Endpoint, what it is called, what it is for.
PAGES = (
    (
        lazy_gettext("Every day"),
        (
            ("search.find", lazy_gettext("Search"), lazy_gettext("Find anything by its name.")),
            ("day.sheet", lazy_gettext("Day sheet"), lazy_gettext("Who comes where, to print.")),
            (
                "repairs.every",
                lazy_gettext("What if"),
                lazy_gettext("Try a change out before you make it."),
            ),
            (
                "stand_ins.every",
                lazy_gettext("Stand-ins"),
                lazy_gettext("Who is looked for after somebody dropped out."),
            ),
            (
                "closing.ask",
                lazy_gettext("Close a day"),
                lazy_gettext("Snow or a burst pipe: call the visits off and tell everyone."),
            ),
            (
                "activity.recent",
                lazy_gettext("Activity"),
                lazy_gettext("Who changed what, and the way back."),
            ),
        ),
    ),
    (
        lazy_gettext("People and places"),
        (
            (
                "organizations.every",
                lazy_gettext("Organizations"),
                lazy_gettext("What they promised and what they gave."),
            ),
            (
                "clearances.every",
                lazy_gettext("Clearances"),
                lazy_gettext("What ended and what ends soon."),
            ),
            (
                "people.every",
                lazy_gettext("People"),
                lazy_gettext("Accounts, roles and addresses."),
            ),
            (
                "joining.every",
                lazy_gettext("New volunteers"),
                lazy_gettext("Who wants to join, and what they wait for."),
            ),
            (
                "other_times.every",
                lazy_gettext("Other times"),
                lazy_gettext("When volunteers could come instead."),
            ),
            (
                "school_time.page",
                lazy_gettext("School time"),
                lazy_gettext("Holidays and bells from a file."),
            ),
        ),
    ),
    (
        lazy_gettext("The site"),
        (
            ("inbox.every", lazy_gettext("Inbox"), lazy_gettext("E-mails that need a person.")),
            ("mail_log.every", lazy_gettext("E-mails"), lazy_gettext("Every e-mail of a visit.")),
            (
                "imports.every",
                lazy_gettext("The district’s files"),
                lazy_gettext("Bring spreadsheets in, or take the district along."),
            ),
            (
                "settings.show",
                lazy_gettext("Settings"),
                lazy_gettext("The site’s name, its language and what counts how much."),
            ),
        ),
    ),
)
COORDINATORS_ALONE = frozenset({"closing.ask", "imports.every"})


@bp.get("/more")
@overseers_only
def every() -> ResponseReturnValue:
    """Show the links to all other pages that the reader may open."""
    may_act = actor().is_coordinator
    groups = tuple(
        (
            title,
            tuple(
                {"label": label, "note": note, "href": url_for(endpoint)}
                for endpoint, label, note in pages
                if may_act or endpoint not in COORDINATORS_ALONE
            ),
        )
        for title, pages in PAGES
    )
    return render_template("more/every.html", groups=groups)
