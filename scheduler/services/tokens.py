"""Secrets in addresses: made here, kept as hashes or derived from a key, compared in constant time.

Feed tokens are derived from the feed and its generation, so that a leaked database opens no
feed and a page can always show its owner the address. Answer tokens are bound to purpose,
visit and person, and name no one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

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


def answer_token(uid: str, email: str, *, key: bytes) -> str:
    """Return the secret part of the link by which this person answers for this visit."""
    return _bound("answer", uid, email, key=key)


def feedback_token(uid: str, email: str, *, key: bytes) -> str:
    """Return the secret part of the link by which this person says how the visit was."""
    return _bound("feedback", uid, email, key=key)


def is_feedback_token(token: str, uid: str, email: str, *, key: bytes) -> bool:
    """Tell whether this is that person's token for that visit."""
    return _is_same(token, feedback_token(uid, email, key=key))


def joining_token(joining: str, email: str, *, key: bytes) -> str:
    """Return the secret part of the link by which this person proves the address they gave."""
    return _bound("joining", joining, email, key=key)


def stand_in_token(search: str, email: str, *, key: bytes) -> str:
    """Return the secret part of the link by which this person steps in, or says no."""
    return _bound("stand-in", search, email, key=key)


def is_stand_in_token(token: str, search: str, email: str, *, key: bytes) -> bool:
    """Tell whether this is that person's token for that search."""
    return _is_same(token, stand_in_token(search, email, key=key))


def is_joining_token(token: str, joining: str, email: str, *, key: bytes) -> bool:
    """Tell whether this is that person's token for what they sent."""
    return _is_same(token, joining_token(joining, email, key=key))


def door_token(purpose: str, email: str, *, key: bytes) -> str:
    """Return the secret part of this person's link for one purpose; it holds no name at all."""
    return _encode(_mac(key, "door", purpose, email))


def visit_of_answer_token(token: str) -> str:
    """Return the UID that an answer token speaks of, unproven; empty when it is none."""
    try:
        return base64.urlsafe_b64decode(_padded(token.partition(".")[0])).decode()
    except (binascii.Error, ValueError):
        return ""


def person_of_answer_token(token: str, uid: str, emails: Iterable[str], *, key: bytes) -> str:
    """Return whose token this is among these addresses; empty when it is nobody's."""
    found = ""
    for email in emails:
        if _is_same(token, answer_token(uid, email, key=key)):
            found = email
    return found


def _bound(purpose: str, subject: str, email: str, *, key: bytes) -> str:
    """The secret that binds a person to one purpose and one subject, which it names."""
    return f"{_encode(subject.encode())}.{_encode(_mac(key, purpose, subject, email))}"


def _is_same(token: str, expected: str) -> bool:
    return hmac.compare_digest(token.encode(), expected.encode())


def _mac(key: bytes, *parts: str) -> bytes:
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).digest()


def _encode(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _padded(text: str) -> bytes:
    return (text + "=" * (-len(text) % 4)).encode()
