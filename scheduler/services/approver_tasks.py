"""An approver's task: what a run found waits for a decision, told once to each who decides.

The mail is written with the run's result and held until its reader may be told. What waits is
counted only then, as the board counts it, and anew before each try to send it, so that nobody
is told of what others have decided.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from scheduler.domain.people import RoleName
from scheduler.domain.proposals import ProposalState
from scheduler.domain.runs import Change, Run
from scheduler.services.announcements import PROPOSED
from scheduler.services.board import Group, Queued, board_of
from scheduler.services.mail_choices import paces
from scheduler.services.picture import load_district
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.queue_rows import Order, Wanted
from scheduler.services.quiet_hours import haste_of, ready_at
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.runs import RECENT
from scheduler.services.single_mail import mail_to
from scheduler.services.warm import Warm

# What nobody has decided on before; what a run merely kept was told of by an earlier one.
NEW = frozenset({Change.FOUND, Change.OTHER_PEOPLE, Change.OTHER_TIME})
# Of more than these the mail says how many there are, and leaves judging them to the board.
MOST_JUDGED = 100
# Counted a little early, so that it still travels with the day's mail.
COUNTED_BEFORE = timedelta(minutes=5)


def write_tasks(work: Work, run: Run) -> int:
    """Write to every coordinator but whoever asked that a run found something; say how many.

    What was to tell them of an earlier run, and still waits, is not sent any more.
    """
    if not any(run.counts.get(str(change)) for change in NEW):
        return 0
    at, facts = run.ended_at or run.asked_at, {"role": "coordinator"}
    rows = tuple(
        replace(
            mail_to(email, _subject(run), purpose=PROPOSED, at=at, facts=facts),
            state=OutboxState.HELD,
        )
        for email in work.people.with_role(RoleName.COORDINATOR)
        if email != run.asked_by
    )
    readers, keys = {row.recipient for row in rows}, {row.key for row in rows}
    overtaken = (row.key for row in _tasks(work) if row.is_waiting and row.recipient in readers)
    work.outbox.set_state(set(overtaken) - keys, state=OutboxState.SUPERSEDED)
    return work.outbox.add(rows)


def give_tasks(store: Store, *, now: datetime, gazetteer: Gazetteer) -> int:
    """Let those mails go whose readers may be told by now, with what waits; say how many.

    Where nothing waits any more none goes, and none to whoever no longer decides.
    """
    with store.read() as work:
        due = _due(work, now=now)
        if not due:
            return 0
        facts = _waiting(work, now=now, gazetteer=gazetteer)
    with store.write() as work:
        attempts_by_key = {row.key: row.attempts for row in _tasks(work) if row.is_waiting}
        deciders = work.people.with_role(RoleName.COORDINATOR) if facts else ()
        # Somebody may have begun to send one meanwhile, or tried to: that one is let be.
        still = (row for row in due if attempts_by_key.get(row.key) == row.attempts)
        taken = tuple(row for row in still if work.outbox.recall((row.key,)))
        work.outbox.add(
            replace(row, state=OutboxState.SUPERSEDED)
            for row in taken
            if row.recipient not in deciders
        )
        return work.outbox.add(
            replace(row, state=OutboxState.DUE, facts={"role": row.facts["role"], **facts})
            for row in taken
            if row.recipient in deciders
        )


def _subject(run: Run) -> str:
    return f"run:{run.key}"


def _tasks(work: Work) -> tuple[OutboxRow, ...]:
    runs = work.runs.recent(limit=RECENT)
    return work.outbox.of_subjects(_subject(run) for run in runs)


def _due(work: Work, *, now: datetime) -> tuple[OutboxRow, ...]:
    """Those that are about to be sent, for the first time or again, each with its moment."""
    waiting = tuple(row for row in _tasks(work) if row.is_waiting)
    held = tuple(row for row in waiting if row.state is OutboxState.HELD)
    again = tuple(row for row in waiting if row not in held and row.due_at <= now)
    return (*again, *_about_to_be_told(work, held, now=now))


def _about_to_be_told(
    work: Work, held: tuple[OutboxRow, ...], *, now: datetime
) -> tuple[OutboxRow, ...]:
    if not held:
        return ()
    pace_by_key, zone = paces(work, held), load_district(work).timezone
    own_zones = work.diary.timezones({row.recipient for row in held})
    found = []
    for row in held:
        here = own_zones.get(row.recipient) or zone
        haste = haste_of(row, pace=pace_by_key[row.key], starts=(), zone=here)
        found.append(replace(row, due_at=ready_at(row.created_at, haste, now=now, zone=here)))
    return tuple(row for row in found if row.due_at <= now + COUNTED_BEFORE)


def _waiting(work: Work, *, now: datetime, gazetteer: Gazetteer) -> dict[str, object]:
    """How many proposals wait, for visits from which day on; nothing where none does."""
    wanted = Wanted(order=Order.SOONEST, most=MOST_JUDGED)
    with Warm().at(work, now=now, gazetteer=gazetteer) as district:
        queued = Queued(work, district, wanted, now=now, gazetteer=gazetteer)
        board = board_of(queued, wanted)
    pending = [row for row in board.rows if row.state is ProposalState.PENDING]
    if not pending:
        return {}
    facts: dict[str, object] = {
        "waiting": board.proposed,
        "nobody": board.nobody,
        "first_day": min(row.day for row in pending),
    }
    if board.proposed > len(pending):
        return facts
    return {**facts, "clear": sum(row.group is Group.READY for row in pending)}
