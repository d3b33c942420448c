"""Sending through an SMTP server: one connection per batch, every reply understood.

It never falls back to an open line: where TLS is wanted and not offered, nothing is sent.
A server that cannot be reached is asked once per batch, not once per mail.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Meanwhile, PrivateTalk, Talk, rest
from scheduler.mail.refusals import NO_ANSWER, MailRefused, Stage, is_permanent

RESET_DONE = 250
MOST_SILENCES = 2
FAILURES = (smtplib.SMTPException, OSError)


class Security(StrEnum):
    """How the line to the server is kept private."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """A server and our account with it; ``tls`` may bring certificates of one's own.

    ``timeout_seconds`` holds for each step of the talk, not for the whole of it.
    """

    host: str
    port: int
    security: Security = Security.STARTTLS
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 60.0
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @contextmanager
    def open(self, *, meanwhile: Meanwhile = rest) -> Iterator[SmtpConnection]:
        """Keep one connection for several mails; it is made with the first."""
        connection = SmtpConnection(self, meanwhile)
        try:
            yield connection
        finally:
            connection.close()

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Send one mail over a connection of its own.

        Raises:
            MailRefused: with the server's code, 0 if it could not be reached.
        """
        with self.open() as connection:
            connection.send(mail, sender=sender, recipient=recipient)

    def connect(self) -> Talk:
        """Return a signed-in session.

        Raises:
            smtplib.SMTPException, OSError: if the server cannot or will not.
        """
        if self.security is Security.TLS:
            return self._signed_in(
                PrivateTalk(
                    self.host, self.port, timeout=self.timeout_seconds, context=self._context()
                )
            )
        server = Talk(self.host, self.port, timeout=self.timeout_seconds)
        if self.security is Security.STARTTLS:
            with _closed_on_failure(server):
                server.starttls(context=self._context())
        return self._signed_in(server)

    def _context(self) -> ssl.SSLContext:
        # Reading the machine's certificates takes as long as sending a dozen mails.
        return self.tls or ssl.create_default_context()

    def _signed_in(self, server: Talk) -> Talk:
        if self.username:
            with _closed_on_failure(server):
                server.login(self.username, self.password)
        return server


class SmtpConnection:
    """A talk with the server that outlives refused mails and lost lines."""

    def __init__(self, transport: SmtpTransport, meanwhile: Meanwhile = rest) -> None:
        self._transport = transport
        self._meanwhile = meanwhile
        self._server: Talk | None = None
        self._silences = 0
        self._unreachable: MailRefused | None = None

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[SmtpConnection]:
        """Return this same connection, which stays open afterwards."""
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Send one mail.

        Raises:
            MailRefused: with the server's code, 0 if it could not be reached.
        """
        server = self._connected()
        try:
            server.sendmail(sender, [recipient], mail.octets)
        except FAILURES as failure:
            refusal = _refusal_of(failure)
            if _ran_out_of_time(failure):
                self._hang_up(server, refusal)
            else:
                self._start_over(server)
            raise refusal from failure

    def close(self) -> None:
        """Take leave of the server, if it is still there."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(*FAILURES):
                server.quit()
            server.close()

    def _connected(self) -> Talk:
        if self._unreachable is not None:
            known = self._unreachable
            raise MailRefused(known.code, known.text, is_permanent=False)
        if self._server is None:
            self._meanwhile()
            try:
                self._server = self._transport.connect()
                self._server.meanwhile = self._meanwhile
            except FAILURES as failure:
                self._unreachable = _refusal_of(failure, stage=Stage.CONNECTION)
                raise self._unreachable from failure
        return self._server

    def _start_over(self, server: Talk) -> None:
        # After DATA itself was refused the library leaves the transaction open.
        with suppress(*FAILURES):
            if server.rset()[0] == RESET_DONE:
                return
        self._server = None
        server.close()

    def _hang_up(self, server: Talk, refusal: MailRefused) -> None:
        self._server = None
        server.close()
        self._silences += 1
        # One silence may be that mail's doing. After another, each mail would wait as long.
        if self._silences == MOST_SILENCES:
            self._unreachable = refusal


@contextmanager
def _closed_on_failure(server: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except FAILURES:
        server.close()
        raise


def _ran_out_of_time(failure: Exception) -> bool:
    return isinstance(failure, TimeoutError) or isinstance(failure.__context__, TimeoutError)


def _refusal_of(failure: Exception, *, stage: Stage | None = None) -> MailRefused:
    code, text, met_at = _reply_in(failure)
    return MailRefused(code, text, is_permanent=is_permanent(code, stage or met_at))


def _reply_in(failure: Exception) -> tuple[int, str | bytes, Stage]:
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(failure.recipients.values()))
        return code, text, Stage.RECIPIENT
    if isinstance(failure, smtplib.SMTPSenderRefused):
        return failure.smtp_code, failure.smtp_error, Stage.SENDER
    if isinstance(failure, smtplib.SMTPDataError):
        return failure.smtp_code, failure.smtp_error, Stage.CONTENT
    if isinstance(failure, smtplib.SMTPResponseException):
        return failure.smtp_code, failure.smtp_error, Stage.CONNECTION
    return NO_ANSWER, str(failure) or type(failure).__name__, Stage.CONNECTION
