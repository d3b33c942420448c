"""The body of an answer: read to its end, unpacked, and never more than a calendar needs.

A few octets can unpack to gigabytes, and a server can promise little and send for ever: both
the octets that travel and those that come out are counted while they arrive.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from http.client import HTTPResponse

from scheduler.services.ports.fetching import FetchFailed

_CHUNK_OCTETS = 1 << 16
_GZIP = 31

_TOO_LARGE = "This calendar is larger than 20 MB, more than a calendar needs."
_CUT_OFF = "The answer was cut off on its way."


def read_body(response: HTTPResponse, *, limit: int) -> bytes:
    """Return the whole body, unpacked.

    Raises:
        FetchFailed: if it is larger than the limit, cut off, or packed in a way we did not ask for.
        OSError: if the connection fails.
        HTTPException: if the answer breaks the protocol.
    """
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    if packing in ("", "identity"):
        return b"".join(_arriving(response, limit))
    if packing in ("gzip", "x-gzip"):
        return _unpacked(_arriving(response, limit), limit)
    raise FetchFailed("The answer is packed in a way that we can’t read.")


def _arriving(response: HTTPResponse, limit: int) -> Iterator[bytes]:
    if response.length is not None and response.length > limit:
        raise FetchFailed(_TOO_LARGE)
    count = 0
    while chunk := response.read(_CHUNK_OCTETS):
        count += len(chunk)
        if count > limit:
            raise FetchFailed(_TOO_LARGE)
        yield chunk
    if response.length:
        raise FetchFailed(_CUT_OFF)


def _unpacked(chunks: Iterator[bytes], limit: int) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    whole = bytearray()
    try:
        for chunk in chunks:
            whole += unpacking.decompress(chunk, limit + 1 - len(whole))
            if len(whole) > limit:
                raise FetchFailed(_TOO_LARGE)
    except zlib.error as problem:
        raise FetchFailed("The answer is packed in a way that we can’t read.") from problem
    if not unpacking.eof:
        raise FetchFailed(_CUT_OFF)
    return bytes(whole)
