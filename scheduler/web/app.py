"""Put the pages together: blueprints, what every page shows, and how errors are phrased."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, Response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from scheduler.domain.errors import (
    ConstraintViolated,
    DoubleBooked,
    IllegalTransition,
    NotAllowed,
    SchedulerError,
    StaleProposal,
    Unknown,
)
from scheduler.services.access import Actor
from scheduler.services.picture import find_district
from scheduler.web import (
    activity,
    answers,
    availability,
    busy,
    calendars,
    feeds,
    health,
    home,
    proposals,
    repairs,
    requests,
    runs,
    schools,
    sign_in,
    suggestions,
    visits,
    volunteers,
)
from scheduler.web.desk import EXTENSION, Desk, desk
from scheduler.web.phrasing import FILTERS, day, initials, local_day
from scheduler.web.security import csrf, protect
from scheduler.web.signed_in import person

BLUEPRINTS = (
    home.bp,
    sign_in.bp,
    answers.bp,
    feeds.bp,
    calendars.bp,
    health.bp,
    requests.bp,
    suggestions.bp,
    availability.bp,
    busy.bp,
    visits.bp,
    proposals.bp,
    repairs.bp,
    runs.bp,
    volunteers.bp,
    schools.bp,
    activity.bp,
)
TITLES = {
    400: ("That did not work", "The form was too old or came from another site. Open it again."),
    401: ("Sign in first", "This page is for people who are signed in."),
    404: ("We can't find that page", "It may have moved, or it is not yours to see."),
    405: ("That did not work", "This address does not take that kind of visit."),
    409: ("Nothing was changed", "Somebody else was faster."),
    413: ("That file is too large", "Files can be up to 25 MB."),
    500: ("Something went wrong", "It is our fault. Nothing was changed. Try again in a moment."),
}
STATUS_BY_ERROR: tuple[tuple[type[SchedulerError], int], ...] = (
    (Unknown, 404),
    (NotAllowed, 404),
    (IllegalTransition, 409),
    (StaleProposal, 409),
    (ConstraintViolated, 409),
    (DoubleBooked, 409),
)


def put_together(app: Flask, *, with_desk: Desk) -> None:
    """Register every page of the site on this application."""
    app.extensions[EXTENSION] = with_desk
    protect(app, base_url=with_desk.base_url)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    csrf.exempt(health.bp)
    app.jinja_env.filters.update(FILTERS)
    app.context_processor(shared_by_pages)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SchedulerError, _scheduler_error)


def shared_by_pages() -> dict[str, object]:
    """Return what the layout shows on every page."""
    with desk().store.read() as work:
        district = find_district(work)
    present = person()
    moment = desk().now
    zone = district.timezone if district else "UTC"
    return {
        "site_name": district.title if district else "School visits",
        "nav": tuple(_navigation(Actor.of(present))) if present else (),
        "account": {
            "name": present.name,
            "initials": initials(present.name),
            "sign_out": url_for("sign_in.leave"),
        }
        if present
        else None,
        "home_href": url_for("home.start"),
        "rehearsal_now": day(local_day(moment, zone)) if desk().is_rehearsal else "",
    }


OVERSEER_LINKS = (
    ("Today", "home.today"),
    ("Proposals", "proposals.board"),
    ("What if", "repairs.every"),
    ("Requests", "requests.every"),
    ("Volunteers", "volunteers.every"),
    ("Schools", "schools.every"),
    ("Activity", "activity.recent"),
)
TEACHER_LINKS = (("Ask for a speaker", "requests.ask"), ("My requests", "requests.own"))
VOLUNTEER_LINKS = (("My visits", "visits.own"), ("When I can visit", "availability.week"))
CALENDAR_LINK = ("Calendar", "calendars.mine")


def _navigation(actor: Actor) -> Iterable[dict[str, object]]:
    """Yield the links of every role held: three for one role, seven for a coordinator."""
    links = (
        *(OVERSEER_LINKS if actor.oversees else ()),
        *(TEACHER_LINKS if actor.is_teacher else ()),
        *(VOLUNTEER_LINKS if actor.is_volunteer else ()),
        *(() if actor.oversees else (CALENDAR_LINK,)),
    )
    present = _nearest(tuple(endpoint for _, endpoint in links))
    for label, endpoint in links:
        yield {"label": label, "href": url_for(endpoint), "current": endpoint == present}


def _nearest(endpoints: tuple[str, ...]) -> str:
    """Return the link of this page, or of the list that it was opened from."""
    if request.endpoint in endpoints:
        return str(request.endpoint)
    related = (each for each in reversed(endpoints) if each.split(".")[0] == request.blueprint)
    return next(related, "")


def _http_error(error: HTTPException) -> Response | HTTPException | tuple[str, int]:
    code = error.code or 500
    if code < 400:
        return error
    return _error_page(code)


def _scheduler_error(error: SchedulerError) -> tuple[str, int]:
    for kind, code in STATUS_BY_ERROR:
        if isinstance(error, kind):
            return _error_page(code, sentence=str(error) if code == 409 else "")
    raise error


def _error_page(code: int, *, sentence: str = "") -> tuple[str, int]:
    title, words = TITLES.get(code, TITLES[500] if code >= 500 else TITLES[400])
    page = render_template(
        "error.html",
        code=code,
        title=title,
        sentence=sentence or words,
        home_href=url_for("home.start"),
        home_words="Go to the start page",
    )
    return page, code
