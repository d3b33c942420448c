"""Visit a school: a stranger says who they are, and proves that the address is theirs.

The answer is the same for an address we know: its owner gets a link to sign in. Nothing that
was sent is shown to a coordinator, or replaces anything, before the link from the mail was used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.domain.errors import SchedulerError, Unknown
from scheduler.domain.joining import KEPT_UNCONFIRMED, Joining, JoiningState, confirm
from scheduler.domain.people import RoleName, normal_email
from scheduler.domain.topics import TopicTree
from scheduler.services.announcements import JOIN_CONFIRM, JOIN_WAITING
from scheduler.services.picture import load_district
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity, OutboxRow
from scheduler.services.sign_in import ask_for_link
from scheduler.services.single_mail import mail_to
from scheduler.services.tokens import is_joining_token, new_token, token_hash, visit_of_answer_token

MOST_AN_HOUR = 30
MOST_A_DAY_PER_ADDRESS = 3
SUBJECT = "joining"


class TooManyAsked(SchedulerError):
    """Say that one sender sent more forms than people fill in."""


@dataclass(frozen=True, slots=True)
class JoinSheet:
    """What the form offers: the district's topics, its title and its language."""

    topics: TopicTree
    district: str
    language: str


def join_sheet(store: Store) -> JoinSheet:
    """Return what somebody who joins can choose from.

    Raises:
        Unknown: before the first import.
    """
    with store.read() as work:
        district = load_district(work)
        return JoinSheet(work.districts.topics(), district.title, district.language)


def new_joining_key() -> str:
    """Return a key that no other bears."""
    return new_token()


def sender_of(address: str, *, key: bytes) -> str:
    """Return what stands for a sender's network address, which itself is kept nowhere."""
    return token_hash(f"{key.hex()}\0sender\0{address}")


def ask_to_join(store: Store, sent: Joining, *, now: datetime) -> None:
    """Take a form and have its address proven; whoever volunteers already gets a way in.

    Raises:
        TooManyAsked: if this sender sent too many within an hour.
    """
    with store.write() as work:
        recent = work.joinings.count_from(sent.asked_from, since=now - timedelta(hours=1))
        if recent >= MOST_AN_HOUR:
            raise TooManyAsked("Too many forms came from this place within an hour.")
        work.joinings.forget_unconfirmed(now - KEPT_UNCONFIRMED)
        is_known = _volunteers_already(work, normal_email(sent.email))
        if not is_known and _may_be_written_to(work, sent.email, now=now):
            work.joinings.put((sent,))
            work.outbox.add((_question(sent, at=now),))
    if is_known:
        ask_for_link(store, sent.email, now=now, following="/visits")


def open_joining(store: Store, token: str, *, key: bytes) -> Joining:
    """Return what a link from the mail speaks of; nothing is changed.

    Raises:
        Unknown: if the link is nobody's, or has ended.
    """
    with store.read() as work:
        return _proven(work, token, key=key)


def confirm_address(store: Store, token: str, *, key: bytes, now: datetime) -> Joining:
    """Enter that the address is theirs; from now on coordinators see it.

    Whatever else was sent for this address and waits is replaced by this.

    Raises:
        Unknown: as ``open_joining``.
    """
    with store.write() as work:
        joining = _proven(work, token, key=key)
        if joining.state is not JoiningState.UNCONFIRMED:
            return joining
        confirmed = confirm(joining, at=now)
        others = (each for each in work.joinings.of_email(joining.email) if each.is_open)
        work.joinings.remove(each.key for each in others if each.key != joining.key)
        work.joinings.put((confirmed,))
        work.outbox.add(_news(work, at=now))
        subject = f"{SUBJECT}:{joining.key}"
        work.activities.add((Activity(now, joining.email, "asked to join", subject),))
        return confirmed


def _volunteers_already(work: Work, email: str) -> bool:
    person = work.people.get(email)
    return person is not None and person.is_active and person.has_role(RoleName.VOLUNTEER)


def _may_be_written_to(work: Work, email: str, *, now: datetime) -> bool:
    """Nobody can have a mailbox filled by sending our form again and again."""
    sent = work.joinings.of_email(email)
    recent = [each for each in sent if each.asked_at > now - timedelta(days=1)]
    return len(recent) < MOST_A_DAY_PER_ADDRESS


def _question(joining: Joining, *, at: datetime) -> OutboxRow:
    facts = {"joining": joining.key, "name": joining.name, "locale": joining.locale}
    subject = f"{SUBJECT}:{joining.key}"
    return mail_to(joining.email, subject, purpose=JOIN_CONFIRM, at=at, facts=facts)


def _news(work: Work, *, at: datetime) -> tuple[OutboxRow, ...]:
    """Coordinators hear of it once a day, however many join."""
    day, facts = at.toordinal(), {"role": "coordinator"}
    return tuple(
        mail_to(email, SUBJECT, purpose=JOIN_WAITING, at=at, revision=day, facts=facts)
        for email in work.people.with_role(RoleName.COORDINATOR)
    )


def _proven(work: Work, token: str, *, key: bytes) -> Joining:
    # The first part of every link of ours is a key in the same writing.
    name = visit_of_answer_token(token)
    joining = work.joinings.get(name) if name.isprintable() else None
    if joining is None or not is_joining_token(token, joining.key, joining.email, key=key):
        raise Unknown("form", "behind this link")
    return joining
