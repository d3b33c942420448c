"""About me: what a volunteer offers, read and changed by the person it is about.

Clearance is shown and never changed here: that is the office's word. How often and how far is
said with the week, in :mod:`scheduler.services.availability`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.districts import Coordinates
from scheduler.domain.errors import Unknown
from scheduler.domain.topics import TopicTree
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.domain.volunteers import Format, Volunteer
from scheduler.domain.zones import zone
from scheduler.services.access import Actor, require_own_volunteer
from scheduler.services.picture import load_district
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.records import Activity


@dataclass(frozen=True, slots=True)
class MyProfile:
    """All that a volunteer told us about what they offer.

    ``timezone`` is their own or the district's; ``has_place`` tells whether we know where they
    start from, which visits at a school need.
    """

    volunteer: Volunteer
    topics: TopicTree
    timezone: str
    district_timezone: str
    organization: str
    has_place: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """What a volunteer offers, whom they visit and how; a part that is None stays as it is."""

    level_by_topic: Mapping[str, int] | None = None
    grades: frozenset[int] | None = None
    languages: tuple[str, ...] | None = None
    formats: frozenset[Format] | None = None
    postal_code: str | None = None
    needs: str | None = None
    min_minutes: int | None = None
    timezone: str | None = None


def my_profile(store: Store, *, actor: Actor, gazetteer: Gazetteer) -> MyProfile:
    """Return the actor's own profile.

    Raises:
        Unknown: if the actor is no volunteer.
    """
    with store.read() as work:
        volunteer = require_own_volunteer(actor, work.volunteers.get(actor.email))
        district = load_district(work)
        organization = work.districts.organizations().get(volunteer.organization)
        return MyProfile(
            volunteer=volunteer,
            topics=work.districts.topics(),
            timezone=volunteer.timezone or district.timezone,
            district_timezone=district.timezone,
            organization=organization.name if organization else "",
            has_place=_place(volunteer, district.country, gazetteer) is not None,
        )


def save_profile(store: Store, offer: Offer, *, actor: Actor, now: datetime) -> Volunteer:
    """Keep what a part of the page says and return the volunteer as it was before.

    Raises:
        Unknown: if the actor is no volunteer, or there is no such topic.
        UnknownZone: if there is no such time zone.
    """

    def changed(volunteer: Volunteer) -> Volunteer:
        named = ("level_by_topic", "grades", "languages", "formats", "needs", "timezone")
        told = {name: getattr(offer, name) for name in named if getattr(offer, name) is not None}
        if offer.min_minutes is not None:
            told["limits"] = replace(volunteer.limits, min_minutes=offer.min_minutes)
        if offer.postal_code is not None and offer.postal_code != volunteer.postal_code:
            # The place was found for the old code; the new one is looked up when it is needed.
            told |= {"postal_code": offer.postal_code, "coordinates": None}
        return replace(volunteer, **told)

    return _change(store, changed, offer=offer, actor=actor, now=now)


def _change(
    store: Store,
    change: Callable[[Volunteer], Volunteer],
    *,
    offer: Offer,
    actor: Actor,
    now: datetime,
) -> Volunteer:
    with store.write() as work:
        work.visits.lock((VOLUNTEER_PREFIX + actor.email,))
        volunteer = require_own_volunteer(actor, work.volunteers.get(actor.email))
        _require_known(work, offer)
        changed = change(volunteer)
        if changed != volunteer:
            work.volunteers.put((changed,))
            subject = VOLUNTEER_PREFIX + actor.email
            work.activities.add((Activity(now, actor.email, "changed profile", subject),))
        return volunteer


def _require_known(work: Work, offer: Offer) -> None:
    if offer.timezone:
        zone(offer.timezone)
    topics = work.districts.topics() if offer.level_by_topic else TopicTree(())
    for key in offer.level_by_topic or ():
        if key not in topics:
            raise Unknown("topic", key)


def _place(volunteer: Volunteer, country: str, gazetteer: Gazetteer) -> Coordinates | None:
    if volunteer.coordinates or not volunteer.postal_code:
        return volunteer.coordinates
    return gazetteer.locate(volunteer.postal_code, country=country)
