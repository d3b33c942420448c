"""Accounts as a whole: another address, and one account that takes in another.

Rows refer to a person by number, so most of it follows by itself. What is kept by address (what
a visit occupies, whom a request prefers, mail) is rewritten here. Which tables refer to a person
is read off the models, so that a new one is never forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint, and_, delete, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.domain.people import reference_of
from scheduler.domain.visits import TEACHER_PREFIX, VOLUNTEER_PREFIX
from scheduler.services.ports import ChangeKind, OutboxState
from scheduler.storage.models import Base
from scheduler.storage.models.districts import OrganizationRow
from scheduler.storage.models.feeds import FeedAddressRow, FeedRow
from scheduler.storage.models.people import PersonRow
from scheduler.storage.models.records import ActivityRow, OutboxEntryRow, WebSessionRow
from scheduler.storage.models.requests import ProposalRow, RequestRow
from scheduler.storage.models.visits import OccupancyRow, PendingMoveRow, ResourceRow, VisitRow
from scheduler.storage.models.volunteers import VolunteerRow
from scheduler.storage.refusals import domain_errors
from scheduler.storage.repositories.journal import note
from scheduler.storage.repositories.rows import delete_where, known_ids

UNSENT = (OutboxState.HELD, OutboxState.DUE)
# What hangs on an account at a place of its own: the account that stays has its own list.
LISTS = frozenset({"staff_role", "person_school", "weekly_availability", "days_away", "clearance"})


class SqlAccounts:
    """Implement the port ``Accounts``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rename(self, email: str, new: str) -> None:
        """Give an account another address, everywhere it is kept by its address.

        Raises:
            Unknown: if nobody bears the address.
        """
        number = self._numbers(email)[email]
        renamed = {"email": new, "reference": reference_of(new)}
        self._execute(update(PersonRow).where(PersonRow.id == number).values(renamed))
        self._rewrite(email, new)
        self._note(email, new)

    def merge(self, gone: str, *, into: str, at: datetime) -> None:
        """Move everything that belongs to one account to another, and forget the one.

        Raises:
            DoubleBooked: if both are needed at the same time.
            Unknown: if either bears no account.
        """
        numbers = self._numbers(gone, into)
        old, new = numbers[gone], numbers[into]
        with domain_errors(), self._session.begin_nested():
            self._rewrite(gone, into)
            self._move_feeds(old, new, at=at)
            delete_where(self._session, WebSessionRow.person_id, (old,))
            for table, column in _referring(PersonRow.id):
                self._move(table, column, old=old, new=new)
            for table, column in _referring(VolunteerRow.id):
                self._move(table, column, old=old, new=new)
            delete_where(self._session, VolunteerRow.id, (old,))
            delete_where(self._session, PersonRow.id, (old,))
        self._note(gone, into)

    def _note(self, *emails: str) -> None:
        """Rare enough that whoever follows may read all visits and classes again."""
        note(self._session, ChangeKind.VOLUNTEER, emails)
        for kind in (ChangeKind.VISIT, ChangeKind.CLASS):
            note(self._session, kind)

    def _numbers(self, *emails: str) -> dict[str, int]:
        return known_ids(self._session, PersonRow.email, emails, kind="account")

    def _move(self, table: Table, column: Column[Any], *, old: int, new: int) -> None:
        """Let rows of one person be another's; what the other has already is dropped."""
        if table.name in LISTS:
            self._execute(delete(table).where(column == old))
            return
        for unique in _uniques(table, column):
            twin = table.alias()
            same = [twin.c[other.name] == other for other in unique if other is not column]
            has_one = exists().where(twin.c[column.name] == new, *same)
            self._execute(delete(table).where(and_(column == old, has_one)))
        self._execute(update(table).where(column == old).values({column.name: new}))

    def _move_feeds(self, old: int, new: int, *, at: datetime) -> None:
        """Retire the addresses, and leave them to the feed of the same kind of the other."""
        made_for = dict(self._session.execute(select(FeedRow.made_for, FeedRow.id)).all())
        mine = self._session.execute(
            select(FeedRow.id, FeedRow.kind, FeedRow.person_id, FeedRow.made_for).where(
                (FeedRow.person_id == old) | (FeedRow.holder_id == old)
            )
        ).all()
        for number, kind, person_id, name in mine:
            self._retire(number, at=at)
            renamed = _renamed_feed(name, str(kind), person_id, old=old, new=new)
            self._hand_over_addresses(number, to=made_for[renamed])
            for table, column in _referring(FeedRow.id):
                self._execute(delete(table).where(column == number))
            delete_where(self._session, FeedRow.id, (number,))

    def _retire(self, feed: int, *, at: datetime) -> None:
        self._execute(
            update(FeedAddressRow)
            .where(FeedAddressRow.feed_id == feed, FeedAddressRow.retired_at.is_(None))
            .values(retired_at=at)
        )

    def _hand_over_addresses(self, feed: int, *, to: int) -> None:
        # Below every generation there is: none of these is ever the present one again.
        lowest = self._session.scalar(
            select(func.min(FeedAddressRow.generation)).where(FeedAddressRow.feed_id == to)
        )
        numbers = self._session.scalars(
            select(FeedAddressRow.id).where(FeedAddressRow.feed_id == feed)
        ).all()
        for place, number in enumerate(numbers, start=1):
            generation = min(lowest or 0, 0) - place
            self._execute(
                update(FeedAddressRow)
                .where(FeedAddressRow.id == number)
                .values(feed_id=to, generation=generation)
            )

    def _rewrite(self, old: str, new: str) -> None:
        """Write the new address where things are kept by the old one."""
        for prefix in (VOLUNTEER_PREFIX, TEACHER_PREFIX):
            self._rename_resource(prefix + old, prefix + new)
        named = _replacing(old, new)
        hosted = _replacing(TEACHER_PREFIX + old, TEACHER_PREFIX + new)
        self._rewrite_texts(RequestRow.preferred, old, by=named)
        self._rewrite_texts(RequestRow.excluded, old, by=named)
        self._rewrite_texts(ProposalRow.passed_over, old, by=named)
        self._rewrite_texts(VisitRow.hosts, TEACHER_PREFIX + old, by=hosted)
        self._rewrite_texts(PendingMoveRow.hosts, TEACHER_PREFIX + old, by=hosted)
        is_contact = func.lower(OrganizationRow.contact_email) == old
        self._execute(update(OrganizationRow).where(is_contact).values(contact_email=new))
        self._rewrite_contacts(old, new)
        self._execute(update(ActivityRow).where(ActivityRow.actor == old).values(actor=new))
        for kind in ("person", "volunteer"):
            is_about = ActivityRow.subject == f"{kind}:{reference_of(old)}"
            about = f"{kind}:{reference_of(new)}"
            self._execute(update(ActivityRow).where(is_about).values(subject=about))
        self._rewrite_mail(old, new)

    def _rewrite_contacts(self, old: str, new: str) -> None:
        """Contacts lie within their organization, of which there are few."""
        rows = self._session.execute(select(OrganizationRow.id, OrganizationRow.contacts)).all()
        for number, contacts in rows:
            changed = tuple(
                replace(each, email=new) if each.email.lower() == old else each for each in contacts
            )
            if changed != contacts:
                is_it = OrganizationRow.id == number
                self._execute(update(OrganizationRow).where(is_it).values(contacts=changed))

    def _rename_resource(self, old: str, new: str) -> None:
        """Let what was kept for one be kept for the other; the database refuses an overlap."""
        ids = dict(
            self._session.execute(
                select(ResourceRow.key, ResourceRow.id).where(ResourceRow.key.in_((old, new)))
            ).all()
        )
        if old not in ids:
            return
        if new not in ids:
            self._execute(update(ResourceRow).where(ResourceRow.id == ids[old]).values(key=new))
            return
        mine, theirs = OccupancyRow.resource_id == ids[old], ids[new]
        twin = OccupancyRow.__table__.alias()
        is_both = exists().where(
            twin.c.resource_id == theirs,
            twin.c.visit_id == OccupancyRow.visit_id,
            twin.c.starts_at == OccupancyRow.starts_at,
        )
        self._execute(delete(OccupancyRow).where(mine, is_both))
        self._execute(update(OccupancyRow).where(mine).values(resource_id=theirs))

    def _rewrite_texts(
        self,
        column: InstrumentedAttribute[tuple[str, ...]],
        text: str,
        *,
        by: Callable[[tuple[str, ...]], tuple[str, ...]],
    ) -> None:
        (key,) = column.class_.__table__.primary_key.columns
        rows = self._session.execute(select(key, column)).all()
        for number, texts in rows:
            if text in texts:
                self._execute(
                    update(column.class_).where(key == number).values({column.key: by(texts)})
                )

    def _rewrite_mail(self, old: str, new: str) -> None:
        """A mail's key goes along, so that nobody is told twice under two addresses."""
        rows = self._session.execute(
            select(OutboxEntryRow.id, OutboxEntryRow.key, OutboxEntryRow.state).where(
                OutboxEntryRow.recipient == old
            )
        ).all()
        keys = {key: f"{key.removesuffix(old)}{new}" for _, key, _ in rows}
        taken = set(
            self._session.scalars(select(OutboxEntryRow.key).where(OutboxEntryRow.recipient == new))
        )
        for number, key, state in rows:
            changes: dict[str, Any] = {} if keys[key] in taken else {"key": keys[key]}
            if state in UNSENT:
                changes["recipient"] = new
                if keys[key] in taken:
                    changes["state"] = OutboxState.SUPERSEDED
            if changes:
                self._execute(
                    update(OutboxEntryRow).where(OutboxEntryRow.id == number).values(changes)
                )

    def _execute(self, statement: Any) -> None:
        self._session.connection().execute(statement)


def _referring(target: InstrumentedAttribute[int]) -> Iterator[tuple[Table, Column[Any]]]:
    """Yield every table and column that refers to this one, a volunteer's own row excepted."""
    wanted = target.class_.__table__.columns["id"]
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            is_volunteer = table is VolunteerRow.__table__ and key.parent.name == "id"
            if key.column is wanted and not is_volunteer:
                yield table, key.parent


def _uniques(table: Table, column: Column[Any]) -> Iterator[tuple[Column[Any], ...]]:
    """Yield the columns that are unique together and among which this one is."""
    groups: list[Iterable[Column[Any]]] = [table.primary_key.columns]
    groups += [c.columns for c in table.constraints if isinstance(c, UniqueConstraint)]
    for group in groups:
        columns = tuple(group)
        if column in columns:
            yield columns


def _renamed_feed(name: str, kind: str, person_id: int | None, *, old: int, new: int) -> str:
    """Return for what and whom a feed is after the merge; see ``owner_columns``."""
    kept, _, holder = name.rpartition(":")
    holder = str(new) if holder == str(old) else holder
    if person_id == old:
        kept = f"{kind}:{new}"
    return f"{kept}:{holder}"


def _replacing(old: str, new: str) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    def replaced(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(new if text == old else text for text in texts))

    return replaced
