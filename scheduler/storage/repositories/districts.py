"""The district's own things: itself, topics, closures, organizations, leftovers of the bundle.

Bells, schools and classes have modules of their own; this class offers all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.domain.classes import Classroom
from scheduler.domain.districts import Coordinates, District, Organization, School
from scheduler.domain.periods import DateRange
from scheduler.domain.schooldays import BellSchedule, Closure
from scheduler.domain.topics import Topic, TopicTree
from scheduler.services.ports import ChangeKind
from scheduler.storage.models.districts import (
    ClosureRow,
    DistrictRow,
    ExtraRow,
    OrganizationRow,
    SchoolRow,
    TopicRow,
)
from scheduler.storage.repositories import bells, schools
from scheduler.storage.repositories.journal import note
from scheduler.storage.repositories.rows import (
    columns_of,
    fields_of,
    insert_rows,
    known_ids,
    upsert,
)

# There is one district, so its row has one number.
THE_DISTRICT = 1


class SqlDistricts:
    """Implement the port ``Districts``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self) -> District | None:
        """Return the district, or None before the first import."""
        row = self._session.get(DistrictRow, THE_DISTRICT)
        if row is None:
            return None
        first, last = row.year_first, row.year_last
        year = DateRange(first, last) if first and last else None
        return District(**fields_of(row, District), year=year)

    def put(self, district: District) -> None:
        """Store the district, terms and weights included."""
        note(self._session, ChangeKind.DISTRICT)
        row = columns_of(district, DistrictRow) | {
            "id": THE_DISTRICT,
            "year_first": district.year.first if district.year else None,
            "year_last": district.year.last if district.year else None,
        }
        upsert(self._session, DistrictRow, [row], by="id")

    def topics(self) -> TopicTree:
        """Return the whole tree, in the order it was given."""
        rows = self._session.scalars(select(TopicRow).order_by(TopicRow.position))
        return TopicTree(tuple(Topic(**fields_of(row, Topic)) for row in rows))

    def put_topics(self, tree: TopicTree) -> None:
        """Make the tree exactly this."""
        note(self._session, ChangeKind.TOPICS)
        rows = [
            columns_of(topic, TopicRow) | {"position": position}
            for position, topic in enumerate(tree.topics)
        ]
        self._session.execute(delete(TopicRow))
        insert_rows(self._session, TopicRow, rows)

    def bell_schedules(self) -> Mapping[str, BellSchedule]:
        """Return every bell schedule by key, with its day types."""
        return bells.load(self._session)

    def put_bell_schedules(self, schedules: Iterable[BellSchedule]) -> None:
        """Replace each of these schedules whole."""
        schedules = tuple(schedules)
        note(self._session, ChangeKind.BELLS, (schedule.key for schedule in schedules))
        bells.replace(self._session, schedules)

    def closures(self) -> tuple[Closure, ...]:
        """Return all closures, sorted."""
        rows = self._session.execute(
            select(ClosureRow, SchoolRow.key).outerjoin(
                SchoolRow, SchoolRow.id == ClosureRow.school_id
            )
        )
        return tuple(
            sorted(
                Closure(school or "", DateRange(row.first, row.last), row.name)
                for row, school in rows
            )
        )

    def put_closures(self, closures: Iterable[Closure]) -> None:
        """Make the closures exactly these.

        Raises:
            Unknown: if one names a school that does not exist.
        """
        closures = tuple(closures)
        note(self._session, ChangeKind.CLOSURES)
        school_ids = known_ids(
            self._session, SchoolRow.key, (c.school for c in closures), kind="school"
        )
        self._session.execute(delete(ClosureRow))
        rows = [
            {
                "school_id": school_ids.get(closure.school),
                "first": closure.days.first,
                "last": closure.days.last,
                "name": closure.name,
            }
            for closure in closures
        ]
        insert_rows(self._session, ClosureRow, rows)

    def schools(self) -> Mapping[str, School]:
        """Return every school by key, in order of key."""
        return schools.load_schools(self._session)

    def put_schools(self, values: Iterable[School]) -> None:
        """Add or change these schools.

        Raises:
            Unknown: if one names a bell schedule that does not exist.
        """
        values = tuple(values)
        note(self._session, ChangeKind.SCHOOL, (school.key for school in values))
        schools.put_schools(self._session, values)

    def classes(
        self, *, school: str = "", keys: Iterable[str] | None = None
    ) -> Mapping[str, Classroom]:
        """Return every class by key, in order of key; those of a school or of these keys alone."""
        return schools.load_classes(self._session, school=school, keys=keys)

    def put_classes(self, classes: Iterable[Classroom]) -> None:
        """Add or change these classes.

        Raises:
            Unknown: if one names a school or teacher that does not exist.
        """
        classes = tuple(classes)
        note(self._session, ChangeKind.CLASS, (each.key for each in classes))
        schools.put_classes(self._session, classes)

    def organizations(self) -> Mapping[str, Organization]:
        """Return every organization by key, in order of key."""
        rows = self._session.scalars(select(OrganizationRow))
        found = {row.key: _organization(row) for row in rows}
        return dict(sorted(found.items()))

    def put_organizations(self, organizations: Iterable[Organization]) -> None:
        """Add or change these organizations."""
        rows = [
            columns_of(each, OrganizationRow) | point_columns(each.coordinates)
            for each in organizations
        ]
        upsert(self._session, OrganizationRow, rows, by="key")

    def extras(self) -> Mapping[str, str]:
        """Return the bundle's own leftovers by name, in order of name."""
        rows = self._session.scalars(select(ExtraRow))
        return dict(sorted((row.name, row.text) for row in rows))

    def put_extras(self, extras: Mapping[str, str]) -> None:
        """Make the leftovers exactly these."""
        self._session.execute(delete(ExtraRow))
        rows = [{"name": name, "text": text} for name, text in extras.items()]
        insert_rows(self._session, ExtraRow, rows)


def point(latitude: float | None, longitude: float | None) -> Coordinates | None:
    """Return the point, None unless both degrees are known."""
    if latitude is None or longitude is None:
        return None
    return Coordinates(latitude, longitude)


def point_columns(coordinates: Coordinates | None) -> dict[str, float | None]:
    """Return the columns that hold a point."""
    return {
        "latitude": coordinates.latitude if coordinates else None,
        "longitude": coordinates.longitude if coordinates else None,
    }


def _organization(row: OrganizationRow) -> Organization:
    return Organization(
        **fields_of(row, Organization), coordinates=point(row.latitude, row.longitude)
    )
