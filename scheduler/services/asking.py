"""What a teacher sees while asking: own classes, their lessons ahead, and who is free when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.classes import Classroom
from scheduler.domain.errors import NotAllowed
from scheduler.domain.periods import minute_of
from scheduler.domain.starts import start_at
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.visits import Visit
from scheduler.services.access import Actor
from scheduler.services.lessons import LessonAhead, LessonWeek, lessons_in, weeks_ahead
from scheduler.services.picture import Picture, load_picture
from scheduler.services.ports import Gazetteer, Store, Work
from scheduler.services.requests import Answers, FreeCounts, asked, free_counts
from scheduler.services.snapshots import option_of
from scheduler.services.tokens import token_hash

REFERENCE_LENGTH = 16


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

    ``counts`` is None until a topic is chosen: who is free depends on it.
    """

    school_name: str
    timezone: str
    classes: tuple[Classroom, ...]
    classroom: str
    topics: tuple[TopicGroup, ...]
    languages: tuple[str, ...]
    language: str
    familiar: tuple[Familiar, ...]
    weeks: tuple[LessonWeek, ...]
    counts: FreeCounts | None

    def free_at(self, lesson: LessonAhead) -> int | None:
        """Return how many people could come to that lesson, None where nobody counted."""
        if self.counts is None:
            return None
        return self.counts.free_by_start.get(minute_of(lesson.period.start))


def ask_sheet(
    store: Store, answers: Answers, *, actor: Actor, now: datetime, gazetteer: Gazetteer
) -> AskSheet:
    """Return what the form offers to someone who answered this much.

    Without a class among the answers the one last asked for is taken, else the first.

    Raises:
        NotAllowed: unless the actor is a teacher.
    """
    if not actor.is_teacher:
        raise NotAllowed("ask for a speaker")
    with store.read() as work:
        picture = load_picture(work, now=now, requests=())
        person = work.people.get(actor.email)
        requests = work.requests.of_teacher(actor.email)
        visits = work.visits.of_requests(requests)
    own = tuple(c for c in picture.classes.values() if c.teacher_email == actor.email)
    known = {each.key for each in own}
    last = next((r.classroom for r in reversed([*requests.values()]) if r.classroom in known), "")
    chosen = picture.classes.get(answers.classroom or last or next(iter(sorted(known)), ""))
    chosen = chosen if chosen and chosen.key in known else None
    schools = person.schools if person else ()
    school = chosen.school if chosen else next((s for s in schools if s in picture.schools), "")
    weeks = _weeks(picture, chosen)
    return AskSheet(
        school_name=picture.schools[school].name if school else "",
        timezone=picture.zone_of(school) if school else picture.district.timezone,
        classes=own,
        classroom=chosen.key if chosen else "",
        topics=grouped(picture.topics),
        languages=_languages(picture),
        language=picture.district.language,
        familiar=_familiar(picture, visits),
        weeks=weeks,
        counts=_counts(picture, answers, chosen, weeks, actor=actor, gazetteer=gazetteer),
    )


def reference_of(email: str) -> str:
    """Return what stands for a person's address in pages and web addresses."""
    return token_hash(email)[:REFERENCE_LENGTH]


def find_email(work: Work, reference: str) -> str:
    """Return the volunteer's address that a reference stands for, empty where there is none."""
    emails = work.volunteers.all()
    return next((email for email in emails if reference_of(email) == reference), "")


def grouped(tree: TopicTree) -> tuple[TopicGroup, ...]:
    """Return the tree as groups, by title; inside a group parents come before children."""
    children: dict[str, list[Topic]] = {}
    for topic in sorted(tree.topics, key=lambda each: each.title):
        children.setdefault(topic.parent, []).append(topic)

    def below(topic: Topic) -> tuple[Topic, ...]:
        return (topic, *(each for child in children.get(topic.key, ()) for each in below(child)))

    return tuple(TopicGroup(top.title, below(top)) for top in children.get("", ()))


def _weeks(picture: Picture, classroom: Classroom | None) -> tuple[LessonWeek, ...]:
    if classroom is None:
        return ()
    school_time = picture.school_time_by_school[classroom.school]
    return weeks_ahead(classroom, school_time=school_time, today=picture.today)


def _counts(
    picture: Picture,
    answers: Answers,
    classroom: Classroom | None,
    weeks: tuple[LessonWeek, ...],
    *,
    actor: Actor,
    gazetteer: Gazetteer,
) -> FreeCounts | None:
    if classroom is None or answers.topic not in picture.topics:
        return None
    request = asked(answers, school=classroom.school, picture=picture, actor=actor)
    school_time = picture.school_time_by_school[classroom.school]
    starts = (
        start_at(
            lesson.period.start, request, minutes=lesson.period.minutes, school_time=school_time
        )
        for lesson in lessons_in(weeks)
    )
    options = tuple(option_of(s, timezone=school_time.timezone) for s in starts if s)
    return free_counts(picture, request, options=options, gazetteer=gazetteer)


def _familiar(picture: Picture, visits: tuple[Visit, ...]) -> tuple[Familiar, ...]:
    emails = {email for visit in visits if visit.was_released for email in visit.volunteers}
    known = (picture.volunteers[email] for email in emails if email in picture.volunteers)
    return tuple(
        Familiar(reference_of(each.email), each.email, each.name)
        for each in sorted(known, key=lambda person: person.name)
        if each.is_active
    )


def _languages(picture: Picture) -> tuple[str, ...]:
    spoken = {tag for person in picture.volunteers.values() for tag in person.languages}
    return tuple(sorted(spoken | {picture.district.language}))
