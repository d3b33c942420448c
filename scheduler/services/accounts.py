"""Accounts, as a coordinator keeps them: addresses, roles, and leaving.

Whatever happens, somebody is left who may coordinate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.accounts import with_role, without_role
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.people import Person, Role, RoleName, normal_email
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import TEACHER_PREFIX, VOLUNTEER_PREFIX, Visit, VisitState
from scheduler.services import visits as visit_steps
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.announcements import ADDRESS_CHANGED
from scheduler.services.asking import reference_of
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity, OutboxRow
from scheduler.services.single_mail import mail_to
from scheduler.services.versions import require_unchanged
from scheduler.services.within import Within

SUBJECT = "account"
# Staff roles that a coordinator gives and takes; an approver's title comes with the bundle.
GIVEN_ROLES = (RoleName.COORDINATOR, RoleName.TEACHER, RoleName.OFFICE, RoleName.VIEWER)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What somebody's leaving did: the requests that look for somebody else now."""

    name: str
    requests: tuple[str, ...] = ()


def add_account(
    store: Store, email: str, *, name: str, role: RoleName, actor: Actor, now: datetime
) -> str:
    """Make an account, or give the role to the one there is; return its reference.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the role is not given by hand.
    """
    require_coordinator(actor, deed="make accounts")
    _require_given_by_hand(role)
    address = normal_email(email)
    with store.write() as work:
        work.visits.lock((VOLUNTEER_PREFIX + address,))
        person = work.people.get(address) or Person(address, name.strip())
        work.people.put((with_role(person, Role(role)),))
        _note(work, "made an account", address, actor=actor, now=now)
    return reference_of(address)


def change_address(store: Store, reference: str, new: str, *, actor: Actor, now: datetime) -> str:
    """Give an account another address; the old and the new one are told. Return its reference.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody.
        IllegalTransition: if the new address is another account's.
    """
    require_coordinator(actor, deed="change addresses")
    address = normal_email(new)
    with store.write() as work:
        person = _to_change(work, reference)
        if address == person.email:
            return reference
        if work.people.get(address) is not None:
            raise IllegalTransition(subject="address", state="taken", step="given twice")
        # Written down first: the line goes along where coordinators change their own address.
        facts = {"old": person.email, "new": address}
        _note(work, "changed an address", address, actor=actor, now=now, **facts)
        work.accounts.rename(person.email, address)
        # Whoever reads the former mailbox holds links that must open nothing any more.
        work.mail_doors.close(address)
        work.people.end_links(address)
        work.bounces.clear(address)
        work.sign_ins.end_sessions(email=address)
        work.outbox.add(_changed_address(person, address, at=now))
    return reference_of(address)


def deactivate(
    store: Store, reference: str, *, actor: Actor, now: datetime, reason: str = ""
) -> Leaving:
    """Let somebody go: no sessions, no calendars, no visits to come; coordinators are told.

    Visits that they were to give look for somebody else; those to their own classes stay.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody.
        IllegalTransition: if nobody else is left who coordinates.
    """
    require_coordinator(actor, deed="deactivate accounts")
    with store.write() as work:
        person = account_of(work, reference)
        _require_other_coordinator(work, but=person)
        requests = _take_out(work, person.email, actor=actor, now=now, reason=reason)
        _set_active(work, reference, is_active=False)
        work.sign_ins.end_sessions(email=person.email)
        for feed in work.feeds.of_holder(person.email):
            work.feeds.remove(feed)
        _note(work, "deactivated", person.email, actor=actor, now=now)
    return Leaving(person.name, requests)


def reactivate(store: Store, reference: str, *, actor: Actor, now: datetime) -> str:
    """Let somebody come back; return the name.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody.
    """
    require_coordinator(actor, deed="reactivate accounts")
    with store.write() as work:
        person = _set_active(work, reference, is_active=True)
        _note(work, "reactivated", person.email, actor=actor, now=now)
    return person.name


def give_role(store: Store, reference: str, name: RoleName, *, actor: Actor, now: datetime) -> None:
    """Let somebody be something more to the district.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody, or the role is not given by hand.
    """
    require_coordinator(actor, deed="give roles")
    _require_given_by_hand(name)
    with store.write() as work:
        person = _to_change(work, reference)
        work.people.put((with_role(person, Role(name)),))
        _note(work, "gave a role", person.email, actor=actor, now=now, role=str(name))


def take_role(store: Store, reference: str, role: Role, *, actor: Actor, now: datetime) -> None:
    """Let somebody be something less.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody, or they have no such role.
        IllegalTransition: if nobody else is left who coordinates.
    """
    require_coordinator(actor, deed="take roles")
    with store.write() as work:
        if role.name is RoleName.COORDINATOR:
            _require_other_coordinator(work, but=account_of(work, reference))
        person = _to_change(work, reference)
        if role not in person.roles or role.name is RoleName.VOLUNTEER:
            raise Unknown("role", str(role))
        work.people.put((without_role(person, role),))
        _note(work, "took a role", person.email, actor=actor, now=now, role=str(role))


def set_schools(
    store: Store,
    reference: str,
    schools: Iterable[str],
    *,
    actor: Actor,
    now: datetime,
    version: str = "",
) -> None:
    """Say at which schools somebody holds their roles, the first one first.

    ``version`` is that of the schools that the form was filled from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if the reference stands for nobody, or a school is not known.
        ChangedMeanwhile: if they are others by now; nothing was changed.
    """
    require_coordinator(actor, deed="set schools")
    with store.write() as work:
        person = _to_change(work, reference)
        require_unchanged(work, version, person.schools, subject=subject_of(person.email))
        work.people.put((replace(person, schools=tuple(dict.fromkeys(schools))),))
        _note(work, "changed schools", person.email, actor=actor, now=now)


def account_of(work: Work, reference: str) -> Person:
    """Return the account that a reference stands for.

    Raises:
        Unknown: if it stands for nobody.
    """
    person = work.people.get(work.people.email_of(reference))
    if person is None:
        raise Unknown("account", reference)
    return person


def subject_of(email: str) -> str:
    """Return the subject under which it is noted what is done to an account."""
    return f"person:{reference_of(email)}"


def _to_change(work: Work, reference: str) -> Person:
    """Keep other writers of the account waiting, and return it as the last one left it."""
    email = work.people.email_of(reference)
    work.visits.lock((VOLUNTEER_PREFIX + email, TEACHER_PREFIX + email))
    return account_of(work, reference)


def _changed_address(person: Person, new: str, *, at: datetime) -> tuple[OutboxRow, ...]:
    minute = int(at.timestamp() // 60)
    facts = {"new_address": new, "name": person.name, "role": "account"}
    return tuple(
        mail_to(address, SUBJECT, purpose=ADDRESS_CHANGED, at=at, revision=minute, facts=facts)
        for address in (person.email, new)
    )


def _take_out(
    work: Work, email: str, *, actor: Actor, now: datetime, reason: str
) -> tuple[str, ...]:
    coming = tuple(
        visit
        for visit in work.visits.of_volunteers((email,), since=now)
        if visit.occupies and email in visit.volunteers and visit.period.start > now
    )
    by_request: dict[str, list[Visit]] = {}
    for visit in coming:
        by_request.setdefault(visit.request, []).append(visit)
    within = Within(work)
    requests = work.requests.many(by_request)
    for visits in by_request.values():
        known = [visit.uid for visit in visits if visit.state is not VisitState.HELD]
        if known:
            visit_steps.answer(
                within, known, email=email, says_yes=False, actor=actor, now=now, reason=reason
            )
        for visit in visits:
            if visit.state is VisitState.HELD:
                visit_steps.cancel(within, visit.uid, reason=reason, actor=actor, now=now)
    work.requests.put(replace(each, state=RequestState.OPEN) for each in requests.values())
    return tuple(by_request)


def _set_active(work: Work, reference: str, *, is_active: bool) -> Person:
    person = _to_change(work, reference)
    volunteer = work.volunteers.get(person.email)
    if volunteer is not None:
        work.volunteers.put((replace(volunteer, is_active=is_active),))
    work.people.put((replace(person, is_active=is_active),))
    return person


def _require_given_by_hand(name: RoleName) -> None:
    if name not in GIVEN_ROLES:
        raise Unknown("role", name)


def _require_other_coordinator(work: Work, *, but: Person) -> None:
    # The last two could take each other out in the same moment.
    work.visits.lock((f"role:{RoleName.COORDINATOR}",))
    holders = set(work.people.with_role(RoleName.COORDINATOR))
    if holders == {but.email}:
        raise IllegalTransition(subject="coordinator", state="the only one", step="taken away")


def _note(
    work: Work, deed: str, email: str, *, actor: Actor, now: datetime, **facts: object
) -> None:
    work.activities.add((Activity(now, actor.email, deed, subject_of(email), facts),))
