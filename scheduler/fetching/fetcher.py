"""Fetching one calendar: a few requests, each to a checked computer, within one time limit.

No cookie, no referrer and no credentials are sent, redirects are followed three times and each
is checked like an address of its own, and of an answer that is no calendar nobody is shown a
word.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from urllib.parse import urljoin

from scheduler.domain.calendar_addresses import AddressRefused, CalendarAddress, read_address
from scheduler.fetching.bodies import read_body
from scheduler.fetching.connections import (
    CheckedConnection,
    Dial,
    Resolve,
    checked_addresses,
    dial,
    resolve,
)
from scheduler.fetching.networks import Network
from scheduler.services.ports.fetching import NOTHING_KNOWN, Fetched, FetchFailed, Validators

MOST_REDIRECTS = 3
MOST_TRIES = 2
TOTAL_SECONDS = 10.0
MOST_OCTETS = 20 * 1024 * 1024

_LONGEST_VALIDATOR = 500
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": "Visitbell",
    "Accept": "text/calendar, */*;q=0.1",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_TOO_LONG = "The site took too long to answer."
_NO_ANSWER = "The site did not answer."
_SENTENCE_BY_STATUS = {
    401: "The calendar asks for a password. Use its private address, which ends in .ics.",
    403: "The calendar may not be read. Use its private address, which ends in .ics.",
    404: "There is no calendar at this address any more.",
    410: "There is no calendar at this address any more.",
}


@dataclass(frozen=True, slots=True)
class CalendarFetcher:
    """Implement the port ``Fetch``.

    ``allow`` are networks that may be asked although they are private, by http too.
    """

    allow: tuple[Network, ...] = ()
    resolve: Resolve = resolve
    dial: Dial = dial
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    total_seconds: float = TOTAL_SECONDS
    most_octets: int = MOST_OCTETS

    def __call__(self, address: str, *, known: Validators = NOTHING_KNOWN) -> Fetched | None:
        """Return what is at the address, None if it is the version known already.

        Raises:
            FetchFailed: if there is no whole answer, or the address may not be asked.
        """
        deadline = time.monotonic() + self.total_seconds
        target = _read(address)
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._ask(target, known, deadline=deadline)
            if not isinstance(answer, CalendarAddress):
                return answer
            target = answer
        raise FetchFailed("The address leads from one place to the next without end.")

    def _ask(
        self, target: CalendarAddress, known: Validators, *, deadline: float
    ) -> Fetched | CalendarAddress | None:
        """Return the answer, or where it says to ask."""
        found = checked_addresses(
            target, resolve=self.resolve, allow=self.allow, seconds=_remaining(deadline)
        )
        problem: Exception | None = None
        for address in found[:MOST_TRIES]:
            connection = CheckedConnection(
                target,
                address,
                dial=self.dial,
                context=self.context,
                seconds=_remaining(deadline),
            )
            with closing(connection), _ended_at(deadline, connection):
                try:
                    connection.connect()
                except OSError as failure:
                    problem = failure
                    continue
                return self._spoken(connection, target, known, deadline=deadline)
        raise FetchFailed(_words(problem, deadline)) from problem

    def _spoken(
        self,
        connection: CheckedConnection,
        target: CalendarAddress,
        known: Validators,
        *,
        deadline: float,
    ) -> Fetched | CalendarAddress | None:
        try:
            connection.request("GET", target.target, headers={**_HEADERS, **_conditions(known)})
            with connection.getresponse() as response:
                answer = self._answer(response, target, known)
        except (OSError, HTTPException, ValueError) as failure:
            raise FetchFailed(_words(failure, deadline)) from failure
        # A connection that was cut can look like one that came to its end.
        _remaining(deadline)
        return answer

    def _answer(
        self, response: HTTPResponse, target: CalendarAddress, known: Validators
    ) -> Fetched | CalendarAddress | None:
        if response.status == 304 and known != NOTHING_KNOWN:
            return None
        if response.status in _REDIRECTS:
            return _read(urljoin(str(target), response.headers.get("Location", "")))
        if response.status != 200:
            raise FetchFailed(_status_words(response.status))
        return Fetched(read_body(response, limit=self.most_octets), _validators(response))


def _read(address: str) -> CalendarAddress:
    try:
        return read_address(address)
    except AddressRefused as refusal:
        raise FetchFailed(refusal.sentence) from refusal


def _conditions(known: Validators) -> Mapping[str, str]:
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in asked.items() if value}


def _validators(response: HTTPResponse) -> Validators:
    etag, modified = (
        value
        if value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR
        else ""
        for value in (response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
    )
    return Validators(etag, modified)


def _status_words(status: int) -> str:
    if status in _SENTENCE_BY_STATUS:
        return _SENTENCE_BY_STATUS[status]
    if status == 429 or status >= 500:
        return "The site is busy or out of order."
    return "The site gave an answer that we can’t use."


def _words(failure: Exception | None, deadline: float) -> str:
    if isinstance(failure, TimeoutError) or time.monotonic() >= deadline:
        return _TOO_LONG
    if isinstance(failure, ssl.SSLError):
        return "The site can’t prove that it is the one the address names."
    return _NO_ANSWER


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise FetchFailed(_TOO_LONG)
    return remaining


@contextmanager
def _ended_at(deadline: float, connection: CheckedConnection) -> Iterator[None]:
    """Cut the connection at the deadline: a socket's own limit starts anew with every octet."""
    ending = threading.Timer(_remaining(deadline), connection.cut)
    ending.daemon = True
    ending.start()
    try:
        yield
    finally:
        ending.cancel()
