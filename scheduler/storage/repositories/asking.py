"""What teachers write around a request: drafts, messages, feedback, offered classes, promises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from scheduler.domain.feedback import Feedback
from scheduler.domain.handovers import Handover, HandoverState
from scheduler.domain.messages import Message
from scheduler.domain.promises import Promise
from scheduler.services.ports import Draft
from scheduler.storage.models.asking import (
    DraftRow,
    FeedbackRow,
    HandoverRow,
    MessageRow,
    PromiseRow,
)
from scheduler.storage.models.districts import ClassroomRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import RequestRow
from scheduler.storage.models.visits import VisitRow
from scheduler.storage.repositories.rows import (
    chunks,
    columns_of,
    fields_of,
    insert_rows,
    known_ids,
    upsert,
)


class SqlDrafts:
    """Implement the port ``Drafts``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, email: str) -> Draft | None:
        """Return that teacher's draft."""
        row = self._session.scalars(
            select(DraftRow)
            .join(PersonRow, PersonRow.id == DraftRow.person_id)
            .where(PersonRow.email == email)
        ).one_or_none()
        return _draft(row, email=email) if row else None

    def put(self, draft: Draft) -> None:
        """Keep a draft in place of the teacher's former one.

        Raises:
            Unknown: if nobody bears that address.
        """
        email = draft.teacher_email
        ids = known_ids(self._session, PersonRow.email, (email,), kind="person")
        answers = {name: list(texts) for name, texts in draft.answers.items()}
        row = {"person_id": ids[email], "answers": answers, "saved_at": draft.saved_at}
        upsert(self._session, DraftRow, [row], by="person_id")
        self._session.expire_all()


class SqlMessages:
    """Implement the port ``Messages``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_request(self, request: str) -> tuple[Message, ...]:
        """Return a request's messages, the oldest first."""
        rows = self._session.execute(
            select(MessageRow, RequestRow.key, PersonRow.email)
            .join(RequestRow, RequestRow.id == MessageRow.request_id)
            .join(PersonRow, PersonRow.id == MessageRow.author_id)
            .where(RequestRow.key == request)
            .order_by(MessageRow.written_at, MessageRow.id)
        )
        return tuple(
            Message(**fields_of(row, Message), request=key, author_email=email)
            for row, key, email in rows
        )

    def written_since(self, email: str, *, since: datetime) -> int:
        """Return how many messages that person wrote since then."""
        written = (
            select(func.count())
            .select_from(MessageRow)
            .join(PersonRow, PersonRow.id == MessageRow.author_id)
            .where(PersonRow.email == email, MessageRow.written_at >= since)
        )
        return self._session.scalars(written).one()

    def add(self, message: Message) -> None:
        """Store a new message.

        Raises:
            Unknown: if there is no such request or person.
        """
        author, request = message.author_email, message.request
        authors = known_ids(self._session, PersonRow.email, (author,), kind="person")
        requests = known_ids(self._session, RequestRow.key, (request,), kind="request")
        ids = {"author_id": authors[author], "request_id": requests[request]}
        insert_rows(self._session, MessageRow, [columns_of(message, MessageRow) | ids])


class SqlFeedbacks:
    """Implement the port ``Feedbacks``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_visits(self, uids: Iterable[str]) -> Mapping[str, Feedback]:
        """Return what was said of these visits, by UID."""
        found: dict[str, Feedback] = {}
        for chunk in chunks(uids):
            rows = self._session.execute(
                select(FeedbackRow, VisitRow.uid)
                .join(VisitRow, VisitRow.id == FeedbackRow.visit_id)
                .where(VisitRow.uid.in_(chunk))
            )
            found |= {uid: Feedback(**fields_of(row, Feedback), visit=uid) for row, uid in rows}
        return found

    def put(self, feedback: Feedback) -> None:
        """Keep what was said of a visit in place of what was said before.

        Raises:
            Unknown: if there is no such visit.
        """
        uid = feedback.visit
        ids = known_ids(self._session, VisitRow.uid, (uid,), kind="visit")
        row = columns_of(feedback, FeedbackRow) | {"visit_id": ids[uid]}
        upsert(self._session, FeedbackRow, [row], by="visit_id")
        self._session.expire_all()


class SqlHandovers:
    """Implement the port ``Handovers``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> Handover | None:
        """Return one offer."""
        return next(iter(self._load(HandoverRow.key == key)), None)

    def open_ones(self, email: str) -> tuple[Handover, ...]:
        """Return the undecided offers from or to that teacher, the oldest first."""
        mine = select(PersonRow.id).where(PersonRow.email == email).scalar_subquery()
        is_theirs = or_(HandoverRow.giver_id == mine, HandoverRow.taker_id == mine)
        return self._load(is_theirs & (HandoverRow.state == HandoverState.OFFERED))

    def put(self, handover: Handover) -> None:
        """Add an offer, or store what was decided on it.

        Raises:
            Unknown: if there is no such class or person.
        """
        classes = known_ids(self._session, ClassroomRow.key, (handover.classroom,), kind="class")
        emails = (handover.giver_email, handover.taker_email)
        people = known_ids(self._session, PersonRow.email, emails, kind="person")
        row = columns_of(handover, HandoverRow) | {
            "classroom_id": classes[handover.classroom],
            "giver_id": people[handover.giver_email],
            "taker_id": people[handover.taker_email],
        }
        upsert(self._session, HandoverRow, [row], by="key")
        self._session.expire_all()

    def _load(self, condition: ColumnElement[bool]) -> tuple[Handover, ...]:
        giver, taker = aliased(PersonRow), aliased(PersonRow)
        rows = self._session.execute(
            select(HandoverRow, ClassroomRow.key, giver.email, taker.email)
            .join(ClassroomRow, ClassroomRow.id == HandoverRow.classroom_id)
            .join(giver, giver.id == HandoverRow.giver_id)
            .join(taker, taker.id == HandoverRow.taker_id)
            .where(condition)
            .order_by(HandoverRow.offered_at, HandoverRow.id)
        )
        return tuple(
            Handover(
                **fields_of(row, Handover),
                classroom=classroom,
                giver_email=giver_email,
                taker_email=taker_email,
            )
            for row, classroom, giver_email, taker_email in rows
        )


class SqlPromises:
    """Implement the port ``Promises``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_requests(self, requests: Iterable[str]) -> Mapping[str, Promise]:
        """Return the promises made for these requests, by request."""
        found: dict[str, Promise] = {}
        for chunk in chunks(requests):
            rows = self._session.execute(
                select(PromiseRow, RequestRow.key)
                .join(RequestRow, RequestRow.id == PromiseRow.request_id)
                .where(RequestRow.key.in_(chunk))
            )
            found |= {key: Promise(**fields_of(row, Promise), request=key) for row, key in rows}
        return found

    def put(self, promise: Promise) -> None:
        """Keep a promise in place of the request's former one.

        Raises:
            Unknown: if there is no such request.
        """
        key = promise.request
        ids = known_ids(self._session, RequestRow.key, (key,), kind="request")
        row = columns_of(promise, PromiseRow) | {"request_id": ids[key]}
        upsert(self._session, PromiseRow, [row], by="request_id")
        self._session.expire_all()


def _draft(row: DraftRow, *, email: str) -> Draft:
    answers = {
        name: tuple(str(text) for text in texts)
        for name, texts in row.answers.items()
        if isinstance(texts, list | tuple)
    }
    return Draft(email, answers, row.saved_at)
