"""The district's own things within a transaction that only reads: each is read once.

Such a transaction sees one moment throughout, so what was read stays true until it ends. One
that writes asks the database each time: others may have changed what it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from sqlalchemy.orm import Session

from scheduler.domain.classes import Classroom
from scheduler.domain.districts import District, Organization, School
from scheduler.domain.schooldays import BellSchedule, Closure
from scheduler.domain.topics import TopicTree
from scheduler.storage.repositories.districts import SqlDistricts

T = TypeVar("T")


class DistrictsOnce(SqlDistricts):
    """Implement the port ``Districts`` for a transaction that changes nothing."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._district: list[District | None] = []
        self._topics: list[TopicTree] = []
        self._bells: list[Mapping[str, BellSchedule]] = []
        self._closures: list[tuple[Closure, ...]] = []
        self._schools: list[Mapping[str, School]] = []
        self._classes: list[Mapping[str, Classroom]] = []
        self._organizations: list[Mapping[str, Organization]] = []

    def get(self) -> District | None:
        """Return the district, or None before the first import."""
        return _once(self._district, super().get)

    def topics(self) -> TopicTree:
        """Return the whole tree, in the order it was given."""
        return _once(self._topics, super().topics)

    def bell_schedules(self) -> Mapping[str, BellSchedule]:
        """Return every bell schedule by key, with its day types."""
        return _once(self._bells, super().bell_schedules)

    def closures(self) -> tuple[Closure, ...]:
        """Return all closures, sorted."""
        return _once(self._closures, super().closures)

    def schools(self) -> Mapping[str, School]:
        """Return every school by key, in order of key."""
        return _once(self._schools, super().schools)

    def classes(
        self, *, school: str = "", keys: Iterable[str] | None = None
    ) -> Mapping[str, Classroom]:
        """Return every class by key, in order of key; those of a school or of these keys alone."""
        if school or keys is not None:
            return super().classes(school=school, keys=keys)
        return _once(self._classes, super().classes)

    def organizations(self) -> Mapping[str, Organization]:
        """Return every organization by key, in order of key."""
        return _once(self._organizations, super().organizations)


def _once(kept: list[T], read: Callable[[], T]) -> T:
    if not kept:
        kept.append(read())
    return kept[0]
