"""Mail signed with a domain's key: what other servers check holds, and breaks when touched."""

from __future__ import annotations

from pathlib import Path

import dkim
import pytest

from scheduler.config import read_settings
from scheduler.factory import outgoing_of
from scheduler.mail.messages import Mail
from scheduler.mail.signing import SIGNED_FIELDS, Signer, SigningTransport, signer_of
from scheduler.mail.transports import MemoryTransport
from tests.mail.envelopes import RECIPIENT, SENDER, a_mail
from tests.mail.golden import CALENDAR

SELECTOR, DOMAIN = "visits2026", "schools.example"
UNSUBSCRIBE = "https://visits.example.org/m/zP4w/digest"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key that signs nothing but this."""
    path = tmp_path_factory.mktemp("dkim") / "private.pem"
    path.write_text(PRIVATE)
    return path


@pytest.fixture
def signer(key: Path) -> Signer:
    return signer_of(key, selector=SELECTOR, domain=DOMAIN)


def answers(name: bytes, timeout: int = 5) -> bytes:
    """Answer as the DNS would: the public half, under the one name where it belongs."""
    assert name == f"{SELECTOR}._domainkey.{DOMAIN}.".encode()
    return f"v=DKIM1; k=rsa; p={PUBLIC}".encode()


def holds(octets: bytes) -> bool:
    return bool(dkim.verify(octets, dnsfunc=answers))


def sent(signer: Signer, mail: Mail) -> bytes:
    """Return the mail as it goes out over one connection."""
    memory = MemoryTransport()
    with SigningTransport(memory, signer).open() as connection, connection.open() as same:
        same.send(mail, sender=SENDER, recipient=RECIPIENT)
    (only,) = memory.sent
    assert (only.sender, only.recipient) == (SENDER, RECIPIENT)
    return only.mail.octets


@pytest.mark.parametrize("changes", [{}, {"calendar": CALENDAR}, {"subject": "Élan " * 40}])
def test_signature_holds(signer: Signer, changes: dict[str, object]) -> None:
    octets = sent(signer, a_mail(list_unsubscribe=UNSUBSCRIBE, **changes))
    assert octets.startswith(b"DKIM-Signature: ")
    assert holds(octets)


@pytest.mark.parametrize(
    "field",
    [
        *("From", "To", "Subject", "Date", "Message-ID"),
        *("List-Unsubscribe", "List-Unsubscribe-Post"),
    ],
)
def test_signature_breaks_when_a_field_is_changed_or_added(signer: Signer, field: str) -> None:
    octets = sent(signer, a_mail(list_unsubscribe=UNSUBSCRIBE))
    name = f"\r\n{field}: ".encode()
    assert octets.count(name) == 1
    assert field.encode() in SIGNED_FIELDS
    assert not holds(octets.replace(name, name + b"x"))
    assert not holds(octets.replace(b"\r\nFrom: ", name + b"spy@spy.example\r\nFrom: "))


def test_signature_breaks_when_the_words_are_changed(signer: Signer) -> None:
    assert not holds(sent(signer, a_mail()).replace(b"Can you come?", b"Pay me now"))


@pytest.mark.parametrize("is_set", [True, False])
def test_what_goes_out_is_signed_where_a_key_is_set(
    key: Path, tmp_path: Path, is_set: bool
) -> None:
    signing = {"KEY": str(key), "SELECTOR": SELECTOR, "DOMAIN": DOMAIN} if is_set else {}
    named = {f"VISITBELL_DKIM_{name}": said for name, said in signing.items()}
    settings = read_settings({"VISITBELL_INSTANCE": str(tmp_path), **named})
    with outgoing_of(settings).open() as connection:
        connection.send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    (letter,) = (path for path in tmp_path.rglob("new/*") if path.is_file())
    assert letter.read_bytes().startswith(b"DKIM-Signature: ") is is_set


def test_key_is_never_shown(signer: Signer) -> None:
    assert "PRIVATE" not in repr(signer)


def test_file_without_a_key_is_refused_in_a_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "private.pem"
    wrong.write_text("my secret words")
    with pytest.raises(ValueError, match="VISITBELL_DKIM_KEY: the file holds no") as refused:
        signer_of(wrong, selector=SELECTOR, domain=DOMAIN)
    assert "secret" not in str(refused.value)


PUBLIC = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCyxD9PX/fcU3bJaG+PofT3IqKq+BXyqR"
    "xWN0yYKK5m+vFo1EF/gxi8u1VxCjeOUIMgDB4ryU5H/yNwHsTLbLEaAfpMeDvSNl3w5J6O"
    "m4bRo06OG4dSgdaRYR23ZoK+K/rFRMSG9MgnTa3Q0MBY6AuWquBjsQ43mNBlJ7Y2WQZNxw"
    "IDAQAB"
)
PRIVATE = """-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQCyxD9PX/fcU3bJaG+PofT3IqKq+BXyqRxWN0yYKK5m+vFo1EF/
gxi8u1VxCjeOUIMgDB4ryU5H/yNwHsTLbLEaAfpMeDvSNl3w5J6Om4bRo06OG4dS
gdaRYR23ZoK+K/rFRMSG9MgnTa3Q0MBY6AuWquBjsQ43mNBlJ7Y2WQZNxwIDAQAB
AoGAJQBjzk0h45PPCX85YDR4nNKpctPozxJb0CigDPqWprAYWcddS0RaUW5BECW6
PBXEHlUDxbJkJpjTv/hOaYC040FIuy35H7HhS4hQ74MWWCfRUQF3QBWW0y/Xrd/o
yDcVwFpg/QP4X4aeVXcebSE15EreI5SXut/7ri9HansO4akCQQDqgSaf/ZFx1DkK
fQy211BQOnewjEH3rs4rrC7cd3OcicxjGLtJlKu31sYCL0cHib8ctLA5bISBvDTv
Q/f2udErAkEAwycon93SpiKcs9SgLr4NDOwGg0h8h2IBjLEUv3CTUJQ3jaVj96UG
3I5wjoROvxDAO+Yq852OySBqEHHolR1P1QJBAOKKF5UxcWNEgEI4oaK0iDqo8N1V
8Zhjf3pDIRYMM1yC5jbJOoyPmf/D9I9But12XXBOwXsH8U4fUgfeYlowEfcCQQCF
A2K4HBxgqkS+eZU4ZsdEYHdL8hMWv6EowOXQWi2+hVecDvelKnET0W48ZUe7CPLN
oOLzqxdQVOyWCt2pDRKFAkBmxixA7VVjc1ZMuJ2x0ZFYOeKbk3+Fl3a3PIailvp8
r11WHDCe63DzWrHtlOnWowFolFRHMNiJCO+CyNYYiWoy
-----END RSA PRIVATE KEY-----
"""
