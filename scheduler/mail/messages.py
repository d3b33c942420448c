"""One mail to one person as MIME: plain text, HTML, and the calendar part where there is one.

The layout is the one that mail programs agree on: the calendar as third alternative, so that
they offer their own buttons, and the same octets attached for those who open files by hand.

Source: RFC 6047 section 2.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from hashlib import sha256

from scheduler.mail.headers import (
    MailPolicy,
    ascii_domain,
    checked_message_id,
    header_text,
    mail_address,
    refuse_split_headers,
    unsubscribe_fields,
)

ATTACHMENT_NAME = "invite.ics"
POLICY = MailPolicy(linesep="\r\n")


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
) -> EmailMessage:
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
    message = EmailMessage(policy=POLICY)
    message["From"] = mail_address(*sender)
    message["To"] = mail_address(*recipient)
    if reply_to:
        message["Reply-To"] = mail_address("", reply_to)
    message["Subject"] = header_text(subject)
    message["Date"] = date
    message["Message-ID"] = checked_message_id(message_id)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    for name, field in (unsubscribe_fields(list_unsubscribe) if list_unsubscribe else {}).items():
        message[name] = field
    _fill(message, text=text, html=html, calendar=calendar)
    _fix_boundaries(message, seed=message_id)
    refuse_split_headers(message)
    return message


def _fill(message: EmailMessage, *, text: str, html: str, calendar: CalendarPart | None) -> None:
    message.set_content(_writable(text), cte="quoted-printable")
    message.add_alternative(_writable(html), subtype="html", cte="quoted-printable")
    if calendar is None:
        return
    message.add_alternative(
        calendar.octets,
        maintype="text",
        subtype="calendar",
        cte="base64",
        params={"method": calendar.method, "charset": "utf-8"},
    )
    message.add_attachment(
        calendar.octets,
        maintype="application",
        subtype="ics",
        cte="base64",
        filename=ATTACHMENT_NAME,
        params={"name": ATTACHMENT_NAME},
    )


def _writable(text: str) -> str:
    # A mail may hold no NUL, and half a surrogate pair has no UTF-8 form.
    return re.sub("[\0\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _fix_boundaries(message: EmailMessage, *, seed: str) -> None:
    # The library draws boundaries at random; a second attempt must be the same mail.
    multiparts = (part for part in message.walk() if part.is_multipart())
    digest = sha256(seed.encode("utf-8")).hexdigest()
    for number, part in enumerate(multiparts, start=1):
        part.set_boundary(f"=_{digest[:24]}.{number}")
