"""The way around: at most three links for one role, seven for whoever oversees."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request, url_for
from flask_babel import lazy_gettext

from scheduler.services.access import Actor
from scheduler.web.more import PAGES

OVERSEER_LINKS = (
    (lazy_gettext("Today"), "home.today"),
    (lazy_gettext("Proposals"), "proposals.board"),
    (lazy_gettext("Requests"), "requests.every"),
    (lazy_gettext("Calendar"), "calendar.show"),
    (lazy_gettext("Volunteers"), "volunteers.every"),
    (lazy_gettext("Schools"), "schools.every"),
    (lazy_gettext("More"), "more.every"),
)
TEACHER_LINKS = (
    (lazy_gettext("Ask for a speaker"), "requests.ask"),
    (lazy_gettext("My requests"), "requests.own"),
)
VOLUNTEER_LINKS = (
    (lazy_gettext("My visits"), "visits.own"),
    (lazy_gettext("When I can visit"), "availability.week"),
    (lazy_gettext("About me"), "profile.own"),
)
OFFICE_LINKS = ((lazy_gettext("Day sheet"), "day.sheet"),)
CALENDAR_LINKS = ((lazy_gettext("Calendar"), "calendar.show"),)
FEED_LINKS = ((lazy_gettext("Calendar"), "calendars.mine"),)
# Pages that are reached from the calendar and have no link of their own.
BESIDE_CALENDAR = frozenset({"calendars", "visit"})
UNDER_MORE = frozenset(
    endpoint.partition(".")[0] for _, pages in PAGES for endpoint, *_ in pages
) - {"home"}


def navigation(actor: Actor) -> Iterator[dict[str, object]]:
    """Yield the links of every role held, the one of this page marked."""
    links = (
        *(OVERSEER_LINKS if actor.oversees else ()),
        *(TEACHER_LINKS if actor.is_teacher else ()),
        *(VOLUNTEER_LINKS if actor.is_volunteer else ()),
        *(OFFICE_LINKS if actor.office_of and not actor.oversees else ()),
        *_calendar_links(actor),
    )
    present = _nearest(tuple(endpoint for _, endpoint in links))
    for label, endpoint in links:
        yield {"label": label, "href": url_for(endpoint), "current": endpoint == present}


def _calendar_links(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return the way to the calendar; a volunteer finds it on the page of their visits."""
    if actor.oversees:
        return ()
    if actor.is_teacher or actor.office_of:
        return CALENDAR_LINKS
    return () if actor.is_volunteer else FEED_LINKS


def _nearest(endpoints: tuple[str, ...]) -> str:
    """Return the link of this page, or of the list that it was opened from.

    A form that is shown again with its mistakes stands where it was sent from.
    """
    for endpoint in endpoints:
        if url_for(endpoint) == request.path:
            return endpoint
    room = "calendar" if request.blueprint in BESIDE_CALENDAR else request.blueprint
    related = (
        each for each in reversed(endpoints) if each.split(".")[0] in (room, request.blueprint)
    )
    is_under_more = request.blueprint in UNDER_MORE and "more.every" in endpoints
    return next(related, "more.every" if is_under_more else "")
