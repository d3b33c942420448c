"""The calendar feeds over HTTP: the same octets for the same data, and cheap when unchanged."""

from __future__ import annotations

import gzip
from http import HTTPStatus

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from werkzeug.http import http_date

from scheduler.domain.errors import Unknown
from scheduler.services.calendar_clients import client_of
from scheduler.services.feed_answers import RenderedFeed, answer
from scheduler.web.desk import desk

bp = Blueprint("feeds", __name__)

FRESH_SECONDS = 900
WORTH_PACKING = 1_000
PACKING_EFFORT = 5


@bp.get("/cal/<token>.ics")
def feed(token: str) -> Response:
    """Answer a calendar program; wrong, revoked and ended addresses get the same 404.

    Only If-None-Match gives a 304: a change of a school's name or of the window is in the
    octets and in their tag, but no single date tells of it. Source: RFC 9110 section 13.2.2.
    """
    is_fetch = request.method == "GET"
    try:
        found = answer(
            desk().store,
            token,
            settings=desk().feeds,
            now=desk().now,
            client=client_of(request.user_agent.string) if is_fetch else "",
            has=request.if_none_match.contains_weak,
        )
    except Unknown:
        # No page: it would bring a form, and with it a cookie, to whoever guesses addresses.
        words = _("There is no calendar at this address.")
        return Response(words, HTTPStatus.NOT_FOUND, content_type="text/plain; charset=utf-8")
    return _answered(found, is_packed=request.accept_encodings["gzip"] > 0)


@bp.get("/robots.txt")
def robots() -> Response:
    """Let calendar programs fetch their feeds; pages say noindex by header."""
    return Response("User-agent: *\nAllow: /cal/\nDisallow:\n", content_type="text/plain")


def _answered(found: RenderedFeed, *, is_packed: bool) -> Response:
    octets = found.octets or b""
    is_packed = is_packed and len(octets) > WORTH_PACKING
    response = Response(octets, content_type="text/calendar; charset=utf-8")
    # Packed octets are other octets, so their tag only vouches for what they mean.
    response.set_etag(found.etag, weak=is_packed)
    response.vary.add("Accept-Encoding")
    response.headers["Last-Modified"] = http_date(found.last_modified)
    response.headers["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    if found.octets is None:
        response.status_code = HTTPStatus.NOT_MODIFIED
        response.headers.pop("Content-Type", None)
        response.headers.pop("Content-Length", None)
    elif is_packed:
        response.set_data(gzip.compress(octets, PACKING_EFFORT, mtime=0))
        response.content_encoding = "gzip"
    return response
