"""Mail to be sent, once: a row's key lets it exist once, a claim lets one process have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, or_, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from scheduler.services.ports import OutboxRow, OutboxState, Outcome
from scheduler.storage import prepared
from scheduler.storage.columns import Moment
from scheduler.storage.models.records import OutboxEntryRow
from scheduler.storage.repositories.rows import (
    chunks,
    columns_for,
    columns_of,
    fields_in,
    fields_of,
    insert_new,
)

# What a clock writes at every tick is mostly there: to look is cheaper than to try this many.
MANY = 50
# Every mail that is sent runs it once.
SETTLED = (
    update(OutboxEntryRow)
    .where(
        OutboxEntryRow.key == bindparam("of_key"),
        OutboxEntryRow.state == OutboxState.SENDING,
        OutboxEntryRow.attempts == bindparam("of_attempt"),
    )
    .values(
        state=bindparam("to_state"),
        problem=bindparam("with_problem"),
        claimed_until=None,
        is_our_fault=bindparam("was_ours"),
        sent_at=func.coalesce(bindparam("was_sent_at", type_=Moment()), OutboxEntryRow.sent_at),
        due_at=func.coalesce(bindparam("next_due_at", type_=Moment()), OutboxEntryRow.due_at),
    )
)


class SqlOutbox:
    """Implement the port ``Outbox``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, rows: Iterable[OutboxRow]) -> int:
        """Store rows whose key is new and return how many were; others are left as they are."""
        rows = tuple(rows)
        known = self._known(row.key for row in rows) if len(rows) >= MANY else frozenset()
        new = [columns_of(row, OutboxEntryRow) for row in rows if row.key not in known]
        return insert_new(self._session, OutboxEntryRow, new, by="key")

    def of_subjects(self, subjects: Iterable[str]) -> tuple[OutboxRow, ...]:
        """Return all mail about these subjects, by creation."""
        found = [
            row
            for chunk in chunks(subjects)
            for row in self._session.scalars(
                select(OutboxEntryRow).where(OutboxEntryRow.subject.in_(chunk))
            )
        ]
        found.sort(key=lambda row: (row.created_at, row.id))
        return tuple(map(_value, found))

    def set_state(
        self, keys: Iterable[str], *, state: OutboxState, due_at: datetime | None = None
    ) -> None:
        """Move rows to another state, and to another due moment where given.

        What was sent stays sent, whatever else happened meanwhile.
        """
        changes: dict[str, Any] = {"state": state}
        if due_at is not None:
            changes["due_at"] = due_at
        for chunk in chunks(keys):
            self._session.connection().execute(
                update(OutboxEntryRow)
                .where(OutboxEntryRow.key.in_(chunk), OutboxEntryRow.state != OutboxState.SENT)
                .values(changes)
            )

    def remove(self, keys: Iterable[str]) -> None:
        """Forget rows that were held for a change which was taken back; never what was sent."""
        for chunk in chunks(keys):
            self._session.connection().execute(
                delete(OutboxEntryRow).where(
                    OutboxEntryRow.key.in_(chunk), OutboxEntryRow.state != OutboxState.SENT
                )
            )

    def recall(self, keys: Iterable[str]) -> int:
        """Take rows back that nobody began to send; return how many there were.

        One statement decides, so whoever claims a row at the same time has it or has not.
        """
        recalled = 0
        for chunk in chunks(keys):
            unsent = delete(OutboxEntryRow).where(
                OutboxEntryRow.key.in_(chunk),
                OutboxEntryRow.state.in_((OutboxState.HELD, OutboxState.DUE)),
            )
            recalled += self._session.connection().execute(unsent).rowcount
        return recalled

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[OutboxRow, ...]:
        """Take rows for sending, longest due first, and count the attempt.

        With a row come all other due rows of its recipient, so the limit may be passed.
        No other process takes them before ``until``; on PostgreSQL two processes that claim at
        once pass over each other's rows instead of waiting. Costs the same however many are due.
        """
        is_due = (OutboxEntryRow.state == OutboxState.DUE) & (OutboxEntryRow.due_at <= now)
        was_left = (OutboxEntryRow.state == OutboxState.SENDING) & (
            OutboxEntryRow.claimed_until <= now
        )
        free = select(OutboxEntryRow.id, OutboxEntryRow.recipient).with_for_update(skip_locked=True)
        in_turn = free.order_by(OutboxEntryRow.due_at, OutboxEntryRow.id)
        # Asked for apart, each in the order of the index: together all would have to be sorted.
        first = list(self._session.execute(in_turn.where(was_left).limit(limit)))
        first += self._session.execute(in_turn.where(is_due).limit(limit - len(first)))
        chosen = dict.fromkeys(number for number, _ in first)
        for chunk in chunks(recipient for _, recipient in first):
            # As a case, or SQLite looks through all that is due instead of a few people's mail.
            is_free = case((or_(is_due, was_left), True), else_=False)
            of_theirs = free.where(is_free, OutboxEntryRow.recipient.in_(chunk))
            chosen |= dict.fromkeys(number for number, _ in self._session.execute(of_theirs))
        for numbers in chunks(chosen):
            self._session.connection().execute(
                update(OutboxEntryRow)
                .where(OutboxEntryRow.id.in_(numbers))
                .values(
                    state=OutboxState.SENDING,
                    claimed_until=until,
                    attempts=OutboxEntryRow.attempts + 1,
                )
            )
        return self._claimed(chosen)

    def postpone(self, rows: Iterable[OutboxRow], *, due_at: datetime) -> None:
        """Let claimed rows wait until then, as if nobody had tried to send them.

        Only those that nobody has claimed since: another may be sending them at this moment.
        """
        keys_by_attempt: dict[int, list[str]] = {}
        for row in rows:
            keys_by_attempt.setdefault(row.attempts, []).append(row.key)
        for attempt, keys in keys_by_attempt.items():
            for chunk in chunks(keys):
                self._session.connection().execute(
                    update(OutboxEntryRow)
                    .where(
                        OutboxEntryRow.key.in_(chunk),
                        OutboxEntryRow.state == OutboxState.SENDING,
                        OutboxEntryRow.attempts == attempt,
                    )
                    .values(
                        state=OutboxState.DUE,
                        due_at=due_at,
                        claimed_until=None,
                        attempts=attempt - 1,
                    )
                )

    def tie_together(self, keys: Iterable[str], *, bundle: str) -> None:
        """Note that these rows travel in one mail, now and whenever they are tried again."""
        for chunk in chunks(keys):
            self._session.connection().execute(
                update(OutboxEntryRow).where(OutboxEntryRow.key.in_(chunk)).values(bundle=bundle)
            )

    def held_up(self, recipients: Iterable[str], *, now: datetime) -> Mapping[str, datetime]:
        """Return until when mail that a server refused for now waits, for those who have some."""
        found: dict[str, datetime] = {}
        for chunk in chunks(recipients):
            waiting = select(OutboxEntryRow.recipient, OutboxEntryRow.due_at).where(
                OutboxEntryRow.recipient.in_(chunk),
                OutboxEntryRow.state == OutboxState.DUE,
                OutboxEntryRow.attempts > 0,
                OutboxEntryRow.due_at > now,
                OutboxEntryRow.is_our_fault.is_(False),
            )
            for recipient, due_at in self._session.execute(waiting):
                found[recipient] = max(due_at, found.get(recipient, due_at))
        return found

    def forget(self, *, before: datetime) -> int:
        """Forget rows of before then that wait for nothing any more; return how many."""
        waiting = (OutboxState.HELD, OutboxState.DUE, OutboxState.SENDING)
        settled = delete(OutboxEntryRow).where(
            OutboxEntryRow.created_at < before, OutboxEntryRow.state.not_in(waiting)
        )
        return self._session.connection().execute(settled).rowcount

    def take_back(self) -> int:
        """Make rows due again that a process took and never answered for; return how many.

        Only for whoever knows that no other process is sending.
        """
        left = (
            update(OutboxEntryRow)
            .where(OutboxEntryRow.state == OutboxState.SENDING)
            .values(state=OutboxState.DUE, claimed_until=None)
        )
        return self._session.connection().execute(left).rowcount

    def counts(self) -> Mapping[OutboxState, int]:
        """Return how many rows are in each state, none included."""
        pairs = self._session.execute(
            select(OutboxEntryRow.state, func.count()).group_by(OutboxEntryRow.state)
        )
        return dict.fromkeys(OutboxState, 0) | dict(pairs.all())

    def _known(self, keys: Iterable[str]) -> frozenset[str]:
        return frozenset(
            key
            for chunk in chunks(keys)
            for key in self._session.scalars(
                select(OutboxEntryRow.key).where(OutboxEntryRow.key.in_(chunk))
            )
        )

    def _claimed(self, numbers: Iterable[int]) -> tuple[OutboxRow, ...]:
        columns = (*columns_for(OutboxRow, OutboxEntryRow), OutboxEntryRow.id)
        rows = [
            row
            for chunk in chunks(numbers)
            for row in self._session.execute(select(*columns).where(OutboxEntryRow.id.in_(chunk)))
        ]
        rows.sort(key=lambda row: (row.created_at, row.id))
        return tuple(OutboxRow(**fields_in(row, OutboxRow, OutboxEntryRow)) for row in rows)


def _value(row: OutboxEntryRow) -> OutboxRow:
    return OutboxRow(**fields_of(row, OutboxRow))


def settle(engine: Engine, outcomes: Iterable[Outcome]) -> None:
    """Enter what became of claimed mails, each only while that attempt is under way."""
    facts = (
        {
            "of_key": outcome.key,
            "of_attempt": outcome.attempt,
            "to_state": outcome.state,
            "with_problem": outcome.problem,
            "was_ours": outcome.is_our_fault,
            "was_sent_at": outcome.at if outcome.state is OutboxState.SENT else None,
            "next_due_at": outcome.due_at,
        }
        for outcome in outcomes
    )
    prepared.run(engine, SETTLED, facts)
