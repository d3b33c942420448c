"""End every link in a person's mails at once, where one was passed on or a phone was lost.

The browsers that are signed in stay so. Mails still to come bring links of their own.
"""

from __future__ import annotations

from datetime import datetime

from scheduler.domain.people import reference_of
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.accounts import account_of
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity


def end_own_links(store: Store, *, actor: Actor, now: datetime) -> None:
    """End all links that the actor's mails have brought so far."""
    with store.write() as work:
        _end(work, actor.email, actor=actor, now=now)


def end_links_of(store: Store, reference: str, *, actor: Actor, now: datetime) -> str:
    """End all links that somebody's mails have brought so far; return the name.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody.
    """
    require_coordinator(actor, deed="end links in mails")
    with store.write() as work:
        person = account_of(work, reference)
        _end(work, person.email, actor=actor, now=now)
    return person.name or person.email


def _end(work: Work, email: str, *, actor: Actor, now: datetime) -> None:
    work.people.end_links(email)
    work.sign_ins.end_links(email, at=now)
    subject = f"person:{reference_of(email)}"
    work.activities.add((Activity(now, actor.email, "ended mail links", subject),))
