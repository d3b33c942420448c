"""Put the pages together: blueprints, what every page shows, and how errors are phrased."""

from __future__ import annotations

from flask import Flask, Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.exceptions import HTTPException

from scheduler.domain.errors import (
    ChangedMeanwhile,
    ConstraintViolated,
    DoubleBooked,
    IllegalTransition,
    LinkEnded,
    NotAllowed,
    OutOfReach,
    Outrun,
    SchedulerError,
    Unknown,
)
from scheduler.services.access import Actor
from scheduler.web import (
    activity,
    answers,
    availability,
    booking,
    busy,
    calendar,
    calendars,
    changing,
    classes,
    clearances,
    closing,
    conflicts,
    day_sheet,
    ended_links,
    feedback,
    feeds,
    health,
    help,
    home,
    import_files,
    imports,
    inbox,
    join,
    joining,
    language_choice,
    mail_choices,
    mail_pages,
    messages,
    metrics,
    more,
    organizations,
    other_times,
    people,
    plans,
    profile,
    proposals,
    public_visits,
    reconfirm,
    repairs,
    requests,
    runs,
    school_time,
    schools,
    search,
    settings,
    sign_in,
    stand_ins,
    suggestions,
    ui_pages,
    visit,
    visits,
    volunteers,
)
from scheduler.web.assets import hand_out
from scheduler.web.desk import EXTENSION, Desk, close_desk, desk
from scheduler.web.error_words import sentence_of
from scheduler.web.languages import language_on_page, present_district, speak
from scheduler.web.navigation import navigation
from scheduler.web.no_district import lacks_district, no_district_page
from scheduler.web.out_of_reach import out_of_reach_page
from scheduler.web.phrasing import ON_PAGES, day, initials, local_day
from scheduler.web.queue_page import KEYS_COOKIE, KEYS_OFF
from scheduler.web.security import csrf, protect
from scheduler.web.sign_in import own_path
from scheduler.web.signed_in import person
from scheduler.web.spoken_templates import give_words
from scheduler.web.squeezing import squeeze_pages

BLUEPRINTS = (
    home.bp,
    sign_in.bp,
    language_choice.bp,
    answers.bp,
    stand_ins.bp,
    feeds.bp,
    public_visits.bp,
    calendars.bp,
    health.bp,
    metrics.bp,
    ui_pages.bp,
    help.bp,
    requests.bp,
    changing.bp,
    messages.bp,
    feedback.bp,
    classes.bp,
    suggestions.bp,
    availability.bp,
    busy.bp,
    visits.bp,
    plans.bp,
    profile.bp,
    mail_choices.bp,
    ended_links.bp,
    reconfirm.bp,
    join.bp,
    joining.bp,
    other_times.bp,
    proposals.bp,
    booking.bp,
    conflicts.bp,
    repairs.bp,
    runs.bp,
    volunteers.bp,
    school_time.bp,
    schools.bp,
    activity.bp,
    clearances.bp,
    organizations.bp,
    people.bp,
    closing.bp,
    day_sheet.bp,
    search.bp,
    calendar.bp,
    visit.bp,
    mail_pages.bp,
    inbox.bp,
    settings.bp,
    imports.bp,
    import_files.bp,
    more.bp,
)
TITLES: dict[int, tuple[str, str]] = {
    400: (
        lazy_gettext("That did not work"),
        lazy_gettext("The form was too old or came from another site. Open it again."),
    ),
    401: (
        lazy_gettext("Sign in first"),
        lazy_gettext("This page is for people who are signed in."),
    ),
    403: (
        lazy_gettext("That is not yours to do"),
        lazy_gettext("Nothing was changed. The district’s office can tell you who may do it."),
    ),
    404: (
        lazy_gettext("We can’t find that page"),
        lazy_gettext("It may have moved, or it is not yours to see."),
    ),
    405: (
        lazy_gettext("That did not work"),
        lazy_gettext("That does not work at this address."),
    ),
    409: (
        lazy_gettext("Nothing was changed"),
        lazy_gettext("Somebody else was faster."),
    ),
    413: (
        lazy_gettext("That file is too large"),
        lazy_gettext("Files can be up to 25 MB."),
    ),
    429: (
        lazy_gettext("That was a lot at once"),
        lazy_gettext("Nothing was changed. Wait a few minutes, then try again."),
    ),
    500: (
        lazy_gettext("Something went wrong"),
        lazy_gettext("It is our fault. Nothing was changed. Try again in a moment."),
    ),
}
NOT_UNDERSTOOD = (
    lazy_gettext("That did not work"),
    lazy_gettext("We did not understand what your browser sent. Nothing was changed."),
)
STATUS_BY_ERROR: tuple[tuple[type[SchedulerError], int], ...] = (
    (Unknown, 404),
    (NotAllowed, 404),
    (IllegalTransition, 409),
    (ConstraintViolated, 409),
    (DoubleBooked, 409),
    (Outrun, 409),
    (ChangedMeanwhile, 409),
)


def put_together(app: Flask, *, with_desk: Desk) -> None:
    """Register every page of the site on this application."""
    app.extensions[EXTENSION] = with_desk
    protect(app, base_url=with_desk.base_url)
    hand_out(app)
    squeeze_pages(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    csrf.exempt(health.bp)
    speak(app)
    give_words(app)
    app.jinja_env.filters.update(ON_PAGES)
    app.context_processor(shared_by_pages)
    app.teardown_request(close_desk)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SchedulerError, _scheduler_error)
    app.register_error_handler(OutOfReach, out_of_reach_page)
    app.register_error_handler(LinkEnded, ended_links.link_ended_page)


def shared_by_pages() -> dict[str, object]:
    """Return what the layout shows on every page."""
    district = present_district()
    present = person()
    moment = desk().now
    zone = district.timezone if district else "UTC"
    return {
        **language_on_page(),
        "site_name": district.title if district else _("School visits"),
        "nav": tuple(navigation(Actor.of(present))) if present else (),
        "account": {
            "name": present.name,
            "initials": initials(present.name),
            "sign_out": url_for("sign_in.leave"),
        }
        if present
        else None,
        "oversees": present is not None and Actor.of(present).oversees,
        "has_keys_on": request.cookies.get(KEYS_COOKIE) != KEYS_OFF,
        "home_href": url_for("home.start"),
        "help_href": url_for("help.topics"),
        "here": own_path(request.full_path.rstrip("?")) if request.method == "GET" else "",
        "rehearsal_now": day(local_day(moment, zone)) if desk().is_rehearsal else "",
    }


def _http_error(error: HTTPException) -> Response | HTTPException | tuple[str, int]:
    code = error.code or 500
    if code < 400:
        return error
    try:
        return _error_page(code)
    except OutOfReach as absence:
        return out_of_reach_page(absence)


def _scheduler_error(error: SchedulerError) -> tuple[str, int]:
    if lacks_district(error):
        return no_district_page()
    for kind, code in STATUS_BY_ERROR:
        if isinstance(error, kind):
            return _error_page(code, sentence=sentence_of(error) if code == 409 else "")
    raise error


def _error_page(code: int, *, sentence: str = "") -> tuple[str, int]:
    title, words = TITLES.get(code, TITLES[500] if code >= 500 else NOT_UNDERSTOOD)
    page = render_template(
        "error.html",
        code=code,
        title=title,
        sentence=sentence or words,
        home_href=url_for("home.start"),
        home_words=_("Go to the start page"),
    )
    return page, code
