"""What every answer carries and every change must prove: headers, CSRF, the page's origin.

Forms carry a token; besides, a change that a browser says comes from elsewhere is refused by
its Origin or Sec-Fetch-Site header. The Referer header is not asked for, since pages send none.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_wtf import CSRFProtect

csrf = CSRFProtect()

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FRIENDLY_SITES = frozenset({"same-origin", "none"})


def protect(app: Flask, *, base_url: str) -> None:
    """Give the application its CSRF check, its origin check and its headers."""
    is_https = base_url.startswith("https://")
    app.config.update(
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="__Host-form" if is_https else "form",
        MAX_CONTENT_LENGTH=25 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
    )
    csrf.init_app(app)
    app.before_request(refuse_strangers)
    app.after_request(add_headers)
    if is_https:
        app.after_request(_insist_on_https)


def refuse_strangers() -> None:
    """Refuse a change that a browser says was sent from another site, and any NUL."""
    if "\0" in request.path or any("\0" in value for value in request.values.values()):
        abort(400)
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin", "")
    is_foreign = origin not in {"", "null"} and urlsplit(origin).netloc != request.host
    if site not in FRIENDLY_SITES or is_foreign:
        abort(400)


def add_headers(response: Response) -> Response:
    """Add the headers every answer carries; pages are never kept by a cache between."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _insist_on_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
