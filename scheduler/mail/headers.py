"""Header fields that cannot be broken out of.

Names, titles and school names are strangers' words. Here they lose everything that could
begin another header line, pose as an encoded word, or reorder what is read. The fields that
hold them are written here, not by the standard library: it drops the quotes of a long name, so
that a comma in it begins another recipient, drops spaces of long subjects in other scripts, and
cuts a long web address into encoded words, which nobody decodes there. Addresses and identifiers
are never mended: a wrong one is refused.

Source: RFC 5322 section 2.2.3, RFC 2047 sections 2 and 5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.header import Header
from email.headerregistry import Address
from functools import lru_cache
from unicodedata import category
from urllib.parse import urlsplit

from scheduler.mail.refusals import BAD_ADDRESS, NO_ANSWER, MailRefused

LONGEST_LINE = 76
LONGEST_SUBJECT = 250
LONGEST_NAME = 100
LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
LINE_END = "\r\n"
BLANKS = (b" ", b"\t")
UNWRITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
PLAIN_WORDS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+( [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*")
# Some programs end a line at a lone CR, LF or NUL.
SOME_LINES_END = re.compile(rb"[\r\n\0]")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>")


def header_text(text: str, *, longest: int = LONGEST_SUBJECT) -> str:
    """Return strangers' words as one harmless line of at most that many characters."""
    if not text.isprintable():
        kept = (" " if category(c) in UNWRITABLE else c for c in text if c not in BIDI_CONTROLS)
        text = "".join(kept)
    line = " ".join(text.replace("=?", "= ?").split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def mail_address(name: str, email: str) -> Address:
    """Return a name and an address for a header.

    Raises:
        MailRefused: for good, if mail cannot be sent to such an address.
    """
    local_part, _, domain = email.rpartition("@")
    domain = ascii_domain(domain)
    is_short = len(local_part) <= LONGEST_LOCAL_PART and len(email) <= LONGEST_ADDRESS
    if not (is_short and LOCAL_PART.fullmatch(local_part) and DOMAIN.fullmatch(domain)):
        raise MailRefused(BAD_ADDRESS, f"“{email}” is not an address.", is_permanent=True)
    return Address(header_text(name, longest=LONGEST_NAME), local_part, domain)


def mailbox_body(field: str, mailbox: Address) -> str:
    """Return a name and an address as the body of that field, folded."""
    phrase = _phrase(mailbox.display_name, field)
    if not phrase:
        return mailbox.addr_spec
    last_line = f"{field}: {phrase}".rpartition("\n")[2]
    fits = len(f"{last_line} <{mailbox.addr_spec}>") <= LONGEST_LINE
    return f"{phrase}{'' if fits else LINE_END} <{mailbox.addr_spec}>"


def text_body(field: str, text: str) -> str:
    """Return words as the body of that field, folded, and encoded where they are not ASCII."""
    if text.isascii() and len(f"{field}: {text}") <= LONGEST_LINE:
        return text
    charset = "us-ascii" if text.isascii() else "utf-8"
    header = Header(text, charset, maxlinelen=LONGEST_LINE, header_name=field)
    return header.encode(linesep=LINE_END)


@lru_cache(1024)
def ascii_domain(domain: str) -> str:
    """Return a domain in lower case, other scripts in their ASCII form; empty if impossible.

    Source: RFC 3490.
    """
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def checked_message_id(text: str) -> str:
    """Return a Message-ID as it is.

    Raises:
        ValueError: if it is not one.
    """
    if not MESSAGE_ID.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is not a Message-ID.")
    return text


def unsubscribe_fields(url: str) -> dict[str, str]:
    """Return the fields by which a mail program can unsubscribe, one click where it is https.

    Raises:
        ValueError: if it is not a web address.

    Source: RFC 2369 section 3.2, RFC 8058 section 3.1.
    """
    scheme = urlsplit(url).scheme
    if scheme not in {"http", "https"} or not re.fullmatch(r"[!-;=?-~]{1,900}", url):
        raise ValueError("List-Unsubscribe needs a web address.")
    fields = {"List-Unsubscribe": f"<{url}>"}
    if scheme == "https":
        fields["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return fields


def refuse_split_headers(head: bytes, names: Sequence[str]) -> None:
    """Read a head line by line and make sure that it has these fields and no others.

    Raises:
        MailRefused: for good, if a field broke out of its line.

    Source: CVE-2024-6923.
    """
    *lines, rest = head.split(b"\r\n")
    found = [line.partition(b": ")[0] for line in lines if not line.startswith(BLANKS)]
    is_clean = not rest and all(each.strip() and not SOME_LINES_END.search(each) for each in lines)
    if not is_clean or found != [name.encode("ascii") for name in names]:
        text = "A header field would break out of its line."
        raise MailRefused(NO_ANSWER, text, is_permanent=True)


def _phrase(name: str, field: str) -> str:
    if not name.isascii():
        return text_body(field, name)
    if not name or PLAIN_WORDS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
