"""Secrets in addresses: made here, kept as hashes or derived from a key, compared in constant time.

Feed tokens are derived from the feed and its generation, so that a leaked database opens no
feed and a page can always show its owner the address. Answer tokens are bound to purpose,
visit and person, and name no one. All links in a person's mails are bound to a generation of
theirs as well: raising it ends them at once. The first generation is not written into them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable

from scheduler.domain.errors import LinkEnded
from scheduler.domain.people import Person
from scheduler.services.records import Feed

TOKEN_BYTES = 32


def new_token() -> str:
    """Return a fresh random token of 256 bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def feed_token(feed: Feed, *, key: bytes) -> str:
    """Return the secret part of the feed's present address."""
    return _encode(_mac(key, "feed", feed.key, str(feed.generation)))


def answer_token(uid: str, email: str, *, key: bytes, generation: int = 0) -> str:
    """Return the secret part of the link by which this person answers for this visit."""
    return _bound("answer", uid, email, key=key, generation=generation)


def feedback_token(uid: str, email: str, *, key: bytes, generation: int = 0) -> str:
    """Return the secret part of the link by which this person says how the visit was."""
    return _bound("feedback", uid, email, key=key, generation=generation)


def stand_in_token(search: str, email: str, *, key: bytes, generation: int = 0) -> str:
    """Return the secret part of the link by which this person steps in, or says no."""
    return _bound("stand-in", search, email, key=key, generation=generation)


def joining_token(joining: str, email: str, *, key: bytes) -> str:
    """Return the secret part of the link by which a stranger proves the address they gave."""
    return _bound("joining", joining, email, key=key)


def is_joining_token(token: str, joining: str, email: str, *, key: bytes) -> bool:
    """Tell whether this is that person's token for what they sent."""
    return _is_same(token, joining_token(joining, email, key=key))


def door_token(purpose: str, email: str, *, key: bytes, generation: int = 0) -> str:
    """Return the secret part of this person's link for one purpose; it holds no name at all."""
    return _encode(_mac(key, "door", purpose, email, *_later(generation)))


def bearer_of(
    token: str, people: Iterable[Person], *, signed: Callable[[str, int], str]
) -> Person | None:
    """Return whose link it is among these people, None when it is nobody's.

    ``signed`` makes the link of an address and a generation.

    Raises:
        LinkEnded: if it is one that its person has ended.
    """
    for person in people:
        for generation in range(person.link_generation, -1, -1):
            if _is_same(token, signed(person.email, generation)):
                if generation < person.link_generation:
                    raise LinkEnded(person.email)
                return person
    return None


def visit_of_answer_token(token: str) -> str:
    """Return the UID that an answer token speaks of, unproven; empty when it is none."""
    try:
        return base64.urlsafe_b64decode(_padded(token.partition(".")[0])).decode()
    except (binascii.Error, ValueError):
        return ""


def _bound(purpose: str, subject: str, email: str, *, key: bytes, generation: int = 0) -> str:
    """The secret that binds a person to one purpose and one subject, which it names."""
    proof = _mac(key, purpose, subject, email, *_later(generation))
    return f"{_encode(subject.encode())}.{_encode(proof)}"


def _later(generation: int) -> tuple[str, ...]:
    return (str(generation),) if generation else ()


def _is_same(token: str, expected: str) -> bool:
    return hmac.compare_digest(token.encode(), expected.encode())


def _mac(key: bytes, *parts: str) -> bytes:
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).digest()


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _padded(text: str) -> bytes:
    return (text + "=" * (-len(text) % 4)).encode()
