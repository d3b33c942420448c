"""Nobody reads on any page what is not theirs: names, addresses, notes, telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest

from scheduler.domain.people import RoleName
from scheduler.domain.visits import VisitState
from scheduler.services.ports import Store
from tests.browser.district import OFFICE
from tests.browser.pages import NEW_VOLUNTEER, NOBODY, PAGES, TEACHER, VOLUNTEER, Page, names_in
from tests.browser.serving import Served

OUTSIDERS = (NOBODY, TEACHER, VOLUNTEER, NEW_VOLUNTEER, OFFICE)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
pytestmark = pytest.mark.timeout(240)


@cache
def text_of(site: Served, page: Page) -> str:
    """Return the whole answer, markup and all."""
    names = names_in(site)
    visitor = site.app.test_client()
    if email := page.role.format_map(names):
        visitor.set_cookie("visitbell", site.session(email))
    return visitor.get(page.path.format_map(names)).text


def is_own_link(page: Page) -> bool:
    """Tell whether a page opens by a link that was mailed to one person, whose words it holds."""
    return page.path.startswith("{")


def seen_by(role: str) -> list[Page]:
    """Return the pages of one role."""
    return [page for page in PAGES if page.role == role and not page.presses]


@pytest.mark.parametrize("role", OUTSIDERS, ids=lambda role: role.strip("{}") or "nobody")
def test_no_page_tells_other_peoples_addresses(site: Served, role: str) -> None:
    own = role.format_map(names_in(site))
    coordinators = _coordinators(site.store)
    uids = {visit.uid for visit in site.visits(*VisitState)}
    told = {
        (page.name, address)
        for page in seen_by(role)
        for address in ADDRESS.findall(text_of(site, page))
        if address.removesuffix(".ics") not in {own, *coordinators, *uids}
    }
    assert told == set()


@pytest.mark.parametrize("role", OUTSIDERS, ids=lambda role: role.strip("{}") or "nobody")
def test_no_page_names_people_one_has_nothing_to_do_with(site: Served, role: str) -> None:
    own = role.format_map(names_in(site))
    known = set(_names_known_to(site, own))
    strangers = {name for name in _all_names(site.store) if name not in known}
    told = {
        (page.name, name)
        for page in seen_by(role)
        if not is_own_link(page)
        for name in strangers
        if name in text_of(site, page)
    }
    assert told == set()


@pytest.mark.parametrize("role", [NOBODY, VOLUNTEER, NEW_VOLUNTEER, TEACHER])
def test_notes_of_others_stay_with_who_needs_them(site: Served, role: str) -> None:
    own = role.format_map(names_in(site))
    with site.store.read() as work:
        notes = {
            request.note
            for request in work.requests.all().values()
            if len(request.note) > 20 and not _concerns(site, own, request.key)
        }
        protocols = {each.protocol for each in work.volunteers.all().values() if each.protocol}
    told = {
        (page.name, note)
        for page in seen_by(role)
        if not is_own_link(page)
        for note in notes | protocols
        if note in text_of(site, page)
    }
    assert told == set()


def test_coordinator_does_see_names(site: Served) -> None:
    (page,) = (page for page in PAGES if page.name == "volunteers")
    text = text_of(site, page)
    assert sum(name in text for name in _all_names(site.store)) > 20


def _coordinators(store: Store) -> frozenset[str]:
    with store.read() as work:
        people = work.people.all().values()
        return frozenset(person.email for person in people if person.has_role(RoleName.COORDINATOR))


def _all_names(store: Store) -> set[str]:
    with store.read() as work:
        volunteers = {each.name for each in work.volunteers.all().values()}
        return volunteers | {person.name for person in work.people.all().values()}


def _names_known_to(site: Served, email: str) -> Iterator[str]:
    """Yield the names of those with whom somebody has a visit, a school or a request in common."""
    with site.store.read() as work:
        people, volunteers = work.people.all(), work.volunteers.all()
        mine = people.get(email)
        requests = work.requests.all()
    name_by_email = {
        **{key: person.name for key, person in people.items()},
        **{key: each.name for key, each in volunteers.items()},
    }
    yield name_by_email.get(email, "")
    yield from (person.name for person in people.values() if person.has_role(RoleName.COORDINATOR))
    schools = set(mine.schools) if mine else set()
    yield from (person.name for person in people.values() if schools & set(person.schools))
    for visit in site.visits(*VisitState):
        request = requests[visit.request]
        around = {request.teacher_email, *(b.volunteer_email for b in visit.bookings)}
        if email in around or visit.school in schools:
            yield from (name_by_email[each] for each in around)


def _concerns(site: Served, email: str, key: str) -> bool:
    with site.store.read() as work:
        request = work.requests.get(key)
        assert request
        bookings = [b for visit in work.visits.of_requests((key,)) for b in visit.bookings]
    return email in {request.teacher_email, *(booking.volunteer_email for booking in bookings)}
