"""A door to PostgreSQL that can be shut, as when its machine is gone for a while."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

SOCKET = ".s.PGSQL.5432"
OCTETS = 65_536


class Door:
    """Passes connections on to a server's socket while it is open; shut, it cuts them all."""

    def __init__(self, url: str, folder: Path) -> None:
        given = make_url(url)
        self.url = given.set(query={"host": str(folder)}, port=None).render_as_string(False)
        self._server = str(Path(str(given.query["host"])) / f".s.PGSQL.{given.port or 5432}")
        self._path = folder / SOCKET
        self._pipes: list[socket.socket] = []
        self._listener: socket.socket | None = None

    def open(self) -> None:
        """Let connections in."""
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(32)
        threading.Thread(target=self._welcome, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Cut every connection and let nobody in."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        self._path.unlink(missing_ok=True)
        for pipe in self._pipes:
            with suppress(OSError):
                pipe.shutdown(socket.SHUT_RDWR)
            pipe.close()
        self._pipes.clear()

    def _welcome(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._pipes += (visitor, server)
                for ends in ((visitor, server), (server, visitor)):
                    threading.Thread(target=_pass_on, args=ends, daemon=True).start()


@contextmanager
def door_to(url: str) -> Iterator[Door]:
    """Yield a door that is open."""
    # A socket's path may be a hundred characters long.
    with TemporaryDirectory(prefix="door-") as folder:
        door = Door(url, Path(folder))
        door.open()
        try:
            yield door
        finally:
            door.shut()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while octets := source.recv(OCTETS):
            target.sendall(octets)
        target.shutdown(socket.SHUT_RDWR)
