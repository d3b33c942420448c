"""A teacher's request that was not sent yet, kept on the server as it was typed.

It is nobody else's to see, is never checked, and is over once the request is sent. When it was
over is kept: what a page sent before that may arrive after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from scheduler.domain.errors import NotAllowed
from scheduler.services.access import Actor
from scheduler.services.ports import Draft, Store, Work

MOST_LETTERS = 4000
MOST_TEXTS = 20


def keep_draft(
    store: Store,
    answers: Mapping[str, Sequence[str]],
    *,
    actor: Actor,
    now: datetime,
    begun: datetime | None = None,
) -> None:
    """Keep these answers in place of what was kept before; very long ones are cut.

    ``begun`` is when the page with these answers was opened. If a draft was over since then, it
    was this page's, and nothing is kept.

    Raises:
        NotAllowed: unless the actor is a teacher.
    """
    if not actor.is_teacher:
        raise NotAllowed("keep a draft")
    kept = {
        name: tuple(text[:MOST_LETTERS] for text in texts[:MOST_TEXTS])
        for name, texts in answers.items()
    }
    with store.write() as work:
        former = work.drafts.get(actor.email)
        if former and not former.answers and begun and begun < former.saved_at:
            return
        work.drafts.put(Draft(actor.email, kept, now))


def find_draft(store: Store, *, actor: Actor) -> Draft | None:
    """Return the actor's own draft, if one is kept."""
    with store.read() as work:
        draft = work.drafts.get(actor.email)
    return draft if draft and draft.answers else None


def discard_draft(store: Store, *, actor: Actor, now: datetime) -> None:
    """Forget the actor's own draft."""
    with store.write() as work:
        if work.drafts.get(actor.email):
            end_draft(work, actor.email, now=now)


def end_draft(work: Work, email: str, *, now: datetime) -> None:
    """Forget what a teacher's draft said, but not that it is over."""
    work.drafts.put(Draft(email, {}, now))
