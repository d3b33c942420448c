"""What coordinators change about an organization: its promise, its places, whom to ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from scheduler.domain.districts import Contact, Organization, Site
from scheduler.domain.errors import Unknown
from scheduler.domain.people import normal_email
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.picture import load_district
from scheduler.services.ports import Gazetteer, Store
from scheduler.services.records import Activity

DEED = "change an organization"


def change_organization(
    store: Store,
    key: str,
    *,
    visits_per_term: int | None,
    address: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep an organization's promise and where it is.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such organization.
    """
    changed = partial(replace, visits_per_term=visits_per_term, address=address.strip())
    _change(store, key, changed, actor=actor, now=now)


def add_contact(
    store: Store, key: str, contact: Contact, *, is_main: bool, actor: Actor, now: datetime
) -> None:
    """Add somebody to ask; whoever has the same address is replaced.

    The first with an address is the main one, whatever is said.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such organization.
    """
    contact = replace(contact, email=normal_email(contact.email))

    def with_contact(known: Organization) -> Organization:
        same = (each for each in known.contacts if contact.email and each.email == contact.email)
        before = next(same, None)
        others = tuple(each for each in known.contacts if each not in (before, contact))
        place = known.contacts.index(before) if before else len(others)
        leads = contact.email and (is_main or not known.contact_email)
        return replace(
            known,
            contacts=(*others[:place], contact, *others[place:]),
            contact_email=contact.email if leads else known.contact_email,
        )

    _change(store, key, with_contact, actor=actor, now=now)


def remove_contact(
    store: Store, key: str, contact: Contact, *, actor: Actor, now: datetime
) -> None:
    """Take a contact away; one that is not there is no error.

    After the main one the next with an address is the main one.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such organization.
    """

    def without_contact(known: Organization) -> Organization:
        others = tuple(each for each in known.contacts if each != contact)
        was_main = bool(contact.email) and contact.email.lower() == known.contact_email.lower()
        following = next((each.email for each in others if each.email), "")
        main = following if was_main else known.contact_email
        return replace(known, contacts=others, contact_email=main)

    _change(store, key, without_contact, actor=actor, now=now)


def add_site(
    store: Store, key: str, site: Site, *, gazetteer: Gazetteer, actor: Actor, now: datetime
) -> None:
    """Add a site, with the point of its postal code where that is known.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such organization.
    """
    require_coordinator(actor, deed=DEED)
    with store.read() as work:
        country = load_district(work).country
    point = site.coordinates or gazetteer.locate(site.postal_code, country=country)
    placed = replace(site, coordinates=point)
    _change(
        store,
        key,
        lambda known: replace(
            known, sites=(*(each for each in known.sites if each.name != site.name), placed)
        ),
        actor=actor,
        now=now,
    )


def remove_site(store: Store, key: str, name: str, *, actor: Actor, now: datetime) -> None:
    """Take the site of that name away; one that is not there is no error.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such organization.
    """
    _change(
        store,
        key,
        lambda known: replace(
            known, sites=tuple(each for each in known.sites if each.name != name)
        ),
        actor=actor,
        now=now,
    )


def _change(
    store: Store,
    key: str,
    changed: Callable[[Organization], Organization],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    require_coordinator(actor, deed=DEED)
    with store.write() as work:
        # Its contacts are one list: of two who add to it none is lost.
        work.visits.lock((f"organization:{key}",))
        known = work.districts.organizations().get(key)
        if known is None:
            raise Unknown("organization", key)
        after = changed(known)
        if after == known:
            return
        work.districts.put_organizations((after,))
        subject = f"organization:{key}"
        work.activities.add((Activity(now, actor.email, "changed an organization", subject),))
