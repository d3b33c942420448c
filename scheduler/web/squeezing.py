"""Send pages gzipped, so that they come quickly over a school's or a bus's connection.

Pages hold a secret, the form's token, and may repeat what somebody sent, so their length could
tell about the secret, guess by guess. Each answer's length therefore differs by chance.
Source: "Heal the Breach" (Palacios et al., 2022); CVE-2013-3587.
"""

from __future__ import annotations

import gzip
import secrets
from io import BytesIO

from flask import Flask, Response, request

LEAST_BYTES = 1_000
MOST_PADDING = 100
LEVEL = 5


def squeeze_pages(app: Flask) -> None:
    """Have this application gzip its pages for browsers that take that."""
    app.after_request(_squeeze)


def _squeeze(response: Response) -> Response:
    if response.mimetype != "text/html" or response.is_streamed or response.content_encoding:
        return response
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    if len(content) >= LEAST_BYTES and request.accept_encodings.quality("gzip") > 0:
        response.set_data(_padded(content))
        response.content_encoding = "gzip"
    return response


def _padded(content: bytes) -> bytes:
    """Return the content gzipped, with a name of a length left to chance in its header."""
    name = secrets.token_hex(MOST_PADDING)[: secrets.randbelow(MOST_PADDING) + 1]
    octets = BytesIO()
    with gzip.GzipFile(name, "wb", compresslevel=LEVEL, fileobj=octets, mtime=0) as file:
        file.write(content)
    return octets.getvalue()
