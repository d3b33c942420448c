"""One box for everything: people, schools, classes, requests and visits that the asker may see.

Every word has to begin some word of what is found, accents and case aside; an e-mail address is
found as a whole or not at all. What somebody may not see is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.folding import begins, words_of
from scheduler.domain.people import normal_email, reference_of
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.services.access import Actor
from scheduler.services.ports import NamedPerson, Sought, Store, Work

MOST_OF_A_KIND = 8
VISITS_SINCE = timedelta(days=60)


class Kind(StrEnum):
    """What can be found."""

    PERSON = "person"
    SCHOOL = "school"
    CLASS = "class"
    REQUEST = "request"
    VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Find:
    """One thing that was found; ``key`` opens its page.

    A person's key is a reference, a class's the key of its school, a visit's that of its
    request. ``note`` is what tells it from others of the same name: an organization, a school.
    """

    kind: Kind
    key: str
    name: str
    note: str = ""
    is_volunteer: bool = False
    state: RequestState | VisitState | None = None
    start: datetime | None = None
    timezone: str = ""
    uid: str = ""


Found = tuple[tuple[Find, ...], int]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found, by kind; ``more`` says how many of a kind are not shown."""

    text: str
    groups: tuple[tuple[Kind, tuple[Find, ...]], ...] = ()
    more: Mapping[Kind, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Return how many are shown."""
        return sum(len(found) for _, found in self.groups)


def search(store: Store, text: str, *, actor: Actor, now: datetime) -> Findings:
    """Return what the words lead to, at most eight of a kind; nothing for no words."""
    words = words_of(text)
    if not words:
        return Findings(text)
    sought = Sought(
        words,
        since=now - VISITS_SINCE,
        most=MOST_OF_A_KIND,
        email=normal_email(text) if "@" in text else "",
        owner=None if actor.oversees else actor.email,
        schools=actor.office_of,
    )
    with store.read() as work:
        found = dict(_Sight(work, actor, sought).found())
    return Findings(
        text,
        tuple((kind, shown) for kind, (shown, _) in found.items() if shown),
        {kind: more for kind, (shown, count) in found.items() if (more := count - len(shown))},
    )


class _Sight:
    """What one actor may see, and of it what was looked for."""

    def __init__(self, work: Work, actor: Actor, sought: Sought) -> None:
        self._work, self._actor, self._sought = work, actor, sought
        self._schools = work.districts.schools()

    def found(self) -> Iterator[tuple[Kind, Found]]:
        """Yield by kind what is shown, and how many there are."""
        actor = self._actor
        yield Kind.PERSON, self._people()
        yield Kind.SCHOOL, self._found_schools()
        if actor.oversees or actor.is_teacher or actor.office_of:
            yield Kind.CLASS, self._classes()
        if actor.oversees or actor.is_teacher:
            yield Kind.REQUEST, self._requests()
        yield Kind.VISIT, self._visits()

    def _people(self) -> Found:
        found, count = self._work.search.people(self._sought)
        return tuple(self._person(each) for each in found), count

    def _person(self, person: NamedPerson) -> Find:
        email = person.email if self._actor.oversees else ""
        return Find(
            Kind.PERSON,
            reference_of(person.email),
            person.name or email,
            note=email,
            is_volunteer=person.is_volunteer,
        )

    def _found_schools(self) -> Found:
        """All schools to who oversees, else those one has to do with; few, so read whole."""
        if self._sought.email:
            return (), 0
        meant = {
            key: school
            for key, school in self._schools.items()
            if begins(self._sought.words, f"{school.name} {school.zone}")
        }
        if meant and not self._actor.oversees:
            near = self._work.search.schools_met(self._sought) | set(self._actor.office_of)
            meant = {key: school for key, school in meant.items() if key in near}
        found = tuple(Find(Kind.SCHOOL, k, each.name, note=each.zone) for k, each in meant.items())
        return found[:MOST_OF_A_KIND], len(found)

    def _classes(self) -> Found:
        found, count = self._work.search.classes(self._sought)
        return tuple(
            Find(Kind.CLASS, each.school, each.name, note=self._name_of_school(each.school))
            for each in found
        ), count

    def _requests(self) -> Found:
        found, count = self._work.search.requests(self._sought)
        return tuple(
            Find(
                Kind.REQUEST,
                each.key,
                each.title,
                note=self._name_of_school(each.school),
                state=each.state,
            )
            for each in found
        ), count

    def _visits(self) -> Found:
        found, count = self._work.search.visits(self._sought)
        return tuple(
            Find(
                Kind.VISIT,
                each.request,
                each.title,
                note=self._name_of_school(each.school),
                state=each.state,
                start=each.start,
                timezone=each.timezone,
                uid=each.uid,
            )
            for each in found
        ), count

    def _name_of_school(self, key: str) -> str:
        return self._schools[key].name if key else ""
