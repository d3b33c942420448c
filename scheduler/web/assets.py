"""Hand out style sheets and scripts: few requests, small, kept by browsers until they change.

Every address of a static file carries the digest of what it holds, so a browser never has to ask
again for one it has. Nothing is built beforehand: the parts of a sheet or a script are joined here,
and what only its writers read of a sheet, comments and indentation, stays behind.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, current_app, request
from werkzeug.security import safe_join

PARTS_BY_NAME = {
    "site.css": (
        "css/tokens.css",
        "css/base.css",
        "css/pieces.css",
        "css/asking.css",
        "css/reviewing.css",
        "css/lists.css",
        "css/calendar.css",
        "css/print.css",
    ),
    "site.js": ("vendor/htmx.min.js", "visitbell.js", "slash.js"),
}
# Comments; then the room around marks where a style sheet may stand without it.
FOR_WRITERS = ((r"(?s)/\*.*?\*/", ""), (r"\s+", " "), (r" ?([{};,]) ?", r"\1"), (";}", "}"))
COMPRESSED = frozenset({"text/css", "text/javascript", "image/svg+xml"})
A_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file as it goes out: its bytes, the same gzipped, and its digest."""

    content: bytes
    squeezed: bytes
    digest: str


def hand_out(app: Flask) -> None:
    """Have this application serve its static files from here, under lasting addresses."""
    app.view_functions["static"] = static_file
    app.url_defaults(_add_digest)


def slim(sheet: str) -> str:
    """Return a style sheet without its comments and the room that only its writers need."""
    for pattern, kept in FOR_WRITERS:
        sheet = re.sub(pattern, kept, sheet)
    return sheet.strip()


def static_file(filename: str) -> Response:
    """Answer with one file, gzipped where the browser takes that and it saves anything."""
    asset = _asset(filename)
    if asset is None:
        abort(404)
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    is_squeezed = kind in COMPRESSED and request.accept_encodings.quality("gzip") > 0
    response = Response(asset.squeezed if is_squeezed else asset.content, mimetype=kind)
    if is_squeezed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    _keep(response, asset, lasting=request.args.get("v") == asset.digest)
    response.make_conditional(request)
    return response


def _keep(response: Response, asset: Asset, *, lasting: bool) -> None:
    response.set_etag(asset.digest + ("-gzip" if response.content_encoding else ""))
    if lasting:
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True


def _add_digest(endpoint: str, values: dict[str, object]) -> None:
    if endpoint == "static" and (asset := _asset(str(values.get("filename")))):
        values.setdefault("v", asset.digest)


def _asset(filename: str) -> Asset | None:
    folder = current_app.static_folder or ""
    paths = [safe_join(folder, part) for part in PARTS_BY_NAME.get(filename, (filename,))]
    found = tuple(Path(path) for path in paths if path)
    if len(found) < len(paths) or not all(path.is_file() for path in found):
        return None
    return _joined(tuple((path, path.stat().st_mtime_ns) for path in found))


@lru_cache(maxsize=64)
def _joined(versions: tuple[tuple[Path, int], ...]) -> Asset:
    """Read the files; their times are part of the key, so an edited file is read again."""
    content = b"\n".join(path.read_bytes() for path, _ in versions)
    if all(path.suffix == ".css" for path, _ in versions):
        content = slim(content.decode()).encode()
    squeezed = gzip.compress(content, 9, mtime=0)
    return Asset(content, squeezed, sha256(content).hexdigest()[:12])
