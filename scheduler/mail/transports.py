"""Ways to send a mail, and which of them a mail address of the settings means.

``maildir:`` and ``eml:`` keep mail in folders, ``console:`` prints it, ``smtp:`` and
``smtps:`` send it. A wrong address is refused in a sentence that never repeats it, because
it may hold a password.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import TextIO
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from scheduler.mail.folders import EmlFolderTransport, MaildirTransport
from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Meanwhile, rest
from scheduler.mail.refusals import MailRefused
from scheduler.mail.smtp import Security, SmtpTransport

__all__ = [
    "AnyTransport",
    "ConsoleTransport",
    "EmlFolderTransport",
    "MailRefused",
    "MaildirTransport",
    "MemoryTransport",
    "SentMail",
    "SmtpTransport",
    "transport_of",
]

SETTING = "VISITBELL_MAIL_URL"
MAILDIR_NAME = "mail"
PORT_BY_SECURITY = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}
OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class ConsoleTransport:
    """Prints each mail's plain text, for trying things out."""

    stream: TextIO | None = None

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[ConsoleTransport]:
        """Return this transport; there is no connection to keep."""
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Print one mail."""
        lines = (f"To: {recipient}", f"Subject: {mail.subject}", "", mail.text)
        print(*lines, sep="\n", file=self.stream or sys.stdout, flush=True)


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail with its envelope."""

    sender: str
    recipient: str
    mail: Mail

    @property
    def message(self) -> EmailMessage:
        """Return the mail as a mail program reads it."""
        return self.mail.message


@dataclass(frozen=True, slots=True)
class MemoryTransport:
    """Keeps every mail in ``sent``, in order, for rehearsals and tests."""

    sent: list[SentMail] = field(default_factory=list)

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[MemoryTransport]:
        """Return this transport; there is no connection to keep."""
        return nullcontext(self)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Keep one mail."""
        self.sent.append(SentMail(sender, recipient, mail))


AnyTransport = SmtpTransport | MaildirTransport | EmlFolderTransport | ConsoleTransport


def transport_of(url: str, instance: Path) -> AnyTransport:
    """Return the transport that a setting names; relative folders lie in ``instance``.

    Raises:
        ValueError: with one sentence, if it names none.
    """
    scheme, colon, rest = url.strip().partition(":")
    if colon and scheme == "maildir":
        return MaildirTransport(instance / (rest or MAILDIR_NAME))
    if colon and scheme == "eml":
        if not rest:
            raise _wrong("eml: needs the name of a folder, as in eml:outbox")
        return EmlFolderTransport(instance / rest)
    if colon and scheme == "console" and not rest:
        return ConsoleTransport()
    if scheme in {"smtp", "smtps"} and rest.startswith("//"):
        return _smtp(url.strip())
    raise _wrong("it begins with maildir:, eml:, console:, smtp:// or smtps://")


def _smtp(url: str) -> SmtpTransport:
    parts, port = _parts(url)
    host = parts.hostname
    if not host or parts.path not in {"", "/"} or parts.fragment:
        raise _wrong("write it as smtp://name:password@host:587, with / ? # @ in them as %2F …")
    security = _security(parts, host=host)
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and security is Security.NONE and host not in OWN_MACHINE:
        raise _wrong("a password is never sent over an open line, use tls=starttls or smtps://")
    return SmtpTransport(
        host=host,
        port=port or PORT_BY_SECURITY[security],
        security=security,
        username=username,
        password=password,
    )


def _parts(url: str) -> tuple[SplitResult, int | None]:
    # The library's own errors quote the address, password included.
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise _wrong("its host or port cannot be read") from None


def _security(parts: SplitResult, *, host: str) -> Security:
    wishes = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.scheme == "smtps":
        if wishes:
            raise _wrong("smtps:// takes nothing after the question mark")
        return Security.TLS
    wish = wishes.pop("tls", Security.NONE if host in OWN_MACHINE else Security.STARTTLS)
    if wishes or wish not in {Security.NONE, Security.STARTTLS}:
        raise _wrong("after the question mark it takes tls=starttls or tls=none, nothing else")
    return Security(wish)


def _wrong(what_helps: str) -> ValueError:
    return ValueError(f"{SETTING} is not understood: {what_helps}.")
