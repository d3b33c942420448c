"""Connections to a computer that was checked, and to no other.

A name is looked up once. All that it resolves to is checked, the connection goes to one of
these addresses by number, and who answered is checked again on the open socket, so a name that
resolves to something else a moment later changes nothing. The name itself is only spoken: to
the certificate and in the Host header.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from http.client import HTTPConnection
from ipaddress import ip_address

from scheduler.domain.calendar_addresses import CalendarAddress
from scheduler.fetching.networks import Address, Network, is_public, is_within
from scheduler.services.ports.fetching import FetchFailed

PUBLIC_PORTS = frozenset({443, 8443})

Resolve = Callable[[str, int], tuple[str, ...]]
Dial = Callable[[Address, int, float], socket.socket]

_NOT_FOUND = "We could not find this address. Look for a typing error."
_PRIVATE = "This address leads into a private network, where we may not look."
_NO_ANSWER = "The site did not answer."


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Return every address of a host by number, in the order in which to try them.

    Raises:
        OSError: if it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def dial(address: Address, port: int, seconds: float) -> socket.socket:
    """Return a socket connected to that address."""
    return socket.create_connection((str(address), port), timeout=seconds)


def checked_addresses(
    target: CalendarAddress, *, resolve: Resolve, allow: Iterable[Network], seconds: float
) -> tuple[Address, ...]:
    """Return where a target may be reached.

    All of its addresses have to be public, or in one of the networks allowed; without a
    certificate, or on another port than the web's own, all have to be in those.

    Raises:
        FetchFailed: if it has no address, or one of them may not be asked.
    """
    allow = tuple(allow)
    found = _looked_up(target, resolve, seconds)
    is_inside = all(is_within(each, allow) for each in found)
    if not all(is_public(each) or is_within(each, allow) for each in found):
        raise FetchFailed(_PRIVATE)
    if is_inside:
        return found
    if target.scheme != "https":
        raise FetchFailed("We only fetch from addresses that begin with https:// or webcal://.")
    if target.port not in PUBLIC_PORTS:
        raise FetchFailed("No calendar is at that port. Take the number behind the colon away.")
    if "." not in target.host and ":" not in target.host:
        raise FetchFailed(_NOT_FOUND)
    return found


class CheckedConnection(HTTPConnection):
    """An HTTP connection that speaks to a name and goes to an address that was checked."""

    def __init__(
        self,
        target: CalendarAddress,
        address: Address,
        *,
        dial: Dial,
        context: ssl.SSLContext,
        seconds: float,
    ) -> None:
        self.default_port = 443 if target.scheme == "https" else 80
        super().__init__(target.host, target.port, timeout=seconds)
        self._target = target
        self._address = address
        self._dial = dial
        self._context = context
        self._seconds = seconds
        self._line: socket.socket | None = None

    def connect(self) -> None:
        """Open the socket, make sure who is at its other end, then speak TLS where asked.

        Raises:
            FetchFailed: if somebody else answered.
            OSError: if nobody did, or the certificate is not the name's.
        """
        self.sock = self._line = self._dial(self._address, self._target.port, self._seconds)
        if ip_address(self._line.getpeername()[0]) != self._address:
            raise FetchFailed(_NO_ANSWER)
        if self._target.scheme == "https":
            secured = self._context.wrap_socket(
                self._line, server_hostname=self._target.host, do_handshake_on_connect=False
            )
            # Named before the handshake, which a server can draw out as long as it likes.
            self.sock = self._line = secured
            secured.do_handshake()

    def cut(self) -> None:
        """End the conversation at once, from another thread too; whoever reads gets an error."""
        if self._line is not None:
            with suppress(OSError):
                # Past the TLS layer, which must not be changed while another thread uses it.
                socket.socket.shutdown(self._line, socket.SHUT_RDWR)


def _looked_up(target: CalendarAddress, resolve: Resolve, seconds: float) -> tuple[Address, ...]:
    """Look a name up without waiting for ever: the system's own look-up knows no limit."""
    found: list[Address] = []

    def look_up() -> None:
        try:
            found.extend(ip_address(text) for text in resolve(target.host, target.port))
        except (OSError, ValueError):
            found.clear()

    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(seconds)
    if looking.is_alive():
        raise FetchFailed("The site took too long to answer.")
    if not found:
        raise FetchFailed(_NOT_FOUND)
    return tuple(found)
