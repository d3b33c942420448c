"""Mail servers in processes of their own, so that what they cost is not counted as ours.

``recording`` is aiosmtpd, as the tests use it. ``bare`` speaks just enough SMTP to take a mail
and forget it, as fast as Python can.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.mail.servers import HOST

PATIENCE_SECONDS = 30
END_OF_MAIL = b"\r\n.\r\n"


class Forgetful:
    """Takes every mail and keeps none."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        """Say yes."""
        return "250 taken"


class BareOffice(asyncio.Protocol):
    """The server's side of one talk."""

    def connection_made(self, transport: Any) -> None:
        """Greet whoever calls."""
        self._line, self._heard, self._takes_mail = transport, b"", False
        transport.write(b"220 here\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer each whole line, and each whole mail."""
        self._heard += data
        while True:
            end = END_OF_MAIL if self._takes_mail else b"\r\n"
            said, found, rest = self._heard.partition(end)
            if not found:
                return
            self._heard = rest
            if self._takes_mail:
                self._takes_mail = False
                self._line.write(b"250 taken\r\n")
                continue
            word = said[:4].upper()
            if word == b"QUIT":
                self._line.write(b"221 bye\r\n")
                continue
            self._takes_mail = word == b"DATA"
            self._line.write(b"354 go on\r\n" if self._takes_mail else b"250 yes\r\n")


def recording() -> asyncio.Protocol:
    """Return one talk of the server that tests use."""
    return SMTP(Forgetful(), hostname=HOST)


@contextlib.contextmanager
def an_office(talk: Callable[[], asyncio.Protocol]) -> Iterator[int]:
    """Run a mail server and yield its port."""
    ours, theirs = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=_serve, args=(talk, theirs), daemon=True)
    server.start()
    try:
        assert ours.poll(PATIENCE_SECONDS)
        yield ours.recv()
    finally:
        server.kill()
        server.join()


def _serve(talk: Callable[[], asyncio.Protocol], said: Connection) -> None:
    async def serve() -> None:
        listening = await asyncio.get_running_loop().create_server(talk, HOST, 0)
        said.send(listening.sockets[0].getsockname()[1])
        await listening.serve_forever()

    asyncio.run(serve())
