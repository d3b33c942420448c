"""What teacher, volunteers and coordinators write to each other about one request.

Nobody's address is shown. A message reaches the others by mail, written in the same
transaction. Volunteers read what was written while they had a part in a visit.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.domain.assignments import Finding
from scheduler.domain.errors import ConstraintViolated, NotAllowed, Unknown
from scheduler.domain.messages import MOST_LETTERS, Message, Part
from scheduler.domain.people import RoleName
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.services.access import Actor
from scheduler.services.announcements import MESSAGE
from scheduler.services.ports import Store, Trace, Work
from scheduler.services.records import OutboxRow
from scheduler.services.single_mail import mail_to

MOST_AN_HOUR = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One message as it is read."""

    author: str
    part: Part
    is_own: bool
    words: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """All that the reader may read of a request's messages, the oldest first.

    ``others`` are the names of those whom a message of the reader's would reach, besides the
    coordinators. ``is_teachers`` tells whether the reader asked for the visit.
    """

    request: str
    title: str
    timezone: str
    lines: tuple[Line, ...]
    others: tuple[str, ...]
    can_write: bool
    is_teachers: bool = False


@dataclass(frozen=True, slots=True)
class _Circle:
    """Who takes part in a request: those who come, with their names, and whoever asked."""

    trace: Trace
    name_by_email: Mapping[str, str]

    @property
    def teacher(self) -> str:
        return self.trace.request.teacher_email

    def part_of(self, email: str) -> Part:
        if email == self.teacher:
            return Part.TEACHER
        return Part.VOLUNTEER if email in self.name_by_email else Part.COORDINATOR


def thread(store: Store, key: str, *, actor: Actor) -> Thread:
    """Return a request's messages for its teacher, a volunteer of its visits or an overseer.

    Raises:
        Unknown: if there is no such request, or the actor has no part in it.
    """
    with store.read() as work:
        return _thread(work, _circle(work, key, actor=actor), actor=actor)


def thread_of(work: Work, trace: Trace, *, actor: Actor) -> Thread:
    """Return the messages of a request whose visits were read in the same transaction."""
    return _thread(work, _Circle(trace, _coming(trace.sheets)), actor=actor)


def write_message(store: Store, key: str, *, words: str, actor: Actor, now: datetime) -> Message:
    """Add a message and write a mail to each of the others.

    Raises:
        Unknown: as ``thread``.
        NotAllowed: if the actor may only read.
        ConstraintViolated: if there are no words, too many, or too many messages in an hour.
    """
    with store.write() as work:
        circle = _circle(work, key, actor=actor)
        if not _may_write(circle, actor):
            raise NotAllowed("write here")
        words = words.strip()
        _require_fit(work, words, actor=actor, now=now)
        message = Message(
            key=str(uuid.uuid4()),
            request=key,
            author_email=actor.email,
            part=circle.part_of(actor.email),
            words=words,
            written_at=now,
            readers=tuple(circle.name_by_email),
        )
        work.messages.add(message)
        coordinators = work.people.with_role(RoleName.COORDINATOR)
        work.outbox.add(_mail(message, circle, coordinators, author=actor.name))
        return message


def _circle(work: Work, key: str, *, actor: Actor) -> _Circle:
    found = work.traces.with_visits(work.traces.asked(keys=(key,)))
    if not found:
        raise Unknown("request", key)
    circle = _Circle(found[0], _coming(found[0].sheets))
    if not (actor.oversees or actor.email in (circle.teacher, *circle.name_by_email)):
        raise Unknown("request", key)
    return circle


def _coming(sheets: Iterable[VisitSheet]) -> dict[str, str]:
    return {
        speaker.email: speaker.name
        for sheet in sheets
        if sheet.visit.was_released
        for speaker in sheet.speakers
        if not speaker.removed
    }


def _thread(work: Work, circle: _Circle, *, actor: Actor) -> Thread:
    reads_all = actor.oversees or actor.email == circle.teacher
    messages = tuple(
        message
        for message in work.messages.of_request(circle.trace.request.key)
        if reads_all or message.is_for(actor.email)
    )
    names = work.traces.names(message.author_email for message in messages)
    shown = {circle.teacher: circle.trace.teacher_name, **circle.name_by_email}
    return Thread(
        request=circle.trace.request.key,
        title=circle.trace.request.title,
        timezone=circle.trace.timezone,
        lines=tuple(
            Line(
                author=names[message.author_email],
                part=message.part,
                is_own=message.author_email == actor.email,
                words=message.words,
                written_at=message.written_at,
            )
            for message in messages
        ),
        others=tuple(name for email, name in shown.items() if email != actor.email),
        can_write=_may_write(circle, actor),
        is_teachers=actor.email == circle.teacher,
    )


def _may_write(circle: _Circle, actor: Actor) -> bool:
    takes_part = actor.email in (circle.teacher, *circle.name_by_email)
    return takes_part or actor.is_coordinator


def _require_fit(work: Work, words: str, *, actor: Actor, now: datetime) -> None:
    findings = []
    if not words:
        findings.append(Finding("words_given", False))
    if len(words) > MOST_LETTERS:
        findings.append(Finding("few_letters", False, {"limit": MOST_LETTERS}))
    since = now - timedelta(hours=1)
    if work.messages.written_since(actor.email, since=since) >= MOST_AN_HOUR:
        findings.append(Finding("few_messages", False, {"limit": MOST_AN_HOUR}))
    if findings:
        raise ConstraintViolated("This message", findings)


def _mail(
    message: Message, circle: _Circle, coordinators: Iterable[str], *, author: str
) -> Iterator[OutboxRow]:
    for email in dict.fromkeys((circle.teacher, *circle.name_by_email, *coordinators)):
        if email == message.author_email:
            continue
        yield mail_to(
            email,
            f"message:{message.key}",
            purpose=MESSAGE,
            at=message.written_at,
            facts={
                "author": author,
                "words": message.words,
                "title": circle.trace.request.title,
                "request": message.request,
                "role": str(circle.part_of(email)),
            },
        )
