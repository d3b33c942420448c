"""News of visits that are moved or change their room: to those who come, teachers and offices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import Visit
from scheduler.services.announcements import CHANGE, announce
from scheduler.services.onlookers import OFFICE, is_reckoned_with, offices_by_school
from scheduler.services.overtaking import overtake
from scheduler.services.ports import Work
from scheduler.services.records import OutboxRow


def changes(
    work: Work,
    pairs: Collection[tuple[Visit, Visit]],
    requests: Mapping[str, ClassroomRequest],
    *,
    now: datetime,
) -> Iterator[OutboxRow]:
    """Yield the news of these visits' changes, each from what it was to what it is.

    What an office has not read yet is told from the start, not step by step, and not at all if
    it is as it was. Four queries however many they are.
    """
    if not pairs:
        return
    offices = offices_by_school(work)
    unread: dict[str, list[OutboxRow]] = {}
    uids = (moved.uid for _, moved in pairs)
    for row in overtake(work, uids, only=_is_offices_change):
        unread.setdefault(row.subject, []).append(row)
    for old, moved in pairs:
        parties = (*moved.volunteers, requests[moved.request].teacher_email)
        yield from _change(moved, parties, facts=_was(old), now=now)
        rows = unread.get(moved.uid, [])
        reckons = any(is_reckoned_with(visit, now=now) for visit in (old, moved))
        readers = {
            *(offices.get(moved.school, ()) if reckons else ()),
            *(r.recipient for r in rows),
        }
        facts = {**_was(old), **(rows[0].facts if rows else {}), "role": OFFICE}
        if not _was(moved).items() <= facts.items():
            yield from _change(moved, sorted(readers - {*parties}), facts=facts, now=now)


def _is_offices_change(row: OutboxRow) -> bool:
    return row.purpose == CHANGE and row.facts.get("role") == OFFICE


def _change(
    moved: Visit, recipients: Iterable[str], *, facts: Mapping[str, object], now: datetime
) -> tuple[OutboxRow, ...]:
    return announce(
        (moved,),
        purpose=CHANGE,
        recipients=recipients,
        at=now,
        revision=moved.sequence,
        facts=facts,
    )


def _was(visit: Visit) -> dict[str, object]:
    return {
        "old_start": visit.period.start.isoformat(),
        "old_end": visit.period.end.isoformat(),
        "old_room": visit.room,
    }
