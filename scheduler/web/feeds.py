"""The calendar feeds over HTTP: the same octets for the same data, and cheap when unchanged."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from werkzeug.http import http_date

from scheduler.domain.errors import Unknown
from scheduler.services.feeds import render
from scheduler.web.desk import desk

bp = Blueprint("feeds", __name__)

FRESH_SECONDS = 900


@bp.get("/cal/<token>.ics")
def feed(token: str) -> Response:
    """Answer a calendar program; wrong, revoked and ended addresses get the same 404.

    Only If-None-Match gives a 304: a change of a school's name or of the window is in the
    octets and in their tag, but no single date tells of it. Source: RFC 9110 section 13.2.2.
    """
    try:
        found = render(desk().store, token, settings=desk().feeds, now=desk().now)
    except Unknown:
        abort(404)
    response = Response(found.octets, content_type="text/calendar; charset=utf-8")
    response.set_etag(found.etag)
    response.headers["Last-Modified"] = http_date(found.last_modified)
    response.headers["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    if request.if_none_match.contains_weak(found.etag):
        response.set_data(b"")
        response.status_code = 304
        response.headers.pop("Content-Type", None)
        response.headers.pop("Content-Length", None)
    return response


@bp.get("/robots.txt")
def robots() -> Response:
    """Let calendar programs fetch their feeds; pages say noindex by header."""
    return Response("User-agent: *\nAllow: /cal/\nDisallow:\n", content_type="text/plain")
