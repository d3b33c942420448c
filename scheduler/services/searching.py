"""One box for everything: people, schools, classes, requests and visits that the asker may see.

Every word has to begin some word of what is found, accents and case aside; an e-mail address is
found as a whole or not at all. What somebody may not see is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from scheduler.domain.people import normal_email
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.domain.zones import local
from scheduler.services.access import Actor
from scheduler.services.asking import reference_of
from scheduler.services.folding import begins, words_of
from scheduler.services.ports import NamedPerson, NamedRequest, NamedVisit, Store, Work

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
    email = normal_email(text) if "@" in text else ""
    if not words:
        return Findings(text)
    with store.read() as work:
        sight = _Sight(work, actor, now=now)
    wanted = _Wanted(words, email)
    groups, more = [], {}
    for kind, found in (
        (Kind.PERSON, sight.people(wanted)),
        (Kind.SCHOOL, sight.schools(wanted)),
        (Kind.CLASS, sight.classes(wanted)),
        (Kind.REQUEST, sight.requests(wanted)),
        (Kind.VISIT, sight.visits(wanted)),
    ):
        shown = tuple(islice(found, MOST_OF_A_KIND))
        if shown:
            groups.append((kind, shown))
            more[kind] = sum(1 for _ in found)
    return Findings(text, tuple(groups), {kind: count for kind, count in more.items() if count})


@dataclass(frozen=True, slots=True)
class _Wanted:
    words: tuple[str, ...]
    email: str

    def __call__(self, *texts: str, email: str = "") -> bool:
        """Tell whether these texts together hold what is wanted."""
        return email == self.email if self.email else begins(self.words, " ".join(texts))


class _Sight:
    """What one actor may see, read in a few light lists."""

    def __init__(self, work: Work, actor: Actor, *, now: datetime) -> None:
        self._actor = actor
        self._schools = work.districts.schools()
        visits = work.listings.visits(since=now - VISITS_SINCE)
        self._visits = tuple(visit for visit in visits if self._sees_visit(visit))
        self._accounts = {each.email: each for each in work.listings.people()}
        self._classes = tuple(
            each
            for each in (work.listings.classes() if self._sees_classes() else ())
            if self._sees_place(each.school, teacher=each.teacher_email)
        )
        asked = work.listings.requests() if actor.oversees or actor.is_teacher else ()
        self._requests = tuple(r for r in asked if self._sees_request(r))

    def people(self, wanted: _Wanted) -> Iterator[Find]:
        """Yield people: all of them to who oversees, else those of one's own visits."""
        if self._actor.oversees:
            seen: Iterable[NamedPerson] = self._accounts.values()
        else:
            met = {email for visit in self._visits for email in self._met_in(visit)}
            seen = (self._accounts[email] for email in sorted(met) if email in self._accounts)
        for each in sorted(seen, key=lambda account: words_of(account.name)):
            email = each.email if self._actor.oversees else ""
            if wanted(each.name, email=email):
                yield Find(
                    Kind.PERSON,
                    reference_of(each.email),
                    each.name or email,
                    note=email,
                    is_volunteer=each.is_volunteer,
                )

    def schools(self, wanted: _Wanted) -> Iterator[Find]:
        """Yield schools: all to who oversees, else those one has to do with."""
        mine = {visit.school for visit in self._visits} | set(self._actor.office_of)
        for key, school in self._schools.items():
            if (self._actor.oversees or key in mine) and wanted(school.name, school.zone):
                yield Find(Kind.SCHOOL, key, school.name, note=school.zone)

    def classes(self, wanted: _Wanted) -> Iterator[Find]:
        """Yield classes with their school."""
        for each in self._classes:
            school = self._schools[each.school].name
            if wanted(each.name, each.subject, school):
                yield Find(Kind.CLASS, each.school, each.name, note=school)

    def requests(self, wanted: _Wanted) -> Iterator[Find]:
        """Yield requests by title, school and teacher; a key finds its own."""
        for each in self._requests:
            school = self._name_of_school(each.school)
            teacher = self._name_of(each.teacher_email)
            if wanted(each.title, school, teacher, each.key, email=each.teacher_email):
                yield Find(Kind.REQUEST, each.key, each.title, note=school, state=each.state)

    def visits(self, wanted: _Wanted) -> Iterator[Find]:
        """Yield visits by title, school, day and who comes."""
        for each in self._visits:
            school = self._name_of_school(each.school)
            day = local(each.start, each.timezone).date().isoformat()
            names = " ".join(self._name_of(email) for email in each.volunteers)
            is_meant = wanted(each.title, school, names, day)
            if is_meant or (self._actor.oversees and wanted.email in each.volunteers):
                yield Find(
                    Kind.VISIT,
                    each.request,
                    each.title,
                    note=school,
                    state=each.state,
                    start=each.start,
                    timezone=each.timezone,
                    uid=each.uid,
                )

    def _sees_visit(self, visit: NamedVisit) -> bool:
        actor = self._actor
        is_mine = actor.email in (visit.teacher_email, *visit.volunteers)
        is_near = is_mine or visit.school in actor.office_of
        return actor.oversees or (is_near and visit.was_released)

    def _sees_request(self, request: NamedRequest) -> bool:
        return self._actor.oversees or request.teacher_email == self._actor.email

    def _sees_classes(self) -> bool:
        return self._actor.oversees or self._actor.is_teacher or bool(self._actor.office_of)

    def _sees_place(self, school: str, *, teacher: str) -> bool:
        actor = self._actor
        return actor.oversees or teacher == actor.email or school in actor.office_of

    def _met_in(self, visit: NamedVisit) -> tuple[str, ...]:
        return (visit.teacher_email, *visit.volunteers)

    def _name_of(self, email: str) -> str:
        account = self._accounts.get(email)
        return account.name if account else ""

    def _name_of_school(self, key: str) -> str:
        school = self._schools.get(key)
        return school.name if school else ""
