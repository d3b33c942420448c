"""Gather what people need to know of visits: a handful of queries for any number of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scheduler.domain.classes import Classroom
from scheduler.domain.districts import School
from scheduler.domain.grades import format_grade
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.topics import TopicTree
from scheduler.domain.visit_sheets import SpeakerOnSheet, VisitSheet
from scheduler.domain.visits import Booking, Visit
from scheduler.services.picture import Picture, load_district
from scheduler.services.ports import OnSheet, Work


@dataclass(frozen=True, slots=True)
class _Surroundings:
    site_name: str
    topics: TopicTree
    schools: Mapping[str, School]
    classes: Mapping[str, Classroom]
    requests: Mapping[str, ClassroomRequest]
    people: Mapping[str, OnSheet]


def sheets_of(
    work: Work, visits: Collection[Visit], *, ground: Picture | None = None
) -> tuple[VisitSheet, ...]:
    """Return one sheet per visit, in the order given.

    Topics, schools and classes are those of the ``ground`` where one is known already.
    """
    if not visits:
        return ()
    requests = work.requests.many({visit.request for visit in visits})
    speakers = {b.volunteer_email for visit in visits for b in visit.bookings}
    teachers = {request.teacher_email for request in requests.values()}
    around = _Surroundings(
        site_name=(ground.district if ground else load_district(work)).title,
        topics=ground.topics if ground else work.districts.topics(),
        schools=ground.schools if ground else work.districts.schools(),
        classes=ground.classes if ground else _classes(work, requests.values()),
        requests=requests,
        people=work.listings.on_sheets(speakers | teachers),
    )
    return tuple(_sheet(visit, around) for visit in visits)


def _classes(work: Work, requests: Iterable[ClassroomRequest]) -> Mapping[str, Classroom]:
    return work.districts.classes(keys={request.classroom for request in requests})


def _sheet(visit: Visit, around: _Surroundings) -> VisitSheet:
    request = around.requests[visit.request]
    school = around.schools[visit.school]
    classroom = around.classes.get(request.classroom)
    teacher = around.people.get(request.teacher_email)
    return VisitSheet(
        visit=visit,
        title=request.title,
        topic=around.topics.topic(request.topic),
        site_name=around.site_name,
        school=school.key,
        school_name=school.name,
        address=" ".join(school.address.split()),
        arrival_note=school.arrival_note,
        phone=school.phone,
        teacher_name=teacher.name if teacher else "",
        teacher_email=request.teacher_email,
        class_name=classroom.name if classroom else "",
        grade=format_grade(classroom.grade) if classroom else "",
        students=classroom.students if classroom else None,
        language=request.language,
        note=request.note,
        meeting_url=request.meeting_url,
        sessions=request.sessions,
        speakers=tuple(_speaker(booking, around) for booking in visit.bookings),
        speakers_wanted=request.speakers,
    )


def _speaker(booking: Booking, around: _Surroundings) -> SpeakerOnSheet:
    person = around.people.get(booking.volunteer_email)
    return SpeakerOnSheet(
        email=booking.volunteer_email,
        name=person.name if person else "",
        organization=person.organization if person else "",
        partstat=booking.partstat,
        removed=booking.removed,
        format=booking.format,
        locale=person.locale if person else "",
    )
