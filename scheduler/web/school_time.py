"""When schools are open: a district's file or its region's holidays, seen before they count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from scheduler.domain.errors import InvalidPeriod
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import Closure
from scheduler.services import school_time
from scheduler.services.school_time import SchoolTimePage
from scheduler.services.school_time_reading import MOST_LINES, FileNotTaken, FileReading, Line
from scheduler.services.school_time_words import Meaning
from scheduler.web.desk import desk
from scheduler.web.notices import tell_done
from scheduler.web.phrasing import local_day
from scheduler.web.row_words import row_in_their_language
from scheduler.web.signed_in import actor, coordinators_only, overseers_only

bp = Blueprint("school_time", __name__)

# Line after line goes to the browser and comes back: what was seen is what is stored.
SEPARATOR = "\t"
GUESSED, GIVEN = "guessed", "given"


@bp.get("/schools/time")
@overseers_only
def page() -> ResponseReturnValue:
    """Show school time, what it leaves without school, and where more of it can come from."""
    return _page()


@bp.post("/schools/time/look")
@coordinators_only
def look() -> ResponseReturnValue:
    """Show what a file, ticked holidays or corrected lines would change; nothing is stored."""
    given = request.files.get("dates")
    if given is None:
        return _check(FileReading(_lines()))
    try:
        if not given.filename:
            raise FileNotTaken(_("Choose a file first."))
        found = school_time.read_file(desk().store, given.read(), actor=actor())
    except FileNotTaken as refusal:
        return _page(error=row_in_their_language(refusal.sentence)), HTTPStatus.UNPROCESSABLE_ENTITY
    return _check(found)


@bp.post("/schools/time/use")
@coordinators_only
def use() -> ResponseReturnValue:
    """Store what was looked at."""
    done = school_time.use(
        desk().store, _lines(), actor=actor(), now=desk().now, removes=_removed()
    )
    if done.difference.is_empty:
        tell_done(_("Nothing was new, so nothing changed."))
    elif done.visits:
        tell_done(
            ngettext(
                "Saved. %(num)s visit is on a day without school now: decide below.",
                "Saved. %(num)s visits are on days without school now: decide below.",
                len(done.visits),
            )
        )
    else:
        tell_done(_("Saved. No visit is on a day without school."))
    return redirect(url_for("school_time.page"), HTTPStatus.SEE_OTHER)


def written(line: Line) -> str:
    """Return a line as one field of a form; :func:`line_of` reads it back."""
    days = f"{line.days.first.isoformat()}/{line.days.last.isoformat()}"
    kind = GUESSED if line.is_guess else GIVEN
    parts = (days, line.meaning, line.school, line.schedule, line.day_type, kind, line.name)
    return SEPARATOR.join(part.replace(SEPARATOR, " ") for part in parts)


def line_of(text: str) -> Line:
    """Return the line of a form's field.

    Raises:
        ValueError: if it is none.
    """
    days, meaning, school, schedule, day_type, kind, name = text.split(SEPARATOR, 6)
    first, _dash, last = days.partition("/")
    try:
        period = DateRange(date.fromisoformat(first), date.fromisoformat(last))
    except InvalidPeriod as problem:
        raise ValueError(str(problem)) from problem
    return Line(period, name, Meaning(meaning), school, schedule, day_type, kind == GUESSED)


def choice_of(line: Line) -> str:
    """Return what a line means as one value of a select."""
    is_day_type = line.meaning is Meaning.DAY_TYPE
    return (
        SEPARATOR.join((line.meaning, line.schedule, line.day_type))
        if is_day_type
        else (line.meaning)
    )


def _page(*, error: str = "") -> str:
    shown = school_time.school_time(
        desk().store, actor=actor(), now=desk().now, region=request.args.get("region")
    )
    return render_template(
        "school_time/page.html",
        shown=shown,
        written=written,
        may_act=actor().is_coordinator,
        error=error,
        today=local_day(desk().now, shown.known.district.timezone) if shown else None,
    )


def _check(found: FileReading) -> str:
    shown = school_time.school_time(desk().store, actor=actor(), now=desk().now)
    removes = _removed()
    preview = school_time.preview(
        desk().store, found.lines, actor=actor(), now=desk().now, removes=removes
    )
    return render_template(
        "school_time/check.html",
        lines=found.lines,
        passed_over=[
            [row_in_their_language(each.component), row_in_their_language(each.reason)]
            for each in found.passed_over
        ],
        preview=preview,
        known=shown,
        choices=_choices(shown),
        choice_of=choice_of,
        written=written,
        closure_field=_closure_field,
    )


def _choices(shown: SchoolTimePage | None) -> list[dict[str, str]]:
    options = [
        {"value": str(Meaning.CLOSED), "label": _("No school")},
        {"value": str(Meaning.NOTHING), "label": _("Nothing for us")},
        {"value": str(Meaning.FIRST_DAY), "label": _("First day of school")},
        {"value": str(Meaning.LAST_DAY), "label": _("Last day of school")},
        {"value": str(Meaning.TERM), "label": _("A term")},
    ]
    day_types = shown.day_types if shown else {}
    options += [
        {
            "value": SEPARATOR.join((Meaning.DAY_TYPE, schedule, name)),
            "label": _("Day type %(name)s (%(schedule)s)", name=name, schedule=schedule),
        }
        for schedule, names in day_types.items()
        for name in names
    ]
    return options


def _lines() -> tuple[Line, ...]:
    texts = request.form.getlist("line")
    if len(texts) > MOST_LINES:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        return tuple(_corrected(line_of(text), n) for n, text in enumerate(texts))
    except ValueError:
        abort(HTTPStatus.BAD_REQUEST)


def _corrected(line: Line, number: int) -> Line:
    chosen = request.form.get(f"meaning-{number}", "")
    if not chosen:
        return line
    meaning, schedule, day_type = (*chosen.split(SEPARATOR), "", "")[:3]
    return Line(
        line.days, line.name, Meaning(meaning), line.school, schedule, day_type, line.is_guess
    )


def _closure_field(closure: Closure) -> str:
    return written(Line(closure.days, closure.name, school=closure.school))


def _removed() -> tuple[Closure, ...]:
    return tuple(_closures(request.form.getlist("remove")))


def _closures(texts: Iterable[str]) -> Iterable[Closure]:
    for text in texts:
        try:
            line = line_of(text)
        except ValueError:
            abort(HTTPStatus.BAD_REQUEST)
        yield Closure(line.school, line.days, line.name)
