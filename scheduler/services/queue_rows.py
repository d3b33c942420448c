"""What the queue of open requests is asked for, and the lines it is made from.

Only lines that are shown are ever read: sorting, filtering and counting are the store's work.
Nothing here is judged yet; that is ``board``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from scheduler.domain.proposals import Proposal, Unassigned
from scheduler.domain.requests import ClassroomRequest


class Order(StrEnum):
    """How the queue is sorted; the fairest puts schools with the fewest visits first."""

    FAIREST = "fairest"
    SOONEST = "soonest"
    OLDEST = "oldest"


class Pile(StrEnum):
    """What is known of an open request: a proposal that waits, one that lapsed, or none."""

    PROPOSED = "proposed"
    LAPSED = "lapsed"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are to be shown, and in which order.

    ``text`` has to be part of the title, the school, the class or somebody proposed, or one of
    ``text_topics`` the topic. Of each pile ``most`` lines are shown, after ``skipped`` ones.
    Those of ``also`` are shown whatever they are, open or not.
    """

    order: Order = Order.FAIREST
    text: str = ""
    text_topics: tuple[str, ...] = ()
    school: str = ""
    topic: str = ""
    most: int = 50
    skipped: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody proposed: the name, and that of their organization if they have one."""

    name: str
    organization: str = ""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One request of the queue with the latest proposal, or why there is none.

    ``visits_this_year`` are those of its school. ``is_extra`` marks a line that is only shown
    because it was asked for by name, ``has_refusal`` one whose visit somebody said no to.
    """

    request: ClassroomRequest
    pile: Pile
    teacher_name: str
    school_name: str
    class_name: str
    visits_this_year: int
    proposal: Proposal | None = None
    nobody: Unassigned | None = None
    is_extra: bool = False
    has_refusal: bool = False


@dataclass(frozen=True, slots=True)
class QueueLines:
    """The lines shown, in order within each pile, and how many each pile has in all.

    ``visits_everywhere`` are this year's visits of all schools together.
    """

    lines: tuple[QueueLine, ...] = ()
    total_by_pile: Mapping[Pile, int] = field(default_factory=dict)
    people: Mapping[str, Named] = field(default_factory=dict)
    visits_everywhere: int = 0


class Claim(NamedTuple):
    """When a proposal that waits, or a visit, keeps somebody busy; claims sort by time.

    A tuple, because a large district has thousands at once.
    """

    start: datetime
    end: datetime
    request: str
