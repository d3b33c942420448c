"""Which mails a person wants at once, which once a day, and which never.

Some mails cannot be turned off, since a class or a volunteer would stand there alone:
invitations and what changes or ends a visit. Those two come at once or not at all, so there is
nothing to choose but how soon an invitation comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class MailKind(StrEnum):
    """A kind of mail, as people tell them apart."""

    INVITATION = "invitation"
    CHANGE = "change"
    TASK = "task"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    ROSTER = "roster"
    QUESTION = "question"
    DIGEST = "digest"


class Pace(StrEnum):
    """How soon a mail comes; ``DAILY`` ones come together."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


PACES_BY_KIND: Mapping[MailKind, tuple[Pace, ...]] = MappingProxyType(
    {
        MailKind.INVITATION: (Pace.AT_ONCE, Pace.DAILY),
        MailKind.CHANGE: (Pace.AT_ONCE,),
        MailKind.TASK: (Pace.AT_ONCE, Pace.DAILY, Pace.NEVER),
        MailKind.CONFIRMATION: (Pace.AT_ONCE, Pace.DAILY, Pace.NEVER),
        MailKind.REMINDER: (Pace.DAILY, Pace.AT_ONCE, Pace.NEVER),
        MailKind.ROSTER: (Pace.DAILY, Pace.AT_ONCE, Pace.NEVER),
        MailKind.QUESTION: (Pace.DAILY, Pace.AT_ONCE, Pace.NEVER),
        MailKind.DIGEST: (Pace.DAILY, Pace.NEVER),
    }
)
# One click in a mail program ends these; a reader of RFC 8058 must mean no other kind by it.
ENDED_BY_ONE_CLICK = frozenset({MailKind.REMINDER, MailKind.ROSTER, MailKind.DIGEST})


@dataclass(frozen=True, slots=True)
class MailChoices:
    """What one person chose; a kind that is not named comes as it comes to everybody.

    Raises:
        ValueError: if a kind is to come at a pace that it does not have.
    """

    email: str
    pace_by_kind: Mapping[MailKind, Pace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, pace in self.pace_by_kind.items():
            if pace not in PACES_BY_KIND[kind]:
                raise ValueError(f"A mail of kind {kind} cannot come {pace}.")

    def pace(self, kind: MailKind) -> Pace:
        """Return how soon mails of that kind come."""
        return self.pace_by_kind.get(kind, PACES_BY_KIND[kind][0])
