"""Mails in a short form: what tests of composing and sending leave unsaid."""

from __future__ import annotations

from typing import Any

from scheduler.mail.messages import Mail, compose, message_id_of
from tests.builders import NOW

SENDER = "visits@schools.example"
RECIPIENT = "amara@robots.example"


def a_mail(**changes: Any) -> Mail:
    """Return a short mail from the visits' address to Amara."""
    parts: dict[str, Any] = {
        "sender": ("School visits", SENDER),
        "recipient": ("Amara Okafor", RECIPIENT),
        "subject": "Invitation: Maple School",
        "text": "Can you come?\n",
        "html": "<p>Can you come?</p>\n",
        "message_id": message_id_of("visit-1/invitation/0/amara", "schools.example"),
        "date": NOW,
    }
    return compose(**{**parts, **changes})
