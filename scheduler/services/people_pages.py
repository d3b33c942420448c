"""The accounts of the district, for those who oversee it: who may do what, and who is twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.errors import Unknown
from scheduler.domain.folding import folded, words_of
from scheduler.domain.people import Person, RoleName, normal_email, reference_of
from scheduler.domain.visits import OCCUPYING
from scheduler.services.access import Actor, require_overseer
from scheduler.services.picture import load_district
from scheduler.services.ports import AccountsWanted, Bounce, ListedAccount, Store

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
    return _page(store, actor=actor, text=text, role=role, number=number, most=PAGE)


def all_accounts(
    store: Store, *, actor: Actor, text: str = "", role: str = ""
) -> tuple[AccountLine, ...]:
    """Return every account that passes the filter, to take along.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    return _page(store, actor=actor, text=text, role=role).lines


def account(store: Store, reference: str, *, actor: Actor, now: datetime) -> AccountProfile:
    """Return one account.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if the reference stands for nobody.
    """
    require_overseer(actor, deed="read accounts")
    with store.read() as work:
        person = work.people.get(work.people.email_of(reference))
        if person is None:
            raise Unknown("account", reference)
        names = {key: school.name for key, school in work.districts.schools().items()}
        classes = work.listings.classes(teacher=person.email)
        visits = work.listings.visits(since=now, of=person.email)
        alike = work.listings.namesakes(person) if person.name else ()
        coordinators = work.people.with_role(RoleName.COORDINATOR)
        calendars = len(work.feeds.of_holder(person.email))
        bounce = work.bounces.of((person.email,)).get(person.email)
    coming = [v for v in visits if v.state in OCCUPYING]
    return AccountProfile(
        reference=reference,
        person=person,
        schools=tuple((key, names.get(key, key)) for key in person.schools),
        all_schools=tuple(sorted(names.items(), key=lambda each: folded(each[1]))),
        alike=alike,
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
    wanted = normal_email(text)
    found = all_accounts(store, actor=actor, text=text) if wanted else ()
    return tuple(line for line in found if line.email == wanted) or found[:8]


def _page(
    store: Store, *, actor: Actor, text: str, role: str, number: int = 1, most: int | None = None
) -> AccountPage:
    require_overseer(actor, deed="read accounts")
    is_active = role != INACTIVE
    wanted = AccountsWanted(
        words_of(text), normal_email(text), role if is_active else "", is_active=is_active
    )
    with store.read() as work:
        names = {key: school.name for key, school in work.districts.schools().items()}
        skipped = (number - 1) * most if most else 0
        listed, found = work.listings.accounts(wanted, skipped=skipped, most=most)
        timezone = load_district(work).timezone
    return AccountPage(tuple(_line(each, names) for each in listed), found, number, timezone)


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
