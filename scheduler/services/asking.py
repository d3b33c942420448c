"""What a teacher sees while asking: own classes, their lessons ahead, and who is free when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.domain.classes import Classroom
from scheduler.domain.errors import NotAllowed

# Named again for the many who know a page's people by it.
from scheduler.domain.people import reference_of as reference_of
from scheduler.domain.periods import minute_of
from scheduler.domain.promises import promised_day
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.schooldays import BellSchedule
from scheduler.domain.starts import start_at
from scheduler.domain.topic_words import nearest_topic
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.zones import local
from scheduler.services.access import Actor
from scheduler.services.free_people import FreeCounts, count_free
from scheduler.services.lessons import LessonAhead, LessonWeek, lessons_in, weeks_ahead
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.requests import Answers, asked
from scheduler.services.snapshots import option_of
from scheduler.services.warm import Warm
from scheduler.services.warm_district import WarmDistrict


@dataclass(frozen=True, slots=True)
class Familiar:
    """A volunteer who visited this teacher before; ``reference`` stands for the address."""

    reference: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """A topic at the top of the tree and everything below it, parents first."""

    title: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class AskSheet:
    """Everything the form offers.

    ``counts`` is None until a topic is chosen: who is free depends on it. ``guess`` is the
    topic that the title speaks of, empty where it names none. ``schools`` are those to choose
    from where no class tells; ``school`` is the one that counts. ``name_by`` is the day by
    which a request sent now gets a name. ``bells`` are those of the school.
    """

    school: str
    school_name: str
    schools: tuple[tuple[str, str], ...]
    school_by_class: Mapping[str, str]
    timezone: str
    classes: tuple[Classroom, ...]
    classroom: str
    topics: tuple[TopicGroup, ...]
    language: str
    languages: tuple[str, ...] = ()
    familiar: tuple[Familiar, ...] = ()
    weeks: tuple[LessonWeek, ...] = ()
    counts: FreeCounts | None = None
    guess: str = ""
    name_by: date | None = None
    bells: BellSchedule | None = None

    def free_at(self, lesson: LessonAhead) -> int | None:
        """Return how many people could come to that lesson, None where nobody counted."""
        if self.counts is None:
            return None
        return self.counts.free_by_start.get(minute_of(lesson.period.start))


def ask_sheet(
    store: Store,
    answers: Answers,
    *,
    warm: Warm,
    actor: Actor,
    now: datetime,
    gazetteer: Gazetteer,
    teacher: str = "",
) -> AskSheet:
    """Return what the form offers to someone who answered this much.

    Without a class among the answers the one last asked for is taken, else the first. A
    coordinator may fill it in for a ``teacher``, by address.

    Raises:
        NotAllowed: unless the actor is that teacher, or a coordinator for one.
    """
    asker = _asker(actor, teacher)
    with store.read() as work, warm.at(work, now=now, gazetteer=gazetteer) as district:
        picture = district.ground
        classes = tuple(c for c in picture.classes.values() if c.teacher_email == asker.email)
        chosen = _chosen_class(work, classes, answers, teacher=asker.email)
        guess = nearest_topic(answers.title, picture.topics)
        answers = replace(answers, topic=answers.topic or guess)
        own_schools = work.traces.schools_of(asker.email)
        sheet = replace(
            _bare(picture, classes, chosen, own_schools=own_schools, answers=answers),
            languages=tuple(sorted(_languages(district))),
            familiar=tuple(_familiar(work, asker.email)),
            weeks=_weeks(picture, chosen),
            guess=guess,
        )
        if chosen is None or answers.topic not in picture.topics:
            return sheet
        request = asked(answers, school=chosen.school, picture=picture, actor=asker)
        counts = _counts(work, district, request, sheet.weeks, now=now, gazetteer=gazetteer)
        return replace(sheet, counts=counts)


def grouped(tree: TopicTree) -> tuple[TopicGroup, ...]:
    """Return the tree as groups, by title; inside a group parents come before children."""
    children: dict[str, list[Topic]] = {}
    for topic in sorted(tree.topics, key=lambda each: each.title):
        children.setdefault(topic.parent, []).append(topic)

    def below(topic: Topic) -> tuple[Topic, ...]:
        return (topic, *(each for child in children.get(topic.key, ()) for each in below(child)))

    return tuple(TopicGroup(top.title, below(top)) for top in children.get("", ()))


def _languages(district: WarmDistrict) -> frozenset[str]:
    return frozenset((*district.table.languages_spoken(), district.ground.district.language))


def _asker(actor: Actor, teacher: str) -> Actor:
    if teacher not in ("", actor.email) and actor.is_coordinator:
        return Actor(teacher, "", is_teacher=True)
    if not actor.is_teacher or teacher not in ("", actor.email):
        raise NotAllowed("ask for a speaker")
    return actor


def _bare(
    picture: Picture,
    classes: tuple[Classroom, ...],
    chosen: Classroom | None,
    *,
    own_schools: Iterable[str],
    answers: Answers,
) -> AskSheet:
    """The sheet with what the district and the teacher's own classes and schools give."""
    schools = tuple(key for key in own_schools if key in picture.schools)
    school = chosen.school if chosen else _chosen_school(schools, answers)
    return AskSheet(
        school=school,
        school_name=picture.schools[school].name if school else "",
        schools=tuple((key, picture.schools[key].name) for key in schools),
        school_by_class={each.key: picture.schools[each.school].name for each in classes},
        timezone=picture.zone_of(school) if school else picture.district.timezone,
        classes=classes,
        classroom=chosen.key if chosen else "",
        topics=grouped(picture.topics),
        language=picture.district.language,
        name_by=_name_by(picture, school),
        bells=picture.school_time_by_school[school].bells if school else None,
    )


def _chosen_school(schools: tuple[str, ...], answers: Answers) -> str:
    return answers.school if answers.school in schools else next(iter(schools), "")


def _name_by(picture: Picture, school: str) -> date | None:
    school_time = picture.school_time_by_school.get(school)
    if school_time is None:
        return None
    asked_on = local(picture.now, school_time.timezone).date()
    return promised_day(asked_on, school_time=school_time)


def _weeks(picture: Picture, classroom: Classroom | None) -> tuple[LessonWeek, ...]:
    if classroom is None:
        return ()
    school_time = picture.school_time_by_school[classroom.school]
    return weeks_ahead(classroom, school_time=school_time, today=picture.today)


def _chosen_class(
    work: Work, own: tuple[Classroom, ...], answers: Answers, *, teacher: str
) -> Classroom | None:
    by_key = {classroom.key: classroom for classroom in own}
    before = (trace.request.classroom for trace in reversed(work.traces.asked(teacher=teacher)))
    last = next((key for key in before if key in by_key), "")
    return by_key.get(answers.classroom or last or min(by_key, default=""))


def _familiar(work: Work, teacher: str) -> Iterator[Familiar]:
    for each in work.traces.acquaintances(teacher):
        yield Familiar(reference_of(each.email), each.email, each.name)


def _counts(
    work: Work,
    district: WarmDistrict,
    request: ClassroomRequest,
    weeks: tuple[LessonWeek, ...],
    *,
    now: datetime,
    gazetteer: Gazetteer,
) -> FreeCounts:
    school_time = district.ground.school_time_by_school[request.school]
    starts = (
        start_at(
            lesson.period.start, request, minutes=lesson.period.minutes, school_time=school_time
        )
        for lesson in lessons_in(weeks)
    )
    options = tuple(option_of(s, timezone=school_time.timezone) for s in starts if s)
    return count_free(work, district, request, options=options, now=now, gazetteer=gazetteer)
