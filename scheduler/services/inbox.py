"""Mail that needs a person: what came in and no rule could deal with, and who dealt with it.

Whoever reads incoming mail hands over what was written; of the sender's address a hash is kept,
and of the text its beginning, without what it quotes and without any link.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from scheduler.domain.answering import can_still_answer
from scheduler.domain.errors import IllegalTransition, Unknown
from scheduler.domain.incoming import Incoming, IncomingState, Why, reopen, settle
from scheduler.domain.people import normal_email
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.parts import parts
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity
from scheduler.services.sheets import sheets_of
from scheduler.services.tokens import token_hash
from scheduler.services.visits import answer
from scheduler.services.within import Within

PAGE = 50
LONGEST_EXCERPT, LONGEST_LINE = 800, 200
DEALT_WITH = "dealt with a mail"
LINK = re.compile(r"(?:https?://|webcal://|www\.)\S+", re.IGNORECASE)
# What mail programs write above the mail that they quote, on one line or on two.
QUOTES_BELOW = re.compile(
    r"(?:-{2,}.*-{2,}|_{8,}|On .+ wrote:|Le .+ a écrit\s*:|El .+ escribió:|Am .+ schrieb .+:"
    r"|(?:From|De|Von)\s*:.+ (?:Sent|Date|Envoyé|Enviado|Fecha|Gesendet)\s*:.+)"
)


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A mail with the name of whoever wrote it and the visit it is about, if any is known."""

    mail: Incoming
    name: str
    sheet: VisitSheet | None = None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the inbox, the latest first; ``waiting`` is how many are open in all."""

    lines: tuple[InboxLine, ...]
    waiting: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """A mail with the coming visits of whoever wrote it, to one of which it may be an answer."""

    line: InboxLine
    coming: tuple[VisitSheet, ...] = ()


def take_in(
    work: Work,
    *,
    message_id: str,
    sender: str,
    sender_name: str,
    subject: str,
    text: str,
    why: Why,
    received_at: datetime,
    visit: str = "",
) -> Incoming:
    """Keep a mail that needs a person, and return it as it is kept; the same mail is kept once.

    ``sender`` is the address alone. A mail without a Message-ID is known by what it says.
    """
    email = normal_email(sender)
    known = work.people.get(email)
    mail = Incoming(
        key=key_of(message_id, sender, subject, text),
        received_at=received_at,
        sender_sha256=token_hash(email),
        sender_name=_line(sender_name),
        subject=_line(subject),
        excerpt=excerpt_of(text),
        why=why,
        email=known.email if known else "",
        visit=visit if visit and work.visits.get(visit) else "",
    )
    work.inbox.add((mail,))
    return work.inbox.get(mail.key) or mail


def key_of(message_id: str, sender: str, subject: str, text: str) -> str:
    """Return what a mail is kept under: the same mail, however often it comes, has the same."""
    return token_hash(message_id.strip() or "\0".join((sender, subject, text)))[:32]


def excerpt_of(text: str) -> str:
    """Return the beginning of what was written, without quoted lines and without links."""
    kept: list[str] = []
    lines = text.splitlines()
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if QUOTES_BELOW.fullmatch(line.strip()) or QUOTES_BELOW.fullmatch(f"{line} {following}"):
            break
        if not line.lstrip().startswith(">"):
            kept.append(" ".join(LINK.sub("…", line).split()))
    words = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return words if len(words) <= LONGEST_EXCERPT else words[: LONGEST_EXCERPT - 1] + "…"


def inbox(
    store: Store,
    *,
    actor: Actor,
    state: IncomingState = IncomingState.OPEN,
    number: int = 1,
) -> InboxPage:
    """Return one page of mail in that state.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read the inbox")
    with store.read() as work:
        found = work.inbox.many(state=state, limit=PAGE + 1, offset=(number - 1) * PAGE)
        lines = _lines(work, found[:PAGE])
        return InboxPage(lines, work.inbox.count(IncomingState.OPEN), len(found) > PAGE)


def every_incoming(
    store: Store, *, actor: Actor, state: IncomingState = IncomingState.OPEN
) -> Iterator[InboxLine]:
    """Return all mail in that state, to take along; the store stays open until the last is taken.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="read the inbox")
    return _every(store, state)


def _every(store: Store, state: IncomingState) -> Iterator[InboxLine]:
    with store.read() as work:
        for part in parts(work.inbox.every(state)):
            yield from _lines(work, part)


def opened(store: Store, key: str, *, actor: Actor, now: datetime) -> OpenedMail:
    """Return one mail, with the coming visits of the person who wrote it.

    Raises:
        NotAllowed: unless the actor oversees.
        Unknown: if there is no such mail.
    """
    require_overseer(actor, deed="read the inbox")
    with store.read() as work:
        mail = _mail(work, key)
        (line,) = _lines(work, (mail,))
        coming = _coming(work, mail.email, now=now) if mail.email else ()
        return OpenedMail(line, sheets_of(work, coming))


def mark_done(store: Store, key: str, *, actor: Actor, now: datetime) -> Incoming:
    """Note that the mail was dealt with.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such mail.
        IllegalTransition: if somebody was faster.
    """
    require_coordinator(actor, deed="deal with mail")
    with store.write() as work:
        return _settle(work, key, actor=actor, now=now)


def mark_open(store: Store, key: str, *, actor: Actor) -> Incoming:
    """Take back that the mail was dealt with.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such mail.
    """
    require_coordinator(actor, deed="deal with mail")
    with store.write() as work:
        mail = reopen(_mail(work, key))
        work.inbox.save((mail,))
        return mail


def enter_answer(
    store: Store,
    key: str,
    *,
    visit: str,
    says_yes: bool,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> tuple[Visit, ...]:
    """Enter what the mail says as its writer's answer to a visit, and note that it is done.

    The other coming days of the same request are answered alike, as on the answer page.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such mail, or its writer has no part in such a coming visit.
        IllegalTransition: if the mail was dealt with before.
    """
    require_coordinator(actor, deed="enter answers")
    with store.write() as work:
        mail = _mail(work, key)
        if mail.state is IncomingState.DONE:
            raise IllegalTransition(subject="mail", state=str(mail.state), step="dealt with")
        coming = _coming(work, mail.email, now=now) if mail.email else ()
        meant = next((each for each in coming if each.uid == visit), None)
        if meant is None:
            raise Unknown("visit", visit)
        answered = answer(
            Within(work),
            tuple(each.uid for each in coming if each.request == meant.request),
            email=mail.email,
            says_yes=says_yes,
            actor=actor,
            now=now,
            reason=reason,
        )
        _settle(work, key, actor=actor, now=now)
        return answered


def _settle(work: Work, key: str, *, actor: Actor, now: datetime) -> Incoming:
    mail = settle(_mail(work, key), by=actor.name, at=now)
    work.inbox.save((mail,))
    subject = f"visit:{mail.visit}" if mail.visit else f"mail:{key}"
    work.activities.add((Activity(now, actor.email, DEALT_WITH, subject),))
    return mail


def _mail(work: Work, key: str) -> Incoming:
    mail = work.inbox.get(key)
    if mail is None:
        raise Unknown("mail", key)
    return mail


def _lines(work: Work, mails: Iterable[Incoming]) -> tuple[InboxLine, ...]:
    mails = tuple(mails)
    people = work.listings.on_sheets({mail.email for mail in mails if mail.email})
    visits = work.visits.many(dict.fromkeys(mail.visit for mail in mails if mail.visit))
    sheet_by_uid = {each.visit.uid: each for each in sheets_of(work, tuple(visits.values()))}
    return tuple(
        InboxLine(
            mail,
            people[mail.email].name if mail.email in people else mail.sender_name,
            sheet_by_uid.get(mail.visit),
        )
        for mail in mails
    )


def _coming(work: Work, email: str, *, now: datetime) -> tuple[Visit, ...]:
    theirs = work.visits.of_volunteers((email,), since=now)
    return tuple(visit for visit in theirs if can_still_answer(visit, email, at=now))


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_LINE]
