"""Those who join, for a coordinator: accept or decline, and see how far each has come.

Five steps lead to the first visit: address proven, accepted, cleared, times given, visited. An
address of a person never stands in a web address: a joining's key stands for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from scheduler.domain import joining as life
from scheduler.domain.errors import Unknown
from scheduler.domain.joining import Joining, JoiningState, volunteer_of
from scheduler.domain.people import Person
from scheduler.domain.topics import Topic, TopicTree
from scheduler.domain.visits import VOLUNTEER_PREFIX, Visit, VisitState
from scheduler.domain.volunteers import Volunteer
from scheduler.domain.zones import local
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.announcements import JOIN_ACCEPTED, JOIN_DECLINED
from scheduler.services.asking import reference_of
from scheduler.services.joining import SUBJECT
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity
from scheduler.services.single_mail import mail_to

SHOWN_AFTER_FIRST_VISIT = timedelta(days=14)
SHOWN_AFTER_DECLINE = timedelta(days=30)


class Step(StrEnum):
    """What somebody still has to pass on the way to the first visit, in this order."""

    ADDRESS = "address"
    ACCEPTED = "accepted"
    CLEARANCE = "clearance"
    TIMES = "times"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One who joins: what was sent, the steps that are done, and how old the wait is.

    ``next_step`` is None once the first visit has been; ``waits_since`` is when the last step
    was taken as far as we know. ``topics`` come with the level named, best known first.
    """

    joining: Joining
    reference: str
    topics: tuple[tuple[Topic, int], ...]
    organization: str
    done: frozenset[Step]
    next_step: Step | None
    waits_since: datetime
    age_days: int


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Those who wait for a word, those on their way, and those declined lately, oldest first."""

    waiting: tuple[Newcomer, ...]
    on_the_way: tuple[Newcomer, ...]
    declined: tuple[Newcomer, ...]
    organizations: tuple[tuple[str, str], ...]


def newcomers(store: Store, *, actor: Actor, now: datetime) -> Newcomers:
    """Return everybody who is on the way to a first visit.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read who joins")
    with store.read() as work:
        found = work.joinings.in_states(
            (JoiningState.WAITING, JoiningState.ACCEPTED, JoiningState.DECLINED)
        )
        ground = _ground(work, found, now=now)
    lines = tuple(_line(each, ground) for each in found)
    return Newcomers(
        waiting=tuple(n for n in lines if n.joining.state is JoiningState.WAITING),
        on_the_way=tuple(n for n in lines if _is_on_the_way(n, now=now)),
        declined=tuple(n for n in lines if _was_declined_lately(n, now=now)),
        organizations=tuple(sorted(ground.organizations.items(), key=lambda each: each[1])),
    )


def accept(
    store: Store, key: str, *, actor: Actor, now: datetime, organization: str = ""
) -> Joining:
    """Make a volunteer of somebody who waits, and welcome them by mail.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if nobody waits under that key, or there is no such organization.
        IllegalTransition: if somebody decided before.
    """
    require_coordinator(actor, deed="accept volunteers")
    with store.write() as work:
        waiting = _waiting(work, key)
        accepted = life.accept(waiting, by=actor.email, at=now)
        work.visits.lock((VOLUNTEER_PREFIX + waiting.email,))
        known = work.people.get(waiting.email)
        present = work.volunteers.get(waiting.email)
        made = volunteer_of(waiting, present=present, organization=organization)
        work.volunteers.put((_spoken_to_as_before(made, known),))
        _decide(work, accepted, purpose=JOIN_ACCEPTED, deed="accepted", actor=actor, now=now)
        return accepted


def decline(store: Store, key: str, *, reason: str, actor: Actor, now: datetime) -> Joining:
    """Say a kind no; the reason, where there is one, is told.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if nobody waits under that key.
        IllegalTransition: if somebody decided before.
    """
    require_coordinator(actor, deed="decline volunteers")
    with store.write() as work:
        declined = life.decline(_waiting(work, key), by=actor.email, at=now, reason=reason)
        _decide(work, declined, purpose=JOIN_DECLINED, deed="declined", actor=actor, now=now)
        return declined


@dataclass(frozen=True, slots=True)
class _Ground:
    topics: TopicTree
    organizations: Mapping[str, str]
    volunteers: Mapping[str, Volunteer]
    visits: Mapping[str, tuple[Visit, ...]]
    today: date
    now: datetime


def _ground(work: Work, found: Iterable[Joining], *, now: datetime) -> _Ground:
    emails = {each.email for each in found if each.state is JoiningState.ACCEPTED}
    visits: dict[str, list[Visit]] = {email: [] for email in emails}
    for visit in work.visits.of_volunteers(emails) if emails else ():
        for email in set(visit.volunteers) & emails:
            visits[email].append(visit)
    return _Ground(
        topics=work.districts.topics(),
        organizations={key: each.name for key, each in work.districts.organizations().items()},
        volunteers=work.volunteers.many(emails) if emails else {},
        visits={email: tuple(each) for email, each in visits.items()},
        today=local(now, load_district(work).timezone).date(),
        now=now,
    )


def _line(joining: Joining, ground: _Ground) -> Newcomer:
    done = _steps_done(joining, ground)
    waits_since = joining.decided_at or joining.confirmed_at or joining.asked_at
    levels = sorted(joining.level_by_topic.items(), key=lambda each: (-each[1], each[0]))
    return Newcomer(
        joining=joining,
        reference=reference_of(joining.email),
        topics=tuple((ground.topics.topic(key), level) for key, level in levels),
        organization=joining.organization,
        done=done,
        next_step=next((step for step in Step if step not in done), None),
        waits_since=waits_since,
        age_days=(ground.now - waits_since).days,
    )


def _steps_done(joining: Joining, ground: _Ground) -> frozenset[Step]:
    steps = {Step.ADDRESS} if joining.confirmed_at else set()
    if joining.state is JoiningState.ACCEPTED:
        steps.add(Step.ACCEPTED)
    volunteer = ground.volunteers.get(joining.email)
    if volunteer is None:
        return frozenset(steps)
    if any(c.counts and (not c.expires or c.expires >= ground.today) for c in volunteer.clearances):
        steps.add(Step.CLEARANCE)
    if volunteer.has_availability:
        steps.add(Step.TIMES)
    if _first_visit(ground.visits.get(joining.email, ())):
        steps.add(Step.VISIT)
    return frozenset(steps)


def _first_visit(visits: Iterable[Visit]) -> Visit | None:
    return next((visit for visit in visits if visit.state is VisitState.HAPPENED), None)


def _is_on_the_way(newcomer: Newcomer, *, now: datetime) -> bool:
    if newcomer.joining.state is not JoiningState.ACCEPTED:
        return False
    return newcomer.next_step is not None or newcomer.waits_since > now - SHOWN_AFTER_FIRST_VISIT


def _was_declined_lately(newcomer: Newcomer, *, now: datetime) -> bool:
    was_declined = newcomer.joining.state is JoiningState.DECLINED
    return was_declined and newcomer.waits_since > now - SHOWN_AFTER_DECLINE


def _waiting(work: Work, key: str) -> Joining:
    """The newcomer, locked: two coordinators may decide in the same moment."""
    work.visits.lock((f"joining:{key}",))
    found = work.joinings.get(key)
    # To a coordinator somebody who never proved the address does not exist.
    if found is None or found.state is JoiningState.UNCONFIRMED:
        raise Unknown("newcomer", key)
    return found


def _spoken_to_as_before(volunteer: Volunteer, known: Person | None) -> Volunteer:
    """An account keeps its name and language: a form may not rename a teacher."""
    return replace(volunteer, name=known.name, locale=known.locale) if known else volunteer


def _decide(
    work: Work, decided: Joining, *, purpose: str, deed: str, actor: Actor, now: datetime
) -> None:
    work.joinings.put((decided,))
    subject = f"{SUBJECT}:{decided.key}"
    facts = {
        "name": decided.name,
        "locale": decided.locale,
        "role": "volunteer",
        "reason": decided.reason,
    }
    work.outbox.add((mail_to(decided.email, subject, purpose=purpose, at=now, facts=facts),))
    work.activities.add((Activity(now, actor.email, deed, subject, {"name": decided.name}),))
