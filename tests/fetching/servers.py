"""A server that says exactly what a test tells it to, and counts who came."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from scheduler.fetching.connections import Resolve, resolve

CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Others//EN\r\nEND:VCALENDAR\r\n"

Answer = Callable[[bytes], Iterable[bytes]]


def an_answer(
    body: bytes = CALENDAR, *, status: str = "200 OK", length: int | None = None, **headers: str
) -> bytes:
    """Return an answer's octets; a header's name is written with underscores."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given.setdefault("Content-Length", str(len(body) if length is None else length))
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def packed(body: bytes) -> bytes:
    """Return a gzip answer."""
    return an_answer(gzip.compress(body), Content_Encoding="gzip")


def moved(to: str, status: str = "302 Found") -> bytes:
    """Return a redirect."""
    return an_answer(b"", status=status, Location=to)


@dataclass
class Listener:
    """A listening socket with its visitors: how many connected, and what each asked."""

    port: int
    answer: Answer = field(default=lambda request: (an_answer(),))
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    def says(self, *pieces: bytes) -> None:
        """Answer every request with these pieces."""
        self.answer = lambda request: pieces

    @property
    def paths(self) -> list[str]:
        """Return the path of each request."""
        return [request.split(b" ")[1].decode() for request in self.requests]

    @property
    def last_headers(self) -> Mapping[str, str]:
        """Return the headers of the last request."""
        lines = self.requests[-1].decode().split("\r\n")[1:]
        return dict(line.split(": ", 1) for line in lines if line)


@contextmanager
def listening(context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Listener]:
    """Yield a listener on a free port of this machine; with a context it speaks TLS."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        listener = Listener(server.getsockname()[1])
        accepting = threading.Thread(target=_accept, args=(server, listener, context), daemon=True)
        accepting.start()
        yield listener
        # Closing alone does not wake whoever waits in accept.
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
    accepting.join(5)


def names(known: Mapping[str, Iterable[str]]) -> Resolve:
    """Return a look-up that knows these names, and numbers as the system reads them."""

    def look_up(host: str, port: int) -> tuple[str, ...]:
        return tuple(known[host]) if host in known else resolve(host, port)

    return look_up


def _accept(server: socket.socket, listener: Listener, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            visitor, _ = server.accept()
        except OSError:
            return
        listener.connections += 1
        threading.Thread(target=_serve, args=(visitor, listener, context), daemon=True).start()


def _serve(visitor: socket.socket, listener: Listener, context: ssl.SSLContext | None) -> None:
    # Visitors who hang up are what some tests are about.
    with suppress(OSError), visitor:
        visitor.settimeout(10)
        line = context.wrap_socket(visitor, server_side=True) if context else visitor
        with line:
            request = b""
            while b"\r\n\r\n" not in request:
                if not (octets := line.recv(65536)):
                    return
                request += octets
            listener.requests.append(request)
            for piece in listener.answer(request):
                line.sendall(piece)
