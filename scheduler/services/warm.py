"""The district kept warm in a process: everybody in one table that follows the journal.

Whoever asks, first reads in one query what changed since the last time, and only those people
are worked out anew. A change of topics, zone, geography, or of where a school lies changes
what everybody's row says: the table is then built anew, as it is at a process's first
question. At midnight notice counts from another day and the oldest visits stop counting;
nobody else's row is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import RLock

from scheduler.domain.zones import local
from scheduler.services.picture import KEPT_STATES, load_picture, memory_start
from scheduler.services.ports import Change, ChangeKind, Gazetteer, Work
from scheduler.services.warm_district import WarmDistrict

PEOPLES_KINDS = frozenset({ChangeKind.VOLUNTEER, ChangeKind.VISIT})


class Warm:
    """What one process keeps warm; its threads take turns."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._district: WarmDistrict | None = None

    @contextmanager
    def at(self, work: Work, *, now: datetime, gazetteer: Gazetteer) -> Iterator[WarmDistrict]:
        """Lend the district as this transaction sees it, or as it became since.

        Cost: one query where nothing changed, and a few milliseconds for each person who did.

        Raises:
            Unknown: before the first import.
        """
        with self._lock:
            # Given back only once it followed: a table that missed a change is worth nothing.
            district, self._district = self._district, None
            if district is None or not _follow(district, work, now=now):
                district = _built(work, now=now, gazetteer=gazetteer)
            self._district = district
            yield district


def _built(work: Work, *, now: datetime, gazetteer: Gazetteer) -> WarmDistrict:
    number = work.journal.number()
    ground = load_picture(work, now=now, requests=(), volunteers=())
    people = work.volunteers.all()
    district = WarmDistrict(ground, number=number, gazetteer=gazetteer, room_for=len(people))
    district.put_people(work, people)
    return district


def _follow(district: WarmDistrict, work: Work, *, now: datetime) -> bool:
    """Bring the district to this moment; False where it is to be built anew."""
    changes = work.journal.since(district.number)
    if changes is None or any(each.kind in PEOPLES_KINDS and not each.key for each in changes):
        return False
    concerned = {each.key for each in changes if each.kind is ChangeKind.VOLUNTEER}
    is_other_day = local(now, district.ground.district.timezone).date() != district.ground.today
    if is_other_day or any(each.kind not in PEOPLES_KINDS for each in changes):
        ground = load_picture(work, now=now, requests=(), volunteers=())
        if district.is_outgrown(ground):
            return False
        concerned |= district.renew_ground(ground)
    else:
        concerned |= _follow_visits(district, work, changes, now=now)
    district.read_people(work, concerned)
    district.number = changes[-1].number if changes else district.number
    return True


def _follow_visits(
    district: WarmDistrict, work: Work, changes: tuple[Change, ...], *, now: datetime
) -> frozenset[str]:
    uids = [each.key for each in changes if each.kind is ChangeKind.VISIT]
    found = work.visits.many(uids)
    since = memory_start(district.ground.district, now)
    concerned: frozenset[str] = frozenset()
    for uid in uids:
        visit = found.get(uid)
        if visit and visit.state in KEPT_STATES and visit.period.end > since:
            concerned |= district.visits.put(visit)
        else:
            concerned |= district.visits.drop(uid)
    return concerned
