"""The accounts of the district, for those who oversee it: who may do what, and who is twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.errors import Unknown
from scheduler.domain.people import Person, RoleName
from scheduler.domain.visits import OCCUPYING
from scheduler.services.access import Actor, require_overseer
from scheduler.services.asking import reference_of
from scheduler.services.folding import begins, folded, words_of
from scheduler.services.picture import load_district
from scheduler.services.ports import Bounce, ListedAccount, NamedPerson, Store

PAGE = 50
INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account in a list; ``schools`` are names."""

    reference: str
    email: str
    name: str
    roles: tuple[str, ...]
    schools: tuple[str, ...]
    is_active: bool
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of the accounts that pass the filter, and how many there are."""

    lines: tuple[AccountLine, ...]
    found: int
    number: int
    timezone: str

    @property
    def has_next(self) -> bool:
        """Tell whether another page follows."""
        return self.number * PAGE < self.found


@dataclass(frozen=True, slots=True)
class AccountProfile:
    """One account with what hangs on it.

    ``alike`` are addresses of the same name, maybe the same person; ``teaches`` are names of
    classes.
    ``gives`` and ``hosts`` count the visits to come as a volunteer and as a teacher. ``bounce``
    tells of mail to the address that came back, if any did.
    """

    reference: str
    person: Person
    schools: tuple[tuple[str, str], ...]
    all_schools: tuple[tuple[str, str], ...]
    alike: tuple[str, ...]
    teaches: tuple[str, ...]
    gives: int
    hosts: int
    calendars: int
    is_only_coordinator: bool
    bounce: Bounce | None = None

    @property
    def is_volunteer(self) -> bool:
        """Tell whether the person volunteers, too."""
        return self.person.has_role(RoleName.VOLUNTEER)


def accounts(
    store: Store,
    *,
    actor: Actor,
    text: str = "",
    role: str = "",
    number: int = 1,
) -> AccountPage:
    """Return one page of the accounts by name; ``role`` may also be ``inactive``.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    found = _found(store, actor=actor, text=text, role=role)
    shown = found.listed[(number - 1) * PAGE : number * PAGE]
    return AccountPage(found.lines(shown), len(found.listed), number, found.timezone)


def all_accounts(
    store: Store, *, actor: Actor, text: str = "", role: str = ""
) -> tuple[AccountLine, ...]:
    """Return every account that passes the filter, to take along.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    found = _found(store, actor=actor, text=text, role=role)
    return found.lines(found.listed)


def account(store: Store, reference: str, *, actor: Actor, now: datetime) -> AccountProfile:
    """Return one account.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if the reference stands for nobody.
    """
    require_overseer(actor, deed="read accounts")
    with store.read() as work:
        named = work.listings.people()
        email = next((each.email for each in named if reference_of(each.email) == reference), "")
        person = work.people.get(email)
        if person is None:
            raise Unknown("account", reference)
        names = {key: school.name for key, school in work.districts.schools().items()}
        classes = [c for c in work.listings.classes() if c.teacher_email == person.email]
        visits = work.listings.visits(since=now)
        coordinators = work.people.with_role(RoleName.COORDINATOR)
        calendars = len(work.feeds.of_holder(person.email))
        bounce = work.bounces.of((person.email,)).get(person.email)
    coming = [v for v in visits if v.state in OCCUPYING]
    return AccountProfile(
        reference=reference,
        person=person,
        schools=tuple((key, names.get(key, key)) for key in person.schools),
        all_schools=tuple(sorted(names.items(), key=lambda each: folded(each[1]))),
        alike=tuple(each.email for each in named if _is_alike(each, person)),
        teaches=tuple(f"{c.name}, {names.get(c.school, c.school)}" for c in classes),
        gives=sum(person.email in visit.volunteers for visit in coming),
        hosts=sum(visit.teacher_email == person.email for visit in coming),
        calendars=calendars,
        is_only_coordinator=coordinators == (person.email,),
        bounce=bounce,
    )


def accounts_named(store: Store, text: str, *, actor: Actor) -> tuple[AccountLine, ...]:
    """Return the accounts of that address, else those whose name begins so; at most eight.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    wanted = text.strip().lower()
    found = all_accounts(store, actor=actor, text=text) if wanted else ()
    return tuple(line for line in found if line.email == wanted) or found[:8]


@dataclass(frozen=True, slots=True)
class _Found:
    """The accounts that pass a filter, by name, and what their lines need besides."""

    listed: tuple[ListedAccount, ...]
    name_by_school: Mapping[str, str]
    timezone: str

    def lines(self, listed: Iterable[ListedAccount]) -> tuple[AccountLine, ...]:
        return tuple(_line(each, self.name_by_school) for each in listed)


def _found(store: Store, *, actor: Actor, text: str, role: str) -> _Found:
    require_overseer(actor, deed="read accounts")
    with store.read() as work:
        names = {key: school.name for key, school in work.districts.schools().items()}
        listed, timezone = work.listings.accounts(), load_district(work).timezone
    words, address = words_of(text), text.strip().lower()
    found = (
        each
        for each in listed
        if _has_role(each, role) and (begins(words, each.name) or address == each.email)
    )
    by_name = sorted(found, key=lambda each: (folded(each.name), each.email))
    return _Found(tuple(by_name), names, timezone)


def _has_role(listed: ListedAccount, role: str) -> bool:
    if role == INACTIVE:
        return not listed.is_active
    return listed.is_active and (not role or any(each.name == role for each in listed.roles))


def _line(listed: ListedAccount, names: Mapping[str, str]) -> AccountLine:
    return AccountLine(
        reference=reference_of(listed.email),
        email=listed.email,
        name=listed.name,
        roles=tuple(dict.fromkeys(str(each) for each in listed.roles)),
        schools=tuple(names.get(key, key) for key in listed.schools),
        is_active=listed.is_active,
        seen_at=listed.seen_at,
    )


def _is_alike(listed: NamedPerson, person: Person) -> bool:
    is_same_name = bool(person.name) and words_of(listed.name) == words_of(person.name)
    return is_same_name and listed.email != person.email
