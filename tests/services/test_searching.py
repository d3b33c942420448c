"""The search finds what looking through everything, one by one, would find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random
from string import ascii_uppercase

import pytest

from scheduler.domain.folding import begins, folded, words_of
from scheduler.domain.people import reference_of
from scheduler.domain.periods import Period
from scheduler.domain.requests import ClassroomRequest
from scheduler.domain.visits import Booking, Visit, VisitState
from scheduler.domain.zones import local
from scheduler.services.access import Actor
from scheduler.services.people_pages import INACTIVE, PAGE, account, accounts, all_accounts
from scheduler.services.ports import Work
from scheduler.services.searching import MOST_OF_A_KIND, VISITS_SINCE, Findings, Kind, search
from tests.builders import (
    TEACHER,
    VOLUNTEER,
    a_classroom,
    a_person,
    a_request,
    a_school,
    a_visit,
    a_volunteer,
)
from tests.services.world import OTHER_TEACHER, World, elsewhere

NAMES = ("Zoé Groß", "ZOE Gross-Lee", "Łukasz d'Arc", "Chloé Ñuñez", "O_% Brien", "Acme™ Zo", "")
TEXTS = (
    *("zoe", "ZOÉ gros", "gross zoé", "groß", "lee zo", "o", "oe", "luk", "darc", "arc d", "tm"),
    *("nunez chl", "_", "%", "o_%", "brien", "acmetm", "5a", "maple", "birch 7", "robot map zo"),
    *("r1", "2026-12-08", "12 2026 rob", "e", "nobody", "", "v1@x.example", "V1@X.example", "@"),
    *(VOLUNTEER, TEACHER, f"{TEACHER} lena"),
)


@pytest.mark.each_engine
def test_search_finds_what_looking_one_by_one_finds(world: World) -> None:
    a_random_district(world, Random(1))
    with world.store.read() as work:
        people = work.people.all()
    actors = (
        world.coordinator,
        *(Actor.of(people[email]) for email in (TEACHER, OTHER_TEACHER, VOLUNTEER, "v1@x.example")),
        Actor("office@x.example", "Olive", office_of=("birch",)),
        Actor("nobody@x.example", "Nobody"),
    )
    for actor in actors:
        with world.store.read() as work:
            everything = _Everything(work, actor, world)
        for text in TEXTS:
            found = search(world.store, text, actor=actor, now=world.now)
            assert keys_of(found) == everything.found(text), (actor, text)


@pytest.mark.each_engine
def test_accounts_are_those_of_whom_reading_all_would_leave(world: World) -> None:
    a_random_district(world, Random(3), people=2 * PAGE)
    with world.store.read() as work:
        people = work.people.all().values()
    roles = ("", "teacher", "volunteer", "coordinator", INACTIVE, "king")
    for role, text in product(roles, ("", "zoe", "gros zo", "_", "V1@X.example")):
        expected = sorted(
            (words_of(each.name), each.email)
            for each in people
            if each.is_active is (role != INACTIVE)
            and (role in ("", INACTIVE) or role in {str(held.name) for held in each.roles})
            and (begins(words_of(text), each.name) or each.email == text.lower())
        )
        whole = all_accounts(world.store, actor=world.coordinator, text=text, role=role)
        assert [each.email for each in whole] == [email for _, email in expected]
        for number in (1, 2):
            page = accounts(
                world.store, actor=world.coordinator, text=text, role=role, number=number
            )
            assert page.lines == whole[(number - 1) * PAGE : number * PAGE]
            assert page.found == len(whole)


def test_account_tells_of_others_whose_name_has_the_same_words(world: World) -> None:
    names = {"a@x.example": "Zoé A", "b@x.example": "zoe a.", "c@x.example": "Zoe Ab"}
    with world.store.write() as work:
        work.people.put(a_person(email=email, name=name) for email, name in names.items())
    reference = reference_of("a@x.example")
    shown = account(world.store, reference, actor=world.coordinator, now=world.now)
    assert shown.alike == ("b@x.example",)


def test_folded_letters_have_no_capitals_and_stay_as_they_are() -> None:
    # What stands for other letters lies in these blocks.
    for number in (*range(0x2C00), *range(0xFB00, 0x10000), *range(0x1D400, 0x1D800)):
        once = folded(chr(number))
        assert not set(once) & set(ascii_uppercase)
        assert folded(once) == once


class _Everything:
    """What one actor may see, read whole and looked through one by one."""

    def __init__(self, work: Work, actor: Actor, world: World) -> None:
        self._actor = actor
        self._people = work.people.all()
        self._schools = work.districts.schools()
        self._classes = work.districts.classes()
        self._requests = work.requests.all()
        late = world.now - VISITS_SINCE
        visits = work.visits.in_states(tuple(VisitState), since=late)
        self._visits = [each for each in visits if actor.oversees or self._is_near(each)]

    def found(self, text: str) -> dict[Kind, tuple[list[str], int]]:
        """Return the keys of the first of each kind, and how many more there are."""
        words, email = words_of(text), text.strip().lower() if "@" in text else ""
        kinds = (
            (Kind.PERSON, self._persons(words, email)),
            (Kind.SCHOOL, () if email else self._found_schools(words)),
            (Kind.CLASS, () if email else self._found_classes(words)),
            (Kind.REQUEST, self._found_requests(words, email)),
            (Kind.VISIT, self._found_visits(words, email)),
        )
        return {
            kind: (keys[:MOST_OF_A_KIND], max(len(keys) - MOST_OF_A_KIND, 0))
            for kind, found in kinds
            if words and (keys := list(found))
        }

    def _persons(self, words: tuple[str, ...], email: str) -> Iterator[str]:
        met = {e for v in self._visits for e in (self._teacher(v.request), *v.volunteers)}
        for person in sorted(self._people.values(), key=lambda p: (words_of(p.name), p.email)):
            is_meant = person.email == email if email else begins(words, person.name)
            if is_meant and (self._actor.oversees or (person.email in met and not email)):
                yield reference_of(person.email)

    def _found_schools(self, words: tuple[str, ...]) -> Iterator[str]:
        near = {visit.school for visit in self._visits} | set(self._actor.office_of)
        for key, school in self._schools.items():
            is_near = self._actor.oversees or key in near
            if is_near and begins(words, f"{school.name} {school.zone}"):
                yield key

    def _found_classes(self, words: tuple[str, ...]) -> Iterator[str]:
        for each in self._classes.values():
            is_near = each.school in self._actor.office_of or (
                self._actor.is_teacher and each.teacher_email == self._actor.email
            )
            school = self._schools[each.school].name
            is_seen = self._actor.oversees or is_near
            if is_seen and begins(words, f"{each.name} {each.subject} {school}"):
                yield each.school

    def _found_requests(self, words: tuple[str, ...], email: str) -> Iterator[str]:
        for key, each in self._requests.items():
            is_own = self._actor.is_teacher and each.teacher_email == self._actor.email
            teacher, school = self._people[each.teacher_email].name, self._schools[each.school].name
            is_meant = begins(words, f"{each.title} {school} {teacher} {key}")
            if email:
                is_meant = each.teacher_email == email
            if is_meant and (self._actor.oversees or is_own):
                yield key

    def _found_visits(self, words: tuple[str, ...], email: str) -> Iterator[str]:
        for each in self._visits:
            names = " ".join(self._people[email].name for email in each.volunteers)
            day = local(each.period.start, each.timezone).date()
            title, school = self._requests[each.request].title, self._schools[each.school].name
            is_meant = begins(words, f"{title} {school} {names} {day}")
            if email:
                is_meant = self._actor.oversees and email in each.volunteers
            if is_meant:
                yield each.uid

    def _is_near(self, visit: Visit) -> bool:
        people = (self._teacher(visit.request), *visit.volunteers)
        is_near = self._actor.email in people or visit.school in self._actor.office_of
        return visit.was_released and is_near

    def _teacher(self, request: str) -> str:
        return self._requests[request].teacher_email


def keys_of(found: Findings) -> dict[Kind, tuple[list[str], int]]:
    """Return the keys shown of each kind, and how many more there are."""
    return {
        kind: ([each.uid or each.key for each in shown], found.more.get(kind, 0))
        for kind, shown in found.groups
    }


def a_random_district(world: World, random: Random, *, people: int = 12) -> None:
    """Put people of alike names, classes, requests and visits, old ones and called off ones too."""
    emails = [f"v{number:03}@x.example" for number in range(2, people)] + ["v1@x.example"]
    with world.store.write() as work:
        work.districts.put_schools((a_school(key="zoe", name="École Zoé", zone="Groß-Nord"),))
        work.people.put(
            a_person(email=f"t{n}@x.example", name=random.choice(NAMES), is_active=n % 3 > 0)
            for n in range(people // 2)
        )
        work.volunteers.put(
            replace(a_volunteer(), email=e, name=random.choice(NAMES), is_active=n % 4 > 0)
            for n, e in enumerate(emails)
        )
        work.districts.put_classes(
            a_classroom(key=f"c{n}", name=f"{n}ème", subject=random.choice(NAMES))
            for n in range(MOST_OF_A_KIND + 3)
        )
        keys = [f"R{number}" for number in range(1, MOST_OF_A_KIND + 6)]
        asked = {key: a_random_request(random, key=key) for key in keys}
        work.requests.put(asked.values())
        work.visits.add(
            a_random_visit(random, emails, number=number, request=random.choice((*asked.values(),)))
            for number in range(3 * MOST_OF_A_KIND)
        )


def a_random_request(random: Random, *, key: str) -> ClassroomRequest:
    """Return a request of either teacher, at either school."""
    request = random.choice((a_request, elsewhere))(key=key)
    return replace(request, title=f"{random.choice(NAMES)} Robots")


def a_random_visit(
    random: Random, emails: Sequence[str], *, number: int, request: ClassroomRequest
) -> Visit:
    """Return a visit of one or two people on a day of its own, long past or to come."""
    visit = a_visit(uid=f"visit-{number:02}", state=random.choice((*VisitState, VisitState.HELD)))
    shift = timedelta(days=7 * number - 90)
    first, second = random.sample((*emails, VOLUNTEER), 2)
    return replace(
        visit,
        request=request.key,
        school=request.school,
        hosts=(),
        period=Period(visit.period.start + shift, visit.period.end + shift),
        bookings=(Booking(first), Booking(second, removed=random.random() < 0.5)),
    )
