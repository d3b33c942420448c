"""Whether the news of a mail still holds: what was overtaken is never sent.

Asked when a mail is about to go out, of the visits as they stand then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from scheduler.domain.periods import minute_of
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import OPEN, Partstat, Visit, VisitState
from scheduler.services import announcements as news
from scheduler.services.records import OutboxRow

SIGN_IN_WANTED_FOR = timedelta(hours=1)
TOLD_WITHOUT_VISIT = frozenset(
    {
        *(news.ASK_AVAILABILITY, news.MESSAGE, news.HAND_OVER, news.HANDED_OVER),
        *(news.JOIN_CONFIRM, news.JOIN_WAITING, news.JOIN_ACCEPTED, news.JOIN_DECLINED),
        *(news.STILL_RIGHT, news.ARRANGED, news.PROPOSED),
        *(news.RENEW_CLEARANCE, news.ADDRESS_CHANGED, news.DIGEST, news.APPROVED),
    }
)


def is_still_wanted(row: OutboxRow, sheets: tuple[VisitSheet, ...], *, now: datetime) -> bool:
    """Tell whether the news still holds for its recipient.

    A link to sign in is wanted for an hour; whoever still waits by then has asked again.
    """
    match row.purpose:
        case news.SIGN_IN:
            return now < row.created_at + SIGN_IN_WANTED_FOR
        case purpose if purpose in TOLD_WITHOUT_VISIT:
            return True
    return bool(still_told(row, sheets, now=now))


def still_told(
    row: OutboxRow, sheets: tuple[VisitSheet, ...], *, now: datetime
) -> tuple[VisitSheet, ...]:
    """Return those of the row's visits of which its news still holds."""
    holds = _HOLDS_BY_PURPOSE.get(row.purpose)
    return tuple(s for s in sheets if holds is None or holds(_Facts(row, s.visit, now)))


@dataclass(frozen=True, slots=True)
class _Facts:
    """How a mail's reader and its visit stand to each other, at the moment it is to go out."""

    row: OutboxRow
    visit: Visit
    now: datetime

    @property
    def comes(self) -> bool:
        return self.row.recipient in self.visit.volunteers

    @property
    def has_left(self) -> bool:
        named = any(b.volunteer_email == self.row.recipient for b in self.visit.bookings)
        return named and not self.comes

    @property
    def is_open(self) -> bool:
        return self.visit.state in OPEN

    @property
    def is_certain(self) -> bool:
        return self.visit.state is VisitState.CONFIRMED

    @property
    def is_ahead(self) -> bool:
        return self.now < self.visit.period.start

    @property
    def is_at_that_time(self) -> bool:
        return self.row.revision == minute_of(self.visit.period.start)

    @property
    def told_of_comes(self) -> bool:
        """Whether whom the mail tells of still comes."""
        return self.row.facts["volunteer"] in self.visit.volunteers


def _waits_for_answer(told: _Facts) -> bool:
    if not (told.comes and told.is_open and told.is_ahead):
        return False
    return told.visit.booking_of(told.row.recipient).partstat is Partstat.NEEDS_ACTION


def _still_reminds(told: _Facts) -> bool:
    return told.is_certain and told.is_at_that_time and told.is_ahead and not told.has_left


def _still_asks(told: _Facts) -> bool:
    if not (told.comes and _still_reminds(told)):
        return False
    answered_at = told.visit.booking_of(told.row.recipient).answered_at
    return answered_at is None or answered_at < told.row.created_at


def _still_announces(told: _Facts) -> bool:
    """A yes that was given meanwhile has told the teacher more than this would."""
    return told.is_open and not (told.is_certain and told.visit.sequence > 0)


_HOLDS_BY_PURPOSE: Mapping[str, Callable[[_Facts], bool]] = MappingProxyType(
    {
        **dict.fromkeys((news.INVITATION, news.NO_ANSWER_YET), _waits_for_answer),
        news.ANNOUNCEMENT: _still_announces,
        news.OTHER_TIME: lambda t: t.is_open and not t.visit.host_agrees and t.is_ahead,
        news.CONFIRMATION: lambda t: t.comes and t.is_certain,
        news.CONFIRMATION_TEACHER: lambda t: t.is_certain,
        news.REMINDER: _still_reminds,
        news.STILL_COMING: _still_asks,
        news.ROSTER: lambda t: t.is_open and not t.has_left and t.now < t.visit.period.end,
        news.CHANGE: lambda t: t.is_open and not t.has_left,
        news.NEW_HOST: lambda t: t.comes and t.is_open,
        news.CANCELLATION: lambda t: t.visit.state is VisitState.CANCELLED,
        **dict.fromkeys((news.TAKEN_OUT, news.LAPSED), lambda t: t.has_left),
        news.LET_GO: lambda t: not t.told_of_comes,
        news.STAND_IN_ASK: lambda t: not t.comes and t.is_open and t.is_ahead,
        **dict.fromkeys(
            (news.STAND_IN_FOUND, news.STAND_IN_ARRIVES), lambda t: t.is_open and t.told_of_comes
        ),
        **dict.fromkeys(
            (
                *(news.STAND_IN_LOOKING, news.STAND_IN_PLAN_B),
                *(news.TIMES_OFFERED, news.TIME_KEPT),
            ),
            lambda t: t.is_open and t.is_ahead,
        ),
        news.THANKS: lambda t: t.comes and t.visit.state is VisitState.HAPPENED,
        news.FEEDBACK: lambda t: t.visit.state in (VisitState.CONFIRMED, VisitState.HAPPENED),
    }
)
