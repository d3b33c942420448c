"""Read one mail that came in: octets to facts, whatever is in them.

What a mail says of itself is not believed here, and nothing is decided. Limits are counted on
the octets first, so that no nesting and no number of headers costs more than it should.
Source: RFC 5322, RFC 3464 (bounces), RFC 3834 (automatic answers).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from scheduler.domain.errors import SchedulerError
from scheduler.domain.people import normal_email

MOST_OCTETS = 10 * 1024 * 1024
MOST_LINES = 200_000
MOST_HEADER_LINES = 2_000
MOST_PARTS = 100
MOST_CALENDAR_OCTETS = 256 * 1024
MOST_TEXT_OCTETS = 100 * 1024
LONGEST_HEADER = 2_000
BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Autoresponder")

_PART = re.compile(rb"^content-type\s*:", re.IGNORECASE | re.MULTILINE)
_HIDES = re.compile(r"<(?:style|script)\b[^<>]*>", re.IGNORECASE)
_SHOWS = re.compile(r"</(?:style|script)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


class MailUnreadable(SchedulerError):
    """Say in a sentence why a mail is not read at all."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """A mail that could not be delivered for good: to whom, which one, what the server said."""

    recipient: str
    message_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """What a mail says. ``sender`` is empty unless it names exactly one.

    ``is_report`` tells of a mail about delivery, ``came_back`` only of what failed for good.
    """

    message_id: str
    sender: str
    sender_name: str
    subject: str
    text: str
    calendars: tuple[bytes, ...]
    came_back: tuple[CameBack, ...]
    is_report: bool
    is_automatic: bool


def read_mail(octets: bytes) -> IncomingMail:
    """Return the facts of one mail.

    Raises:
        MailUnreadable: if it is no mail, or larger or deeper than a mail should be.
    """
    _require_measure(octets)
    try:
        message = message_from_bytes(octets)
        parts = tuple(_parts(message))
        return _facts(message, parts)
    except RecursionError as error:
        raise MailUnreadable("This mail is nested too deep to be read.") from error


def _require_measure(octets: bytes) -> None:
    if len(octets) > MOST_OCTETS or octets.count(b"\n") > MOST_LINES:
        raise MailUnreadable("This mail is too large to be read.")
    head = re.split(rb"\r?\n\r?\n", octets, maxsplit=1)[0]
    if head.count(b"\n") > MOST_HEADER_LINES:
        raise MailUnreadable("This mail has too many headers to be read.")
    if len(_PART.findall(octets)) > MOST_PARTS:
        raise MailUnreadable("This mail has too many parts to be read.")
    if not re.match(rb"[!-9;-~]+[ \t]*:|From ", head):
        raise MailUnreadable("This is no mail: it begins without a header.")


def _facts(message: Message, parts: tuple[Message, ...]) -> IncomingMail:
    senders = getaddresses([_header(message, "From")])
    is_one = len(senders) == 1 and len(message.get_all("From", ())) == 1
    name, address = senders[0] if is_one else ("", "")
    return IncomingMail(
        message_id=_header(message, "Message-ID"),
        sender=normal_email(address) if "@" in address else "",
        sender_name=name,
        subject=_header(message, "Subject"),
        text=_text(parts),
        calendars=tuple(_calendars(parts)),
        came_back=tuple(_came_back(parts)),
        is_report=message.get_content_type() == "multipart/report",
        is_automatic=_is_automatic(message),
    )


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            return
        yield part


def _is_automatic(message: Message) -> bool:
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    is_bulk = _header(message, "Precedence").strip().lower() in BULK
    return submitted not in ("", "no") or is_bulk or any(name in message for name in AUTOMATIC)


def _calendars(parts: tuple[Message, ...]) -> Iterator[bytes]:
    for part in parts:
        if part.get_content_type() == "text/calendar":
            octets = _octets(part)
            if 0 < len(octets) <= MOST_CALENDAR_OCTETS:
                yield octets


def _text(parts: tuple[Message, ...]) -> str:
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and not part.get_filename():
                written = _decoded(part)
                return written if kind == "text/plain" else _without_tags(written)
    return ""


def _without_tags(written: str) -> str:
    first, *others = _HIDES.split(written)
    shown = (_SHOWS.split(each, maxsplit=1)[1:] for each in others)
    words = " ".join((first, *(after for each in shown for after in each)))
    return html.unescape(_TAG.sub(" ", words))


def _came_back(parts: tuple[Message, ...]) -> Iterator[CameBack]:
    message_id = _original_id(parts)
    for part in parts:
        # The parser reads each block of a delivery status as a message of its own.
        failed = _header(part, "Action").strip().lower() == "failed"
        if failed and _header(part, "Status").strip().startswith("5."):
            recipient = _header(part, "Final-Recipient") or _header(part, "Original-Recipient")
            yield CameBack(
                recipient=normal_email(recipient.rpartition(";")[2]),
                message_id=message_id,
                problem=_header(part, "Diagnostic-Code").rpartition(";")[2].strip(),
            )


def _original_id(parts: tuple[Message, ...]) -> str:
    """The failed mail, or its headers, comes along behind the report."""
    for part in parts[1:]:
        if part.get_content_type() == "text/rfc822-headers":
            return _header(message_from_bytes(_octets(part)), "Message-ID")
        if found := _header(part, "Message-ID"):
            return found
    return ""


def _header(message: Message, name: str) -> str:
    try:
        raw = str(message.get(name, ""))[:LONGEST_HEADER]
        told = "".join(_word(octets, charset) for octets, charset in decode_header(raw))
    except (HeaderParseError, ValueError):
        return ""
    return " ".join(_clean(told).split())


def _word(given: bytes | str, charset: str | None) -> str:
    return given if isinstance(given, str) else _in_charset(given, charset or "ascii")


def _decoded(part: Message) -> str:
    try:
        charset = part.get_content_charset() or "utf-8"
    except (LookupError, ValueError):
        charset = "utf-8"
    return _clean(_in_charset(_octets(part)[:MOST_TEXT_OCTETS], charset))


def _octets(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except (LookupError, ValueError, AssertionError):
        return b""
    return found if isinstance(found, bytes) else b""


def _in_charset(octets: bytes, charset: str) -> str:
    try:
        return octets.decode(charset, "replace")
    except (LookupError, ValueError):
        return octets.decode("utf-8", "replace")


def _clean(text: str) -> str:
    """No store keeps a NUL or half a character."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
