"""Teachers' requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import Session

from scheduler.domain.folding import word_line
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.storage.models.districts import ClassroomRow, SchoolRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.requests import RequestNumberRow, RequestRow
from scheduler.storage.repositories.rows import (
    CHUNK,
    chunks,
    columns_for,
    columns_of,
    fields_in,
    ids_by_key,
    insert_new,
    known_ids,
    upsert,
)

KEY_PREFIX = "R"
THE_NUMBER = 1


class SqlRequests:
    """Implement the port ``Requests``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, key: str) -> ClassroomRequest | None:
        """Return one request."""
        return self.many((key,)).get(key)

    def all(
        self, *, states: Iterable[RequestState] | None = None
    ) -> Mapping[str, ClassroomRequest]:
        """Return requests by key, in order of key; all states unless some are named."""
        condition = true() if states is None else RequestRow.state.in_(tuple(states))
        return dict(sorted(self._load(condition).items()))

    def many(self, keys: Iterable[str]) -> Mapping[str, ClassroomRequest]:
        """Return these requests by key, in order of key; unknown ones are left out."""
        found: dict[str, ClassroomRequest] = {}
        for chunk in chunks(keys):
            found |= self._load(RequestRow.key.in_(chunk))
        return dict(sorted(found.items()))

    def of_teacher(self, email: str) -> Mapping[str, ClassroomRequest]:
        """Return one teacher's requests by key, in order of key."""
        return dict(sorted(self._load(PersonRow.email == email).items()))

    def put(self, requests: Iterable[ClassroomRequest]) -> None:
        """Add or replace requests.

        Raises:
            Unknown: if one names a teacher, school or class that does not exist.
        """
        requests = tuple(requests)
        teachers = (request.teacher_email for request in requests)
        schools = (request.school for request in requests)
        classes = (request.classroom for request in requests)
        teacher_ids = known_ids(self._session, PersonRow.email, teachers, kind="person")
        school_ids = known_ids(self._session, SchoolRow.key, schools, kind="school")
        class_ids = known_ids(self._session, ClassroomRow.key, classes, kind="class")
        rows = [
            columns_of(request, RequestRow)
            | {
                "teacher_id": teacher_ids[request.teacher_email],
                "school_id": school_ids[request.school],
                "classroom_id": class_ids.get(request.classroom),
                "words": word_line(request.title),
                "key_words": word_line(request.key),
            }
            for request in requests
        ]
        upsert(self._session, RequestRow, rows, by="key")

    def new_key(self) -> str:
        """Return a key that no request bears, and that nobody else is given meanwhile."""
        insert_new(self._session, RequestNumberRow, [{"id": THE_NUMBER, "last": 0}], by="id")
        # The row stays locked until this transaction ends, so two never get one number.
        row = select(RequestNumberRow).where(RequestNumberRow.id == THE_NUMBER).with_for_update()
        number = self._first_free(after=self._session.scalars(row).one().last)
        self._session.connection().execute(update(RequestNumberRow).values(last=number))
        return f"{KEY_PREFIX}{number}"

    def public(self, keys: Iterable[str]) -> frozenset[str]:
        """Return those of these requests whose visits the public may know of."""
        return frozenset(
            key
            for chunk in chunks(keys)
            for key in self._session.scalars(
                select(RequestRow.key).where(RequestRow.key.in_(chunk), RequestRow.is_public)
            )
        )

    def set_public(self, keys: Iterable[str], *, is_public: bool) -> None:
        """Say whether the public may know of these requests' visits; at first it may not."""
        for chunk in chunks(keys):
            self._session.connection().execute(
                update(RequestRow).where(RequestRow.key.in_(chunk)).values(is_public=is_public)
            )

    def _first_free(self, *, after: int) -> int:
        while True:
            number_by_key = {f"{KEY_PREFIX}{after + n}": after + n for n in range(1, CHUNK + 1)}
            taken = ids_by_key(self._session, RequestRow.key, number_by_key)
            free = [number for key, number in number_by_key.items() if key not in taken]
            if free:
                return free[0]
            after += CHUNK

    def _load(self, condition: ColumnElement[bool]) -> dict[str, ClassroomRequest]:
        rows = self._session.execute(
            select(
                *columns_for(ClassroomRequest, RequestRow),
                PersonRow.email.label("teacher"),
                SchoolRow.key.label("school_key"),
                ClassroomRow.key.label("classroom_key"),
            )
            .join(PersonRow, PersonRow.id == RequestRow.teacher_id)
            .join(SchoolRow, SchoolRow.id == RequestRow.school_id)
            .outerjoin(ClassroomRow, ClassroomRow.id == RequestRow.classroom_id)
            .where(condition)
        )
        return {
            row.key: ClassroomRequest(
                **fields_in(row, ClassroomRequest, RequestRow),
                teacher_email=row.teacher,
                school=row.school_key,
                classroom=row.classroom_key or "",
            )
            for row in rows
        }
