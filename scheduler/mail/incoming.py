"""Read one mail that came in: octets to facts, whatever is in them.

What a mail says of itself is not believed here, and nothing is decided. Limits are counted on
the octets first, so that no nesting and no number of headers costs more than it should.
Source: RFC 5322, RFC 3464 (bounces), RFC 3834 (automatic answers).
"""

from __future__ import annotations

import html
import re
from codecs import getincrementaldecoder
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
# Of what is larger, words and calendar stand before the photographs.
BEGINNING_OCTETS = 1024 * 1024
MOST_LINES = 200_000
MOST_HEADER_LINES = 2_000
MOST_PARTS = 100
MOST_CALENDAR_OCTETS = 256 * 1024
MOST_TEXT_OCTETS = 100 * 1024
LONGEST_HEADER = 2_000
BULK = frozenset({"bulk", "junk", "auto_reply"})
AUTOMATIC = (
    *("X-Autoreply", "X-Autorespond", "X-Autoresponder"),
    "X-Auto-Response-Suppress",
)
# Older mail servers tell of a failure in this header and in words.
FAILED = "X-Failed-Recipients"
MAIL_SERVERS = frozenset({"mailer-daemon", "postmaster"})

_PART = re.compile(rb"^content-type\s*:", re.IGNORECASE | re.MULTILINE)
_HIDES = re.compile(r"<(?:style|script)\b[^<>]*>", re.IGNORECASE)
_SHOWS = re.compile(r"</(?:style|script)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MESSAGE_ID = re.compile(r"^Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
# What mail programs write before the subject when nobody is at home, each with its colon.
_AWAY = re.compile(
    r"(?:auto(?:matic|matische)?[ -]?(?:reply|response|antwort)|out[ -]of[ -](?:the )?office"
    r"(?: auto-?reply)?|réponse automatique|absent du bureau|respuesta automática"
    r"|fuera de (?:la )?oficina|abwesenheitsnotiz|risposta automatica|resposta automática)\s*:",
    re.IGNORECASE,
)


class MailUnreadable(SchedulerError):
    """Say in a sentence why a mail is not read at all."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """A mail that was given up: which one, what the server said, to whom.

    ``recipients`` are the addresses under which the report knows its one reader, where mail was
    passed on. ``is_for_good`` tells that another try would fail the same way.
    """

    recipients: tuple[str, ...]
    message_id: str
    problem: str
    is_for_good: bool = True


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """What a mail says. ``sender`` is empty unless it names exactly one.

    ``is_report`` tells of a mail about delivery, ``came_back`` only of what was given up.
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
    """Return the facts of one mail; of a very large one those of its beginning.

    Raises:
        MailUnreadable: if it is no mail, or longer or deeper than a mail should be.
    """
    if len(octets) > MOST_OCTETS:
        octets = octets[:BEGINNING_OCTETS]
    _require_measure(octets)
    try:
        message = message_from_bytes(octets)
        parts = tuple(_parts(message))
        return _facts(message, parts)
    except RecursionError as error:
        raise MailUnreadable("This mail is nested too deep to be read.") from error


def _require_measure(octets: bytes) -> None:
    if octets.count(b"\n") > MOST_LINES:
        raise MailUnreadable("This mail is too large to be read.")
    head = re.split(rb"\r?\n\r?\n", octets, maxsplit=1)[0]
    if head.count(b"\n") > MOST_HEADER_LINES:
        raise MailUnreadable("This mail has too many headers to be read.")
    if len(_PART.findall(octets)) > MOST_PARTS:
        raise MailUnreadable("This mail has too many parts to be read.")
    if not re.match(rb"[!-9;-~]+[ \t]*:|From ", head):
        raise MailUnreadable("This is no mail: it begins without a header.")


def _facts(message: Message, parts: tuple[Message, ...]) -> IncomingMail:
    name, sender = _sender(message)
    subject, text = _header(message, "Subject"), _text(parts)
    is_report = message.get_content_type() == "multipart/report"
    came_back = _came_back(parts) if is_report else _came_back_in_words(message, text)
    return IncomingMail(
        message_id=_header(message, "Message-ID"),
        sender=sender,
        sender_name=name,
        subject=subject,
        text=text,
        calendars=tuple(_calendars(parts)),
        came_back=tuple(came_back),
        is_report=is_report or FAILED in message,
        is_automatic=_is_automatic(message, sender) or _AWAY.match(subject) is not None,
    )


def _sender(message: Message) -> tuple[str, str]:
    """The name and address of the one sender; names are decoded last, lest they be addresses."""
    written = _all_written(message, "From")
    senders = getaddresses([" ".join(written[0].split())]) if len(written) == 1 else []
    if len(senders) != 1:
        return "", ""
    ((name, address),) = senders
    return _told(name), _clean(normal_email(address)) if "@" in address else ""


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number > MOST_PARTS:
            return
        yield part


def _is_automatic(message: Message, sender: str) -> bool:
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    is_bulk = _header(message, "Precedence").strip().lower() in BULK
    # What a server could not deliver comes from nowhere as well, and is for a person.
    is_of_server = sender.partition("@")[0] in MAIL_SERVERS
    is_from_nowhere = _header(message, "Return-Path") == "<>" and not is_of_server
    is_marked = any(name in message for name in AUTOMATIC)
    return submitted not in ("", "no") or is_bulk or is_from_nowhere or is_marked


def _calendars(parts: tuple[Message, ...]) -> Iterator[bytes]:
    for part in parts:
        if part.get_content_type() in ("text/calendar", "application/ics"):
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
    returned = _returned(parts)
    message_id = _header(returned, "Message-ID") if returned else ""
    first_reader = getaddresses([_header(returned, "To")])[:1] if returned else []
    for part in parts:
        # The parser reads each block of a delivery status as a message of its own.
        if _header(part, "Action").strip().lower() != "failed":
            continue
        named = [_header(part, name) for name in ("Final-Recipient", "Original-Recipient")]
        known_as = (*(each.rpartition(";")[2] for each in named), *(to for _, to in first_reader))
        yield CameBack(
            recipients=tuple(dict.fromkeys(normal_email(each) for each in known_as if each)),
            message_id=message_id,
            problem=_header(part, "Diagnostic-Code").partition(";")[2].strip(),
            is_for_good=_header(part, "Status").strip().startswith("5."),
        )


def _came_back_in_words(message: Message, text: str) -> Iterator[CameBack]:
    found = _MESSAGE_ID.search(text)
    for recipient in _header(message, FAILED).split(",") if found else ():
        assert found is not None
        yield CameBack((normal_email(recipient),), found[1], problem="")


def _returned(parts: tuple[Message, ...]) -> Message | None:
    """The failed mail, or its headers, comes along behind the report."""
    for part in parts[1:]:
        if part.get_content_type() == "text/rfc822-headers":
            return message_from_bytes(_octets(part))
        if "Message-ID" in part:
            return part
    return None


def _header(message: Message, name: str) -> str:
    return _told(next(iter(_all_written(message, name)), ""))


def _all_written(message: Message, name: str) -> list[str]:
    """Every header of that name as it came, whatever letters it was written in."""
    values = (value for key, value in message.raw_items() if key.lower() == name.lower())
    return [_letters(str(value)[:LONGEST_HEADER]) for value in values]


def _letters(raw: str) -> str:
    return _in_either(raw.encode("ascii", "surrogateescape"))


def _in_either(octets: bytes) -> str:
    """Where nobody says which letters they are; the last one may have been cut in two."""
    try:
        return getincrementaldecoder("utf-8")().decode(octets)
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _told(written: str) -> str:
    try:
        told = "".join(_word(given, charset) for given, charset in decode_header(written))
    except (HeaderParseError, ValueError):
        return ""
    return " ".join(_clean(told).split())


def _word(given: bytes | str, charset: str | None) -> str:
    # Between encoded words the library hands out letters in this form.
    return given if isinstance(given, str) else _in_charset(given, charset or "raw-unicode-escape")


def _decoded(part: Message) -> str:
    octets = _octets(part)[:MOST_TEXT_OCTETS]
    try:
        charset = part.get_content_charset()
    except (LookupError, ValueError):
        charset = "utf-8"
    return _clean(_in_charset(octets, charset) if charset else _in_either(octets))


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
