"""One mail to one person that tells of no visit: a row for the outbox, never a message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from scheduler.services.announcements import outbox_key
from scheduler.services.records import OutboxRow


def mail_to(
    recipient: str,
    subject: str,
    *,
    purpose: str,
    at: datetime,
    facts: Mapping[str, object],
    revision: int = 0,
    offset: str = "",
    due_at: datetime | None = None,
) -> OutboxRow:
    """Return the mail that tells this person of a subject, due at once unless said otherwise.

    The same subject, purpose, offset and revision make the same mail, which is sent once.
    """
    key = outbox_key(
        subject=subject, purpose=purpose, revision=revision, recipient=recipient, offset=offset
    )
    return OutboxRow(
        key=key,
        subject=subject,
        purpose=purpose,
        recipient=recipient,
        created_at=at,
        due_at=due_at or at,
        revision=revision,
        facts=facts,
    )
