"""One mail to one person as MIME: plain text, HTML, and the calendar part where there is one.

The layout is the one that mail programs agree on: the calendar as third alternative, so that
they offer their own buttons, and the same octets attached for those who open files by hand.

Source: RFC 6047 section 2.4.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from scheduler.mail.headers import (
    ascii_domain,
    checked_message_id,
    header_text,
    mail_address,
    mailbox_body,
    refuse_split_headers,
    text_body,
    unsubscribe_fields,
)

ATTACHMENT_NAME = "invite.ics"
LINE_END = b"\r\n"
# Source: RFC 5322 section 2.1.1.
LONGEST_LINE = 998
WORDS_HEAD = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: %s'
CALENDAR_HEAD = (
    b'Content-Type: text/calendar; method="%s"; charset="utf-8"\r\n'
    b"Content-Transfer-Encoding: base64"
)
FILE_HEAD = (
    b'Content-Type: application/ics; name="%s"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="%s"'
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it goes over the wire; ``subject`` and ``text`` are what can be read in it."""

    octets: bytes
    subject: str
    text: str

    @property
    def message(self) -> EmailMessage:
        """Return the mail as a mail program reads it."""
        message = message_from_bytes(self.octets, policy=SMTP)
        assert isinstance(message, EmailMessage)
        return message


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A calendar object with its METHOD, which mail programs read outside and inside it.

    Raises:
        ValueError: if the octets do not carry that METHOD ahead of their components.
    """

    method: str
    octets: bytes

    def __post_init__(self) -> None:
        head, _, _ = self.octets[len(b"BEGIN:") :].partition(b"BEGIN:")
        if f"METHOD:{self.method}".encode() not in head.splitlines():
            raise ValueError(f"The calendar does not say METHOD:{self.method} at its head.")


def message_id_of(key: str, domain: str) -> str:
    """Return the Message-ID of the mail with that outbox key: the same on every attempt.

    Raises:
        ValueError: if the domain is not one.
    """
    digest = sha256(key.encode("utf-8")).hexdigest()
    return checked_message_id(f"<{digest[:40]}@{ascii_domain(domain)}>")


def compose(
    *,
    sender: tuple[str, str],
    recipient: tuple[str, str],
    subject: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime,
    reply_to: str = "",
    calendar: CalendarPart | None = None,
    list_unsubscribe: str = "",
) -> Mail:
    """Write a mail: the same arguments give the same octets.

    Args:
        sender: name and address; the address is also the envelope's.
        recipient: name and address of the only person who gets it.
        date: an aware moment.
        list_unsubscribe: a web address that ends such mails by POST, without signing in.

    Raises:
        MailRefused: for good, if one of the addresses cannot be written to.
        ValueError: if the date has no zone, or an identifier or web address is not one.
    """
    if date.tzinfo is None:
        raise ValueError("The date of a mail needs a zone.")
    fields = {
        "From": mailbox_body("From", mail_address(*sender)),
        "To": mailbox_body("To", mail_address(*recipient)),
        **({"Reply-To": mailbox_body("Reply-To", mail_address("", reply_to))} if reply_to else {}),
        "Subject": text_body("Subject", header_text(subject)),
        "Date": format_datetime(date),
        "Message-ID": checked_message_id(message_id),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        **(unsubscribe_fields(list_unsubscribe) if list_unsubscribe else {}),
        "MIME-Version": "1.0",
    }
    head = "".join(f"{name}: {body}\r\n" for name, body in fields.items()).encode("ascii")
    refuse_split_headers(head, tuple(fields))
    body = _body(text=text, html=html, calendar=calendar, boundaries=_boundaries(message_id))
    return Mail(head + body, header_text(subject), text)


def _body(
    *, text: str, html: str, calendar: CalendarPart | None, boundaries: Iterator[bytes]
) -> bytes:
    whole = next(boundaries)
    words = (_quoted(b"plain", _octets_of(text)), _html(_octets_of(html)))
    if calendar is None:
        return _multipart(b"alternative", words, boundary=whole)
    octets = encodebytes(calendar.octets).replace(b"\n", LINE_END)
    invitation = _part(CALENDAR_HEAD % calendar.method.encode("ascii"), octets)
    name = ATTACHMENT_NAME.encode("ascii")
    choice = _multipart(b"alternative", (*words, invitation), boundary=next(boundaries))
    return _multipart(b"mixed", (choice, _part(FILE_HEAD % (name, name), octets)), boundary=whole)


def _multipart(kind: bytes, parts: tuple[bytes, ...], *, boundary: bytes) -> bytes:
    limit = b"--" + boundary
    head = b'Content-Type: multipart/%s; boundary="%s"' % (kind, boundary)
    inner = b"".join(limit + LINE_END + part + LINE_END for part in parts)
    return _part(head, inner + limit + b"--" + LINE_END)


def _html(octets: bytes) -> bytes:
    """HTML has a spelling of its own for what is not ASCII: it travels as it stands."""
    spelt = octets.decode("utf-8").encode("ascii", "xmlcharrefreplace")
    lines = (*spelt.splitlines(), b"")
    if max(map(len, lines)) > LONGEST_LINE:
        return _quoted(b"html", spelt)
    return _part(WORDS_HEAD % (b"html", b"7bit"), LINE_END.join(lines))


def _quoted(kind: bytes, octets: bytes) -> bytes:
    lines = (*octets.splitlines(), b"")
    return _part(WORDS_HEAD % (kind, b"quoted-printable"), b2a_qp(LINE_END.join(lines)))


def _octets_of(text: str) -> bytes:
    # A mail may hold no NUL, and half a surrogate pair has no UTF-8 form.
    if "\0" not in text:
        with suppress(UnicodeEncodeError):
            return text.encode("utf-8")
    return re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text).encode("utf-8")


def _part(head: bytes, octets: bytes) -> bytes:
    return head + LINE_END + LINE_END + octets


def _boundaries(seed: str) -> Iterator[bytes]:
    # Not drawn at random: a second attempt must be the same mail.
    digest = sha256(seed.encode("utf-8")).hexdigest()
    number = 0
    while True:
        number += 1
        yield f"=_{digest[:24]}.{number}".encode("ascii")
