"""People who would like to visit schools: what they offer, and how far they have come.

Nobody who joins is a volunteer before a coordinator has said yes, so no rule and no engine ever
looks at these values. Every step is a function from one value to the next; a step that does not
follow raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.volunteers import Format, Volunteer

KEPT_UNCONFIRMED = timedelta(days=14)
SENSIBLE_TEXT = 600
# The welcome asks when somebody can visit; only after this is the question put once more.
WELCOME_ASKS_FOR = timedelta(days=5)


class JoiningState(StrEnum):
    """How far somebody has come; ``WAITING`` is for a coordinator's word."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Joining:
    """What somebody wrote about themselves.

    ``organization`` is in their own words: it need not be one we know. ``asked_from`` tells
    senders apart without saying who they are, and is forgotten once the address is proven.
    """

    key: str
    email: str
    name: str
    level_by_topic: Mapping[str, int]
    grades: frozenset[int]
    languages: tuple[str, ...]
    formats: frozenset[Format]
    asked_at: datetime
    postal_code: str = ""
    organization: str = ""
    words: str = ""
    locale: str = ""
    asked_from: str = ""
    state: JoiningState = JoiningState.UNCONFIRMED
    confirmed_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has decided yet."""
        return self.state in {JoiningState.UNCONFIRMED, JoiningState.WAITING}


def confirm(joining: Joining, *, at: datetime) -> Joining:
    """Enter that the address is theirs; a second time changes nothing.

    Raises:
        IllegalTransition: if somebody has decided already.
    """
    if joining.state is JoiningState.WAITING:
        return joining
    _require(joining, JoiningState.UNCONFIRMED, step="confirmed")
    return replace(joining, state=JoiningState.WAITING, confirmed_at=at, asked_from="")


def accept(joining: Joining, *, by: str, at: datetime) -> Joining:
    """Say yes.

    Raises:
        IllegalTransition: unless they wait for it.
    """
    _require(joining, JoiningState.WAITING, step="accepted")
    return replace(joining, state=JoiningState.ACCEPTED, decided_at=at, decided_by=by)


def decline(joining: Joining, *, by: str, at: datetime, reason: str = "") -> Joining:
    """Say no, with a reason that they may read.

    Raises:
        IllegalTransition: unless they wait for it.
    """
    _require(joining, JoiningState.WAITING, step="declined")
    state = JoiningState.DECLINED
    return replace(joining, state=state, decided_at=at, decided_by=by, reason=reason)


def volunteer_of(
    joining: Joining, *, present: Volunteer | None, organization: str = ""
) -> Volunteer:
    """Return the volunteer they become; whoever was one before keeps clearances and times."""
    offered = Volunteer(
        email=joining.email,
        name=joining.name,
        level_by_topic=joining.level_by_topic,
        grades=joining.grades,
        languages=joining.languages,
        formats=joining.formats,
        organization=organization,
        postal_code=joining.postal_code,
        locale=joining.locale,
    )
    if present is None:
        return offered
    return replace(
        present,
        level_by_topic=offered.level_by_topic,
        grades=offered.grades,
        languages=offered.languages,
        formats=offered.formats,
        postal_code=offered.postal_code or present.postal_code,
        organization=organization or present.organization,
        is_active=True,
    )


def _require(joining: Joining, state: JoiningState, *, step: str) -> None:
    if joining.state is not state:
        raise IllegalTransition(subject="person who joins", state=str(joining.state), step=step)
