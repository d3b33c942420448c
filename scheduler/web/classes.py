"""A teacher's own classes, and handing one over to a colleague."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from scheduler.domain.errors import DoubleBooked, Unknown
from scheduler.services import handing_over
from scheduler.services.own_classes import OwnClass, own_classes
from scheduler.web.desk import desk
from scheduler.web.lists import Column, csv_answer
from scheduler.web.notices import tell_done
from scheduler.web.signed_in import actor, teachers_only

bp = Blueprint("classes", __name__)


@bp.get("/classes")
@teachers_only
def own() -> ResponseReturnValue:
    """Show the teacher's classes at every school, and what colleagues offer."""
    return render_template("classes/own.html", own=own_classes(desk().store, actor=actor()))


@bp.get("/classes.csv")
@teachers_only
def own_file() -> ResponseReturnValue:
    """Hand out the teacher's classes."""
    columns: tuple[Column[OwnClass], ...] = (
        Column(_("School"), lambda each: each.school_name),
        Column(_("Class"), lambda each: each.classroom.name),
        Column(_("Subject"), lambda each: each.classroom.subject),
        Column(_("Students"), lambda each: each.classroom.students),
        Column(_("Lessons a week"), lambda each: len(each.classroom.lessons)),
        Column(_("Open requests"), lambda each: each.open_requests),
    )
    return csv_answer("classes", columns, own_classes(desk().store, actor=actor()).classes)


@bp.get("/classes/<key>/hand-over")
@teachers_only
def choose(key: str) -> ResponseReturnValue:
    """Show the colleagues of the same school."""
    return _choose_page(key, "")


@bp.post("/classes/<key>/hand-over")
@teachers_only
def offer(key: str) -> ResponseReturnValue:
    """Offer the class to a colleague."""
    colleague = request.form.get("colleague", "")
    if not colleague:
        return _choose_page(key, _("Pick a colleague")), 422
    try:
        made = handing_over.offer_class(
            desk().store, key, colleague=colleague, actor=actor(), now=desk().now
        )
    except Unknown as error:
        if error.kind != "colleague":
            raise
        return _choose_page(key, _("Pick a colleague from the list")), 422
    undo = url_for("classes.take_back", key=made.key)
    tell_done(_("We asked your colleague. Nothing changes until they say yes."), undo=undo)
    return redirect(url_for("classes.own"), 303)


@bp.get("/classes/offers/<key>")
@teachers_only
def offered(key: str) -> ResponseReturnValue:
    """Show an offered class and what would go along."""
    return _offer_page(key, "")


@bp.post("/classes/offers/<key>/accept")
@teachers_only
def accept(key: str) -> ResponseReturnValue:
    """Take the class over."""
    try:
        handing_over.take_over(desk().store, key, actor=actor(), now=desk().now)
    except DoubleBooked:
        words = _("You have a visit of your own at the same time. Ask your coordinator for help.")
        return _offer_page(key, words), 409
    tell_done(_("The class is yours now. Whoever comes to visit was told."))
    return redirect(url_for("classes.own"), 303)


@bp.post("/classes/offers/<key>/decline")
@teachers_only
def decline(key: str) -> ResponseReturnValue:
    """Say no to the class."""
    handing_over.turn_down(desk().store, key, actor=actor(), now=desk().now)
    tell_done(_("Thank you for telling us. The class stays where it is."))
    return redirect(url_for("classes.own"), 303)


@bp.post("/classes/offers/<key>/take-back")
@teachers_only
def take_back(key: str) -> ResponseReturnValue:
    """Take one's own offer back."""
    handing_over.take_back(desk().store, key, actor=actor(), now=desk().now)
    tell_done(_("You keep the class."))
    return redirect(url_for("classes.own"), 303)


def _choose_page(key: str, wrong: str) -> str:
    found = handing_over.offering(desk().store, key, actor=actor())
    return render_template("classes/hand_over.html", offering=found, wrong=wrong)


def _offer_page(key: str, problem: str) -> str:
    found = handing_over.offered_class(desk().store, key, actor=actor(), now=desk().now)
    return render_template("classes/offered.html", offered=found, problem=problem)
