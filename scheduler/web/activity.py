"""Who changed what, newest first, with the way back where there still is one."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.zones import local
from scheduler.services.deeds import DEEDS_BY_TOPIC, PAGE, Deed, every_deed
from scheduler.services.deeds import recent as recent_deeds
from scheduler.web.deed_words import deed_words
from scheduler.web.desk import desk
from scheduler.web.languages import zone_here
from scheduler.web.lists import Column, csv_answer, word_asked
from scheduler.web.phrasing import local_day
from scheduler.web.signed_in import actor, overseers_only

bp = Blueprint("activity", __name__)


@bp.get("/activity")
@overseers_only
def recent() -> ResponseReturnValue:
    """Show what was done, day by day, as far as the address asks for it."""
    topic = word_asked("topic", among=DEEDS_BY_TOPIC)
    deeds = recent_deeds(
        desk().store,
        actor=actor(),
        now=desk().now,
        topic=topic,
        by=word_asked("by"),
        before=_moment(request.args.get("before", "")),
        limit=PAGE,
    )
    days = groupby(deeds.lines, key=lambda deed: local_day(deed.entry.at, deeds.timezone))
    return render_template(
        "activity/recent.html",
        days=tuple((day, tuple(lines)) for day, lines in days),
        zone=deeds.timezone,
        today=local_day(desk().now, deeds.timezone),
        topic=topic,
        by=word_asked("by"),
        before=deeds.before,
        deed_words=deed_words,
    )


@bp.get("/activity.csv")
@overseers_only
def recent_file() -> ResponseReturnValue:
    """Hand out everything that was done."""
    deeds = every_deed(
        desk().store,
        actor=actor(),
        now=desk().now,
        topic=word_asked("topic", among=DEEDS_BY_TOPIC),
        by=word_asked("by"),
    )
    zone = zone_here()
    columns: tuple[Column[Deed], ...] = (
        Column(_("When"), lambda deed: local(deed.entry.at, zone)),
        Column(_("Who"), lambda deed: deed.actor),
        Column(_("What"), lambda deed: deed_words(deed.entry.deed)),
        Column(_("About"), lambda deed: deed.title or deed.entry.subject),
        Column(_("Reason"), lambda deed: str(deed.entry.facts.get("reason", ""))),
    )
    return csv_answer("activity", columns, deeds)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
