"""Header fields that cannot be broken out of.

Names, titles and school names are strangers' words. Here they lose everything that could
begin another header line, pose as an encoded word, or reorder what is read. The fields that
hold them are written here, not by the standard library, whose folding loses quotes and spaces.
Addresses and identifiers are never mended: a wrong one is refused.

Source: RFC 5322 section 2.2.3, RFC 2047 sections 2 and 5.
"""

from __future__ import annotations

import re
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP, EmailPolicy
from unicodedata import category
from urllib.parse import urlsplit

from scheduler.mail.refusals import BAD_ADDRESS, NO_ANSWER, MailRefused

LONGEST_LINE = 76
LONGEST_SUBJECT = 250
LONGEST_NAME = 100
LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
WHOLE_FIELDS = frozenset({"List-Unsubscribe", "Message-ID"})
UNWRITABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
PLAIN_WORDS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+( [\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>")


class MailPolicy(EmailPolicy):
    """The library's policy for SMTP, but with fields that hold.

    The library drops the quotes of a long name, so that a comma in it begins another
    recipient; it drops spaces of long subjects in other scripts; and it cuts a long web
    address into encoded words, which nobody decodes there.
    """

    def fold(self, name: str, value: str) -> str:
        """Return the field as it is written, line ends included."""
        if isinstance(value, AddressHeader):
            (mailbox,) = value.addresses
            body = _mailbox(mailbox, name, linesep=self.linesep)
        elif name in WHOLE_FIELDS:
            body = value
        elif name == "Subject":
            body = _encoded(value, name, linesep=self.linesep)
        else:
            return str(super().fold(name, value))
        return f"{name}: {body}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return the field as octets."""
        return self.fold(name, value).encode("ascii")


def header_text(text: str, *, longest: int = LONGEST_SUBJECT) -> str:
    """Return strangers' words as one harmless line of at most that many characters."""
    kept = (" " if category(c) in UNWRITABLE else c for c in text if c not in BIDI_CONTROLS)
    line = " ".join("".join(kept).replace("=?", "= ?").split())
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


def refuse_split_headers(message: EmailMessage) -> None:
    """Read the mail as a server would and make sure that it has the fields we gave it.

    Releases of the standard library differ in what they check when they write a header.

    Raises:
        MailRefused: for good, if a field broke out of its line.

    Source: CVE-2024-6923.
    """
    reread = BytesHeaderParser(policy=SMTP).parsebytes(message.as_bytes())
    if reread.keys() != message.keys() or reread.defects:
        text = "A header field would break out of its line."
        raise MailRefused(NO_ANSWER, text, is_permanent=True)


def _mailbox(mailbox: Address, field: str, *, linesep: str) -> str:
    phrase = _phrase(mailbox.display_name, field, linesep=linesep)
    if not phrase:
        return mailbox.addr_spec
    last_line = f"{field}: {phrase}".rpartition("\n")[2]
    fits = len(f"{last_line} <{mailbox.addr_spec}>") <= LONGEST_LINE
    return f"{phrase}{'' if fits else linesep} <{mailbox.addr_spec}>"


def _phrase(name: str, field: str, *, linesep: str) -> str:
    if not name.isascii():
        return _encoded(name, field, linesep=linesep)
    if not name or PLAIN_WORDS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(text: str, field: str, *, linesep: str) -> str:
    charset = "us-ascii" if text.isascii() else "utf-8"
    header = Header(text, charset, maxlinelen=LONGEST_LINE, header_name=field)
    return header.encode(linesep=linesep)
