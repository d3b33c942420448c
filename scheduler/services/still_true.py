"""Whether the news of a mail still holds: what was overtaken is never sent.

Asked when a mail is about to go out, of the visits as they stand then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

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
        *(news.STILL_RIGHT, news.ARRANGED),
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
    return tuple(sheet for sheet in sheets if _holds(row, sheet.visit, now=now))


def _holds(row: OutboxRow, visit: Visit, *, now: datetime) -> bool:
    comes = row.recipient in visit.volunteers
    has_left = not comes and any(b.volunteer_email == row.recipient for b in visit.bookings)
    match row.purpose:
        case news.INVITATION | news.NO_ANSWER_YET:
            asked = comes and visit.booking_of(row.recipient).partstat is Partstat.NEEDS_ACTION
            return asked and visit.state in OPEN and now < visit.period.start
        case news.CONFIRMATION:
            return comes and visit.state is VisitState.CONFIRMED
        case news.CONFIRMATION_TEACHER:
            return visit.state is VisitState.CONFIRMED
        case news.REMINDER:
            is_at_that_time = row.revision == minute_of(visit.period.start)
            is_certain = visit.state is VisitState.CONFIRMED and not has_left
            return is_certain and is_at_that_time and now < visit.period.start
        case news.STILL_COMING:
            is_at_that_time = row.revision == minute_of(visit.period.start)
            is_asked = comes and not _has_answered_since(row, visit)
            is_certain = visit.state is VisitState.CONFIRMED and is_at_that_time
            return is_asked and is_certain and now < visit.period.start
        case news.ROSTER:
            return visit.state in OPEN and not has_left and now < visit.period.end
        case news.ANNOUNCEMENT:
            # A yes that was given meanwhile has told the teacher more than this would.
            is_told_since = visit.state is VisitState.CONFIRMED and visit.sequence > 0
            return visit.state in OPEN and not is_told_since
        case news.CHANGE:
            return visit.state in OPEN and not has_left
        case news.OTHER_TIME:
            return visit.state in OPEN and not visit.host_agrees
        case news.NEW_HOST:
            return comes and visit.state in OPEN
        case news.TIMES_OFFERED | news.TIME_KEPT:
            return visit.state in OPEN and now < visit.period.start
        case news.THANKS:
            return comes and visit.state is VisitState.HAPPENED
        case news.FEEDBACK:
            return visit.state in (VisitState.CONFIRMED, VisitState.HAPPENED)
        case news.CANCELLATION:
            return visit.state is VisitState.CANCELLED
        case news.TAKEN_OUT | news.LAPSED:
            return has_left
        case news.LET_GO:
            return row.facts["volunteer"] not in visit.volunteers
        case news.STAND_IN_ASK:
            return not comes and visit.state in OPEN and now < visit.period.start
        case news.STAND_IN_LOOKING | news.STAND_IN_PLAN_B:
            return visit.state in OPEN and now < visit.period.start
        case news.STAND_IN_FOUND | news.STAND_IN_ARRIVES:
            return visit.state in OPEN and row.facts["volunteer"] in visit.volunteers
    return True


def _has_answered_since(row: OutboxRow, visit: Visit) -> bool:
    answered_at = visit.booking_of(row.recipient).answered_at
    return answered_at is not None and answered_at >= row.created_at
