"""What every answer carries and every change must prove: headers, CSRF, the page's origin.

Forms carry a token; besides, a change that a browser says comes from elsewhere is refused by
its Origin or Sec-Fetch-Site header. The Referer header is not asked for, since pages send none.
"""

from __future__ import annotations

from functools import partial
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
    app.before_request(partial(refuse_strangers, base_url=base_url))
    app.after_request(add_headers)
    if is_https:
        app.after_request(_insist_on_https)


def refuse_strangers(*, base_url: str) -> None:
    """Refuse a change that a browser says was sent from another site, and any NUL.

    Pages that send no referrer make browsers send the origin "null": then Sec-Fetch-Site
    decides, and the form's token where a browser sends neither.
    Source: Fetch, "append a request Origin header"; Fetch Metadata, Sec-Fetch-Site.
    """
    if "\0" in request.path or any("\0" in value for value in request.values.values()):
        abort(400)
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin", "null")
    if site not in FRIENDLY_SITES or (origin != "null" and not _is_ours(origin, base_url)):
        abort(400)


def _is_ours(origin: str, base_url: str) -> bool:
    """Tell whether an origin is this site; over https, its unencrypted twin is a stranger."""
    told, known = urlsplit(origin), urlsplit(base_url)
    if known.scheme == "https" and told.scheme != "https":
        return False
    # A proxy in front may pass on the name it was asked for, or its own.
    return told.netloc in {request.host, known.netloc}


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
