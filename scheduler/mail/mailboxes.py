"""A mailbox on an IMAP server, from which mail that came in is taken, each message once.

What was taken is marked as read, and only then; nothing is moved or deleted. Looking at a
message does not mark it. The mailbox should be one that nobody else reads.

Source: RFC 3501 sections 6.4.4 to 6.4.8, RFC 5092 for the form of its address.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from scheduler.domain.errors import SchedulerError
from scheduler.mail.incoming import MOST_OCTETS
from scheduler.mail.transports import OWN_MACHINE

SETTING = "VISITBELL_IMAP_URL"
INBOX = "INBOX"
PORT_BY_SCHEME = {"imap": 143, "imaps": 993}
FAILURES = (imaplib.IMAP4.error, OSError)
WRITABLE = re.compile(r"[ !#-\[\]-~]+")


class MailboxAway(SchedulerError):
    """Say that a mailbox cannot be opened or read now, in the server's words where it gave any."""


@dataclass(frozen=True, slots=True)
class ImapMailbox:
    """A mailbox and our account with it; ``tls`` may bring certificates of one's own."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = INBOX
    is_private: bool = True
    timeout_seconds: float = 30.0
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    @contextmanager
    def open(self) -> Iterator[OpenMailbox]:
        """Sign in, and stay so for the length of the block.

        Raises:
            MailboxAway: if the server cannot be reached, or does not let us in.
        """
        with _plainly():
            server = self._connected()
        try:
            with _plainly():
                server.login(self.username, self.password)
                _require(*server.select(f'"{self.folder}"'))
            yield OpenMailbox(server)
        finally:
            with suppress(*FAILURES):
                server.logout()
            # Whoever hung up on us is left with a line that is still open on our side.
            with suppress(OSError):
                server.shutdown()

    def _connected(self) -> imaplib.IMAP4:
        if not self.is_private:
            return imaplib.IMAP4(self.host, self.port, timeout=self.timeout_seconds)
        context = self.tls or ssl.create_default_context()
        return imaplib.IMAP4_SSL(
            self.host, self.port, ssl_context=context, timeout=self.timeout_seconds
        )


@dataclass(frozen=True, slots=True)
class OpenMailbox:
    """A mailbox that we are signed in to. Messages bear the numbers that they keep for good."""

    server: imaplib.IMAP4

    def new(self) -> tuple[str, ...]:
        """Return the numbers of messages that were not taken yet, the oldest first.

        Raises:
            MailboxAway: if the server does not say.
        """
        with _plainly():
            found = _require(*self.server.uid("SEARCH", "UNSEEN", "UNDELETED"))
        numbers = found[0].split() if isinstance(found[0], bytes) else ()
        return tuple(sorted((number.decode("ascii") for number in numbers), key=int))

    def read(self, number: str) -> bytes:
        """Return a message as it came over the wire; no more of it than we would ever read.

        It is empty if the message is gone.

        Raises:
            MailboxAway: if the server does not hand it out.
        """
        with _plainly():
            # One octet more than is read shows that there was more.
            wanted = f"(BODY.PEEK[]<0.{MOST_OCTETS + 1}>)"
            found = _require(*self.server.uid("FETCH", number, wanted))
        return next((part[1] for part in found if isinstance(part, tuple)), b"")

    def mark_taken(self, number: str) -> None:
        """Note with the server that this message was taken in.

        Raises:
            MailboxAway: if the server does not take the note.
        """
        with _plainly():
            _require(*self.server.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)"))


def mailbox_of(url: str) -> ImapMailbox:
    """Return the mailbox that a setting names, as in ``imaps://name:password@host/INBOX``.

    Raises:
        ValueError: with one sentence that never repeats the address, if it names none.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise _wrong("its host or port cannot be read") from None
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    folder = unquote(parts.path.strip("/")) or INBOX
    if parts.scheme not in PORT_BY_SCHEME or not parts.hostname or not (username and password):
        raise _wrong("write it as imaps://name:password@host/INBOX, with / ? # @ in them as %2F …")
    if parts.scheme == "imap" and parts.hostname not in OWN_MACHINE:
        raise _wrong("a password is never sent over an open line, use imaps://")
    if not all(map(WRITABLE.fullmatch, (username, folder))) or not password.isprintable():
        raise _wrong("name and folder are plain letters, without quotes or backslashes")
    return ImapMailbox(
        host=parts.hostname,
        port=port or PORT_BY_SCHEME[parts.scheme],
        username=username,
        password=password,
        folder=folder,
        is_private=parts.scheme == "imaps",
    )


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except FAILURES as failure:
        reason = str(failure) or "no answer"
        raise MailboxAway(f"The mailbox cannot be read: {reason}") from failure


def _require(verdict: str, found: Sequence[object]) -> Sequence[object]:
    if verdict != "OK":
        raise imaplib.IMAP4.error(f"the server says {verdict}")
    return found


def _wrong(what_helps: str) -> ValueError:
    return ValueError(f"{SETTING} is not understood: {what_helps}.")
