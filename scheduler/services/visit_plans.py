"""The plan for the day, by the link from a mail: all that a guest needs to find the class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.districts import Coordinates
from scheduler.services.invitations import Invitation, open_invitation
from scheduler.services.ports import Store


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands with the visit, and where the school lies."""

    invitation: Invitation
    place: Coordinates | None


def plan_for(
    store: Store, token: str, *, now: datetime, key: bytes, seen: int | None = None
) -> Plan:
    """Return the plan that a link opens; nothing is changed.

    Raises:
        Unknown: if the link is nobody's.
    """
    invitation = open_invitation(store, token, now=now, key=key, seen=seen)
    with store.read() as work:
        school = work.districts.schools().get(invitation.sheet.school)
    is_online = invitation.sheet.is_virtual_for(invitation.person.email)
    return Plan(invitation, school.coordinates if school and not is_online else None)
