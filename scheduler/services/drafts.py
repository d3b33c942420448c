"""A teacher's request that was not sent yet, kept on the server as it was typed.

It is nobody else's to see, is never checked, and is gone once the request is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from scheduler.domain.errors import NotAllowed
from scheduler.services.access import Actor
from scheduler.services.ports import Draft, Store

MOST_LETTERS = 4000
MOST_TEXTS = 20


def keep_draft(
    store: Store, answers: Mapping[str, Sequence[str]], *, actor: Actor, now: datetime
) -> Draft:
    """Keep these answers in place of what was kept before; very long ones are cut.

    Raises:
        NotAllowed: unless the actor is a teacher.
    """
    if not actor.is_teacher:
        raise NotAllowed("keep a draft")
    kept = {
        name: tuple(text[:MOST_LETTERS] for text in texts[:MOST_TEXTS])
        for name, texts in answers.items()
    }
    draft = Draft(actor.email, kept, now)
    with store.write() as work:
        work.drafts.put(draft)
    return draft


def find_draft(store: Store, *, actor: Actor) -> Draft | None:
    """Return the actor's own draft, if one is kept."""
    with store.read() as work:
        return work.drafts.get(actor.email)


def discard_draft(store: Store, *, actor: Actor) -> None:
    """Forget the actor's own draft."""
    with store.write() as work:
        work.drafts.remove(actor.email)
