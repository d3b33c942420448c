"""Every mail that was written: how it stands, whom it is for, and what the server said last.

What a mail says is not kept, so nobody reads it here. A mail that failed can be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.visits import Visit
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.parts import parts
from scheduler.services.picture import load_district
from scheduler.services.ports import LoggedMail, MailWanted, Store, Work
from scheduler.services.records import Activity, OutboxState

PAGE = 50
SENT_AGAIN = "sent a mail again"
STATES_BY_NAME: Mapping[str, tuple[OutboxState, ...]] = MappingProxyType(
    {
        "waiting": (OutboxState.HELD, OutboxState.DUE, OutboxState.SENDING),
        "sent": (OutboxState.SENT,),
        "failed": (OutboxState.FAILED,),
        "late": (OutboxState.EXPIRED,),
        "dropped": (OutboxState.SUPERSEDED,),
    }
)


@dataclass(frozen=True, slots=True)
class MailAsked:
    """Which mail is to be shown: a name of ``STATES_BY_NAME``, a visit's UID, part of a name."""

    state: str = ""
    visit: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail with the visit it is about; ``title`` is that of its request, both may be empty."""

    mail: LoggedMail
    visit: Visit | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class MailPage:
    """One page of mail, the latest first, with times in the district's zone."""

    lines: tuple[MailLine, ...]
    timezone: str
    has_next: bool


def mail_log(store: Store, asked: MailAsked, *, actor: Actor, number: int = 1) -> MailPage:
    """Return one page of mail, or all of one visit's.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if the visit named is none.
    """
    require_overseer(actor, deed="read the mail")
    with store.read() as work:
        if asked.visit:
            found = tuple(_wanted(work, asked))
        else:
            wanted = MailWanted(_states(asked), asked.text)
            found = work.mail_log.many(wanted, limit=PAGE + 1, offset=(number - 1) * PAGE)
        lines = mail_lines(work, found if asked.visit else found[:PAGE])
        timezone = load_district(work).timezone
    return MailPage(lines, timezone, not asked.visit and len(found) > PAGE)


def every_mail(store: Store, asked: MailAsked, *, actor: Actor) -> Iterator[MailLine]:
    """Return all mail that is asked for, to take along, a few hundred in memory at a time.

    The store stays open until the last is taken.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if the visit named is none, as soon as the first is taken.
    """
    require_overseer(actor, deed="read the mail")
    return _every(store, asked)


def _every(store: Store, asked: MailAsked) -> Iterator[MailLine]:
    with store.read() as work:
        for part in parts(_wanted(work, asked)):
            yield from mail_lines(work, part)


def mail_lines(work: Work, mails: Iterable[LoggedMail]) -> tuple[MailLine, ...]:
    """Return each mail with its visit and its request's title."""
    mails = tuple(mails)
    visits = work.visits.many(dict.fromkeys(uid for mail in mails for uid in told_of(mail)[:1]))
    requests = work.requests.many({visit.request for visit in visits.values()})
    lines = []
    for mail in mails:
        visit = next((visits[uid] for uid in told_of(mail)[:1] if uid in visits), None)
        lines.append(MailLine(mail, visit, requests[visit.request].title if visit else ""))
    return tuple(lines)


def told_of(mail: LoggedMail) -> tuple[str, ...]:
    """Return the visits that a mail is about, by UID; a subject may be no visit's."""
    return mail.row.visits or (mail.row.subject,)


def send_again(store: Store, key: str, *, actor: Actor, now: datetime) -> None:
    """Let a mail that failed be sent once more.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such mail.
        IllegalTransition: unless it failed.
    """
    require_coordinator(actor, deed="send mail again")
    with store.write() as work:
        mail = work.mail_log.get(key)
        if mail is None:
            raise Unknown("mail", key)
        if mail.row.state is not OutboxState.FAILED:
            raise IllegalTransition(subject="mail", state=str(mail.row.state), step="sent again")
        work.outbox.set_state((key,), state=OutboxState.DUE, due_at=now)
        subject = f"visit:{told_of(mail)[0]}"
        work.activities.add((Activity(now, actor.email, SENT_AGAIN, subject),))


def _wanted(work: Work, asked: MailAsked) -> Iterator[LoggedMail]:
    """A mail about a series stands under its first visit, and tells of the others."""
    if not asked.visit:
        return work.mail_log.every(MailWanted(_states(asked), asked.text))
    facts = work.diary.facts(asked.visit)
    if facts is None:
        raise Unknown("visit", asked.visit)
    wanted = MailWanted(_states(asked), asked.text, subjects=facts.siblings)
    return (mail for mail in work.mail_log.every(wanted) if asked.visit in told_of(mail))


def _states(asked: MailAsked) -> tuple[OutboxState, ...]:
    return STATES_BY_NAME.get(asked.state, ())
