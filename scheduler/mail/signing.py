"""Sign mail with the sender's domain key (DKIM), so that other servers can tell it is ours.

Only what people and mail programs act on is signed, each field as it stands: servers on the way
may add fields of their own. The key never leaves its file but for this process's memory.

Source: RFC 6376 sections 3.5, 5.4 and 8.15, RFC 8058 section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Meanwhile, rest

ACTED_ON = (
    *(b"From", b"To", b"Reply-To", b"Subject", b"Date", b"Message-ID"),
    *(b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Auto-Submitted"),
    *(b"MIME-Version", b"Content-Type"),
)
# Named once more than it is there, so that none can be added above ours.
SIGNED_FIELDS = (*ACTED_ON, *ACTED_ON)
RELAXED = (b"relaxed", b"relaxed")


class Way(Protocol):
    """A way to send mail."""

    def open(self, *, meanwhile: Meanwhile = rest) -> AbstractContextManager[Way]:
        """Keep one connection for several mails."""

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Send one mail."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A domain's key, and the selector under which the DNS holds its public half."""

    domain: str
    selector: str
    key: bytes = field(repr=False)

    def signed(self, mail: Mail) -> Mail:
        """Return the mail with a signature above its first field."""
        import dkim

        signature = dkim.sign(
            mail.octets,
            self.selector.encode("ascii"),
            self.domain.encode("ascii"),
            self.key,
            canonicalize=RELAXED,
            include_headers=list(SIGNED_FIELDS),
        )
        return replace(mail, octets=signature + mail.octets)


@dataclass(frozen=True, slots=True)
class SigningTransport:
    """Another way to send mail, over which every mail goes out signed."""

    inner: Way
    signer: Signer

    @contextmanager
    def open(self, *, meanwhile: Meanwhile = rest) -> Iterator[SigningTransport]:
        """Keep one connection for several mails."""
        with self.inner.open(meanwhile=meanwhile) as connection:
            yield replace(self, inner=connection)

    def send(self, mail: Mail, *, sender: str, recipient: str) -> None:
        """Sign one mail and send it.

        Raises:
            MailRefused: as the other way does.
        """
        self.inner.send(self.signer.signed(mail), sender=sender, recipient=recipient)


def signer_of(key: Path, *, selector: str, domain: str) -> Signer:
    """Return who signs for a domain with the private key in that file.

    Raises:
        ValueError: with one sentence, if the file holds no such key or nothing here can sign.
    """
    try:
        from dkim.crypto import UnparsableKeyError, parse_pem_private_key
    except ImportError:
        raise ValueError(
            "VISITBELL_DKIM_KEY needs one more package: pip install 'visitbell[dkim]'."
        ) from None
    octets = key.read_bytes()
    try:
        parse_pem_private_key(octets)
    except UnparsableKeyError:
        raise ValueError("VISITBELL_DKIM_KEY: the file holds no private RSA key (PEM).") from None
    return Signer(domain, selector, octets)
