"""About me: what a volunteer offers, saved section by section."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import UnknownZone
from scheduler.domain.topics import TopicTree
from scheduler.services import profiles
from scheduler.services.profiles import MyProfile, Offer, my_profile
from scheduler.web.desk import desk
from scheduler.web.offer_fields import (
    LEVELS,
    formats_of,
    grade_choices,
    grades_of,
    language_choices,
    levels_of,
    topic_groups,
    way_choices,
)
from scheduler.web.phrasing import one_line, zone_label
from scheduler.web.signed_in import actor, volunteers_only

bp = Blueprint("profile", __name__)

SECTIONS = ("topics", "grades", "languages", "formats", "way", "needs", "zone")
LONGEST_TEXT = 300
LONGEST_CODE = 12
LONGEST_VISIT_MINUTES = 240
ZONES = (
    *("America/St_Johns", "America/Halifax", "America/Toronto", "America/Winnipeg"),
    *("America/Regina", "America/Edmonton", "America/Vancouver", "America/Whitehorse"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix"),
    *("America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
    *("America/Mexico_City", "Europe/London", "Europe/Paris", "UTC"),
)


@bp.get("/profile")
@volunteers_only
def own() -> ResponseReturnValue:
    """Show what I told about myself."""
    return _page()


@bp.post("/profile/<section>")
@volunteers_only
def save(section: str) -> ResponseReturnValue:
    """Save one section and leave the others as they are."""
    mine = _mine()
    problem = _problem(section)
    if section not in SECTIONS or problem:
        return _page(refused=section, problem=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        offer = _offer(section, mine.topics)
        profiles.save_profile(desk().store, offer, actor=actor(), now=desk().now)
    except UnknownZone:
        said = _("Pick a place from the list")
        return _page(refused=section, problem=said), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(_("Saved."), "done")
    return redirect(url_for("profile.own", _anchor=section), HTTPStatus.SEE_OTHER)


def _offer(section: str, topics: TopicTree) -> Offer:
    ticked = request.form.getlist(section)
    match section:
        case "topics":
            known = (key for key in ticked if key in topics)
            return Offer(level_by_topic=levels_of(known, request.form))
        case "grades":
            return Offer(grades=grades_of(ticked))
        case "languages":
            return Offer(languages=tuple(tag for tag in ticked if tag.isprintable())[:20])
        case "formats":
            return Offer(formats=formats_of(ticked))
        case "way":
            code = one_line(request.form.get("postal_code", ""))
            return Offer(postal_code=code, min_minutes=_minutes())
        case "needs":
            return Offer(needs=request.form.get("needs", "").strip())
    return Offer(timezone=request.form.get("timezone", ""))


def _problem(section: str) -> str:
    """A section that is left without anything would take the volunteer out of every search."""
    ticked = request.form.getlist(section)
    match section:
        case "topics" if not ticked:
            return _("Pick at least one topic")
        case "grades" if not grades_of(ticked):
            return _("Pick at least one grade")
        case "languages" if not ticked:
            return _("Pick at least one language")
        case "formats" if not formats_of(ticked):
            return _("Pick at least one way to visit")
        case "way" if len(request.form.get("postal_code", "")) > LONGEST_CODE:
            return _("Use at most 12 letters")
        case "way" if _minutes() is None:
            return _("Write a number from 0 to 240")
        case "needs" if len(request.form.get("needs", "")) > LONGEST_TEXT:
            return _("Use at most 300 letters")
    return ""


def _minutes() -> int | None:
    text = request.form.get("min_minutes", "0").strip() or "0"
    is_sensible = text.isascii() and text.isdigit() and int(text) <= LONGEST_VISIT_MINUTES
    return int(text) if is_sensible else None


def _mine() -> MyProfile:
    return my_profile(desk().store, actor=actor(), gazetteer=desk().gazetteer)


def _page(*, refused: str = "", problem: str = "") -> str:
    mine = _mine()
    volunteer = mine.volunteer
    return render_template(
        "profile/own.html",
        mine=mine,
        topics=topic_groups(mine.topics),
        levels=LEVELS,
        grades=grade_choices(),
        languages=language_choices(volunteer.languages),
        ways=way_choices(),
        zones=_zones(mine),
        now=desk().now,
        refused=refused,
        problem=problem,
        written=request.form if refused else {},
    )


def _zones(mine: MyProfile) -> list[dict[str, str]]:
    own = mine.volunteer.timezone
    names = dict.fromkeys((*ZONES, *((own,) if own else ())))
    district = zone_label(desk().now, mine.district_timezone)
    default = {"value": "", "label": _("The district’s clock: %(zone)s", zone=district)}
    return [default, *({"value": name, "label": zone_label(desk().now, name)} for name in names)]
