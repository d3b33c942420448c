"""SMTP servers on this machine: a good one, and those that refuse, hang up or stay silent."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from scheduler.mail.smtp import Security, SmtpTransport

HOST = "127.0.0.1"
ACCOUNT = LoginPassword(b"visits", b"secret: with / and @")


@dataclass
class Office:
    """What a server took and from which connections; ``reply_by_recipient`` is what it says.

    A reply is given to the content where ``refuses_content`` is set, else to the address.
    """

    reply_by_recipient: Mapping[str, str] = field(default_factory=dict)
    refuses_content: bool = False
    taken: list[Envelope] = field(default_factory=list)
    peers: set[object] = field(default_factory=set)
    accounts: list[object] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.peers.add(session.peer)
        if not self.refuses_content and address in self.reply_by_recipient:
            return self.reply_by_recipient[address]
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self.reply_by_recipient.get(envelope.rcpt_tos[0], "250 taken")
        if reply.startswith("250"):
            self.taken.append(envelope)
            self.accounts.append(session.auth_data)
        return reply


class HangsUpInTheMiddle(SMTP):
    """Closes the line when the content is about to come, once."""

    has_hung_up = False

    async def smtp_DATA(self, arg: str) -> None:
        """Ask for the content and leave."""
        if HangsUpInTheMiddle.has_hung_up:
            await super().smtp_DATA(arg)
            return
        HangsUpInTheMiddle.has_hung_up = True
        await self.push("354 go on")
        self.transport.close()


class _AnyPort(Controller):
    server_class = SMTP

    def factory(self) -> SMTP:
        return self.server_class(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        # Port 0 asks the system for a free one; only now is it known which.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _AnyPortThatHangsUp(_AnyPort):
    server_class = HangsUpInTheMiddle


@contextmanager
def a_server(
    office: Office,
    *,
    hangs_up: bool = False,
    needs_account: bool = False,
    tls: ssl.SSLContext | None = None,
    security: Security = Security.NONE,
) -> Iterator[int]:
    """Run a server and yield its port; ``tls`` is its certificate, for the wanted security."""
    HangsUpInTheMiddle.has_hung_up = False
    options: dict[str, Any] = {}
    if security is Security.TLS:
        options["ssl_context"] = tls
    if security is Security.STARTTLS:
        options |= {"tls_context": tls, "require_starttls": True}
    if needs_account:
        options |= {
            "authenticator": _authenticate,
            "auth_required": True,
            "auth_require_tls": False,
        }
    kind = _AnyPortThatHangsUp if hangs_up else _AnyPort
    controller = kind(office, hostname=HOST, port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@contextmanager
def a_rude_server(greeting: bytes | None) -> Iterator[tuple[int, list[object]]]:
    """Run a server that only greets and hangs up, or never speaks when there is no greeting.

    Yields its port, and the list of those who called.
    """
    callers: list[object] = []
    lines: list[socket.socket] = []
    with socket.create_server((HOST, 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    line, caller = listener.accept()
                except OSError:
                    return
                callers.append(caller)
                if greeting is None:
                    lines.append(line)
                    continue
                with line:
                    line.sendall(greeting)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1], callers
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for line in lines:
                line.close()


def a_transport(port: int, **changes: Any) -> SmtpTransport:
    """Return the way to a server on this machine, without TLS unless the test says so."""
    return SmtpTransport(
        **{"host": HOST, "port": port, "security": Security.NONE, "timeout_seconds": 10, **changes}
    )


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, credentials: object
) -> AuthResult:
    return AuthResult(success=credentials == ACCOUNT, handled=False, auth_data=credentials)
