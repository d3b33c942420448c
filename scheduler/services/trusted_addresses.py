"""Addresses from which mail came back, and which a coordinator knows to be right after all."""

from __future__ import annotations

from datetime import datetime

from scheduler.services.access import Actor, require_coordinator
from scheduler.services.accounts import account_of
from scheduler.services.ports import Store
from scheduler.services.records import Activity

TRUSTED = "trusted an address"


def trust_address(store: Store, reference: str, *, actor: Actor, now: datetime) -> None:
    """Take the mark off somebody's address; mail that comes back from then on marks it again.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody.
    """
    require_coordinator(actor, deed="trust addresses")
    with store.write() as work:
        email = account_of(work, reference).email
        if work.bounces.of((email,)):
            work.bounces.clear(email)
            work.activities.add((Activity(now, actor.email, TRUSTED, f"person:{reference}"),))
