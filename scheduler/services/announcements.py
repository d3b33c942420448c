"""Which mail a change to a visit writes, and to whom: rows for the outbox, never a message.

A key names the subject, the purpose, the revision and the recipient, so that writing the same
announcement again adds nothing. A series is announced once, with every date in one mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import Visit
from scheduler.services.records import OutboxRow, OutboxState

INVITATION = "invitation"
ANNOUNCEMENT = "announcement"
CONFIRMATION = "confirmation"
CONFIRMATION_TEACHER = "confirmation_teacher"
CHANGE = "change"
CANCELLATION = "cancellation"
REMINDER = "reminder"
DECLINED = "declined"
REOPENED = "reopened"
TAKEN_OUT = "taken_out"
ASK_AVAILABILITY = "ask_availability"
RENEW_CLEARANCE = "renew_clearance"
ADDRESS_CHANGED = "address_changed"
SIGN_IN = "sign_in"
ARRANGED = "arranged"
OTHER_TIME = "other_time"
FEEDBACK = "feedback"
MESSAGE = "message"
HAND_OVER = "hand_over"
HANDED_OVER = "handed_over"
NEW_HOST = "new_host"
JOIN_CONFIRM = "join_confirm"
JOIN_WAITING = "join_waiting"
JOIN_ACCEPTED = "join_accepted"
JOIN_DECLINED = "join_declined"
STILL_RIGHT = "still_right"
TIMES_OFFERED = "times_offered"
TIME_KEPT = "time_kept"
STAND_IN_ASK = "stand_in_ask"
STAND_IN_LOOKING = "stand_in_looking"
STAND_IN_FOUND = "stand_in_found"
STAND_IN_ARRIVES = "stand_in_arrives"
STAND_IN_PLAN_B = "stand_in_plan_b"
STILL_COMING = "still_coming"
NO_ANSWER_YET = "no_answer_yet"
LAPSED = "lapsed"
LET_GO = "let_go"
THANKS = "thanks"
ROSTER = "roster"
APPROVED = "approved"
PROPOSED = "proposed"
DIGEST = "digest"
# Whoever gets one of these need not have an account; what we call them stands in the facts.
TO_STRANGERS = frozenset({ADDRESS_CHANGED, JOIN_CONFIRM, JOIN_DECLINED})


def outbox_key(
    *, subject: str, purpose: str, revision: int, recipient: str, offset: str = ""
) -> str:
    """Return the key under which a mail can exist only once."""
    timed = f"{purpose}:{offset}" if offset else purpose
    return f"{subject}/{timed}/{revision}/{recipient}"


def announce(
    visits: Iterable[Visit],
    *,
    purpose: str,
    recipients: Iterable[str],
    at: datetime,
    revision: int = 0,
    offset: str = "",
    held_until: datetime | None = None,
    facts: Mapping[str, object] | None = None,
) -> tuple[OutboxRow, ...]:
    """Return one mail per recipient that tells of all these visits, the first its subject."""
    told = tuple(visits)
    subject = told[0].uid
    return tuple(
        OutboxRow(
            key=outbox_key(
                subject=subject,
                purpose=purpose,
                offset=offset,
                revision=revision,
                recipient=recipient,
            ),
            subject=subject,
            purpose=purpose,
            recipient=recipient,
            revision=revision,
            created_at=at,
            due_at=held_until or at,
            state=OutboxState.HELD if held_until else OutboxState.DUE,
            facts={"visits": [visit.uid for visit in told], **(facts or {})},
        )
        for recipient in dict.fromkeys(recipients)
    )


def invitations(
    visits: tuple[Visit, ...],
    request: ClassroomRequest,
    *,
    at: datetime,
    held_until: datetime | None,
) -> tuple[OutboxRow, ...]:
    """Return the invitations of a request's new visits, and word to its teacher.

    A teacher who gave other windows is asked whether the time suits.
    """
    speakers = dict.fromkeys(email for visit in visits for email in visit.volunteers)
    rows: list[OutboxRow] = []
    for email in speakers:
        theirs = tuple(visit for visit in visits if email in visit.volunteers)
        rows += announce(
            theirs, purpose=INVITATION, recipients=(email,), at=at, held_until=held_until
        )
    rows += announce(
        visits,
        purpose=ANNOUNCEMENT if all(visit.host_agrees for visit in visits) else OTHER_TIME,
        recipients=(request.teacher_email,),
        at=at,
        held_until=held_until,
    )
    return tuple(rows)


def confirmations(
    visits: tuple[Visit, ...], request: ClassroomRequest, *, at: datetime
) -> tuple[OutboxRow, ...]:
    """Return the news that these visits are certain, to everyone who comes and the teacher."""
    revision = visits[0].sequence
    speakers = tuple(email for visit in visits for email in visit.volunteers)
    return (
        *announce(visits, purpose=CONFIRMATION, recipients=speakers, at=at, revision=revision),
        *announce(
            visits,
            purpose=CONFIRMATION_TEACHER,
            recipients=(request.teacher_email,),
            at=at,
            revision=revision,
        ),
    )


def cancellations(
    visits: tuple[Visit, ...],
    request: ClassroomRequest,
    *,
    at: datetime,
    reason: str,
    by: str,
    by_email: str = "",
    role_by_email: Mapping[str, str] = MappingProxyType({}),
    is_open_again: bool = False,
) -> tuple[OutboxRow, ...]:
    """Return the news that these visits are off, to everyone who knew of them.

    ``by`` and ``by_email`` are whose deed it is, ``role_by_email`` names whom to tell besides
    those who come and the teacher. ``is_open_again`` where the request is not over with them.
    """
    parties = (*(email for visit in visits for email in visit.volunteers), request.teacher_email)
    roles = {**role_by_email, **dict.fromkeys(parties, "")}
    return tuple(
        row
        for email, role in roles.items()
        for row in announce(
            visits,
            purpose=CANCELLATION,
            recipients=(email,),
            at=at,
            revision=visits[0].sequence,
            facts={
                "reason": reason,
                "by": by,
                **({"is_own": True} if email == by_email else {}),
                **({"role": role} if role else {}),
                **({"is_open_again": True} if is_open_again else {}),
            },
        )
    )


def refusals(
    visits: tuple[Visit, ...],
    request: ClassroomRequest,
    *,
    email: str,
    coordinators: tuple[str, ...],
    at: datetime,
    is_sought: bool = False,
) -> tuple[OutboxRow, ...]:
    """Return the news of a no: to coordinators, to the teacher, and a receipt to who said it.

    ``is_sought`` where others are asked to step in already.
    """
    revision = sum(booking.removed for booking in visits[0].bookings)
    reason = visits[0].booking_of(email).reason
    facts = {"volunteer": email, "reason": reason, "is_sought": is_sought}
    rows: list[OutboxRow] = []
    for purpose, recipients in (
        (DECLINED, coordinators),
        (REOPENED, (request.teacher_email,)),
        (TAKEN_OUT, (email,)),
    ):
        rows += announce(
            visits, purpose=purpose, recipients=recipients, at=at, revision=revision, facts=facts
        )
    return tuple(rows)


def lapses(
    visits: tuple[Visit, ...],
    request: ClassroomRequest,
    *,
    email: str,
    coordinators: tuple[str, ...],
    at: datetime,
    is_sought: bool = False,
) -> tuple[OutboxRow, ...]:
    """Return the news that somebody did not answer in time, to the same people as of a no."""
    revision = sum(booking.removed for booking in visits[0].bookings)
    others = (*coordinators, request.teacher_email)
    return tuple(
        row
        for purpose, recipients in ((LET_GO, others), (LAPSED, (email,)))
        for row in announce(
            visits,
            purpose=purpose,
            recipients=recipients,
            at=at,
            revision=revision,
            facts={"volunteer": email, "is_sought": is_sought},
        )
    )
