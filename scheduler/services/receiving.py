"""Take in one mail: enter what a calendar answers, mark what came back, leave the rest to people.

No header is believed alone. An answer counts when the sender is the person it speaks for, that
person comes to the visit it names, the visit is still open, and we did write to them about it.
A returned mail counts when it is one that we sent to that very address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scheduler.calendars.errors import CalendarUnreadable
from scheduler.calendars.replies import Reply, Verdict, judge, read_reply
from scheduler.domain import visits as life
from scheduler.domain.answering import can_still_answer
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.incoming import Why
from scheduler.domain.people import Person
from scheduler.domain.visits import Partstat, Visit
from scheduler.domain.zones import local
from scheduler.mail.incoming import CameBack, IncomingMail, read_mail
from scheduler.mail.messages import message_id_of
from scheduler.services import announcements as news
from scheduler.services.access import Actor
from scheduler.services.inbox import key_of, take_in
from scheduler.services.letters import Letterhead
from scheduler.services.locking import locked_visit
from scheduler.services.ports import MailWanted, Store, Work
from scheduler.services.records import Activity, OutboxRow, OutboxState
from scheduler.services.visits import answer

WITH_SEQUENCE = frozenset({news.INVITATION, news.CONFIRMATION, news.CHANGE})
LATEST_MAILS = 200


class Became(StrEnum):
    """What became of a mail."""

    ENTERED = "entered"
    MARKED = "marked"
    KEPT = "kept"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class _Answer:
    """A reply with the person and the visit that it is about, and what it may do."""

    reply: Reply
    person: Person
    visit: Visit
    verdict: Verdict


def receive(store: Store, octets: bytes, *, head: Letterhead, now: datetime) -> Became:
    """Take in one mail as it came over the wire, and return what became of it.

    Raises:
        MailUnreadable: if it is no mail, or too large; nothing is changed then.
    """
    mail = read_mail(octets)
    if mail.sender and mail.sender in (head.sender.email, head.reply_address):
        return Became.IGNORED
    if mail.is_report:
        return _came_back(store, mail, head=head, now=now)
    reply = _reply_in(mail)
    if reply is not None:
        return _answered(store, mail, reply, now=now)
    return Became.IGNORED if mail.is_automatic else _keep(store, mail, now=now)


def _reply_in(mail: IncomingMail) -> Reply | None:
    for octets in mail.calendars:
        try:
            return read_reply(octets)
        except CalendarUnreadable:
            continue
    return None


def _answered(store: Store, mail: IncomingMail, reply: Reply, *, now: datetime) -> Became:
    with store.read() as work:
        found = _judged(work, mail, reply, now=now)
    if found is None:
        return Became.IGNORED
    if isinstance(found, Why):
        return _keep(store, mail, why=found, visit=reply.uid, now=now)
    match found.verdict:
        case Verdict.ENTER:
            return _enter(store, mail, found, now=now)
        case Verdict.SAYS_NOTHING:
            return Became.IGNORED
        case Verdict.PASS_ON | Verdict.OUTDATED as verdict:
            why = Why.OTHER_TIME if verdict is Verdict.PASS_ON else Why.TOO_LATE
            asked = replace(mail, text=_with_time(mail.text, found))
            return _keep(store, asked, why=why, visit=reply.uid, now=now)
    return _keep(store, mail, why=Why.NOT_THEIRS, now=now)


def _with_time(text: str, found: _Answer) -> str:
    """The words with the time that was proposed ahead, by the school's clock and in figures."""
    proposed = found.reply.proposed
    if proposed is None:
        return text
    zone = found.visit.timezone
    start, end = local(proposed.start, zone), local(proposed.end, zone)
    return f"{start:%Y-%m-%d %H:%M} – {end:%H:%M}\n\n{text}"


def _judged(work: Work, mail: IncomingMail, reply: Reply, *, now: datetime) -> _Answer | Why | None:
    """Return what the reply may do, why a person has to look at it, or None if it is no news."""
    person = work.people.get(mail.sender) if mail.sender else None
    if person is None or not person.is_active:
        return Why.UNKNOWN_SENDER
    if reply.attendee != person.email:
        return Why.NOT_THEIRS
    # PostgreSQL refuses to compare text that holds a NUL.
    visit = work.visits.get(reply.uid) if reply.uid.isprintable() else None
    theirs = [b for b in visit.bookings if b.volunteer_email == person.email] if visit else []
    if visit is None or not theirs:
        return Why.NOT_THEIRS if visit else Why.NO_VISIT
    if not can_still_answer(visit, person.email, at=now):
        says_so_again = any(b.partstat is reply.partstat for b in theirs)
        return None if says_so_again else Why.TOO_LATE
    verdict = judge(
        reply,
        sender=mail.sender,
        last_sequence=_last_told(work, visit, person.email),
        answered_at=_changed_since(visit, reply),
    )
    return _Answer(reply, person, visit, verdict)


def _changed_since(visit: Visit, reply: Reply) -> datetime | None:
    """When the person gave another answer than the reply does; None if they gave none."""
    booking = visit.booking_of(reply.attendee)
    return None if booking.partstat is reply.partstat else booking.answered_at


def _last_told(work: Work, visit: Visit, email: str) -> int | None:
    """The SEQUENCE since which that person knows the visit as it is: what moved it counts.

    That others said yes as well makes no answer to the same hour an old one.
    """
    told = [row for row in work.outbox.of_subjects((visit.uid,)) if _told(row, email)]
    moved = (row.revision for row in told if row.purpose == news.CHANGE)
    first = min((row.revision for row in told), default=None)
    return max(moved, default=first)


def _told(row: OutboxRow, email: str) -> bool:
    is_sent = row.state is OutboxState.SENT
    return is_sent and row.recipient == email and row.purpose in WITH_SEQUENCE


def _enter(store: Store, mail: IncomingMail, found: _Answer, *, now: datetime) -> Became:
    email, uid, reply = found.person.email, found.visit.uid, found.reply
    if reply.partstat is Partstat.TENTATIVE:
        became = _enter_maybe(store, found, now=now)
    else:
        try:
            answer(
                store,
                (uid,),
                email=email,
                says_yes=reply.partstat is Partstat.ACCEPTED,
                actor=Actor(email, found.person.name),
                now=now,
                reason=reply.comment,
            )
        except IllegalTransition:
            # The visit was called off, or the place given away, this very moment.
            return _keep(store, mail, why=Why.TOO_LATE, visit=uid, now=now)
        became = Became.ENTERED
    if reply.comment and reply.partstat is not Partstat.DECLINED:
        # Of a no the words are its reason, which everybody concerned is told.
        said = replace(mail, text=reply.comment)
        _keep(store, said, why=Why.WITH_WORDS, visit=uid, now=now)
    return became


def _enter_maybe(store: Store, found: _Answer, *, now: datetime) -> Became:
    with store.write() as work:
        visit = locked_visit(work, found.visit.uid)
        email = found.person.email
        if visit is None or not can_still_answer(visit, email, at=now):
            return Became.IGNORED
        maybe = life.answer(visit, email, partstat=Partstat.TENTATIVE, at=now)
        if maybe == visit:
            return Became.IGNORED
        work.visits.save((maybe,))
        work.activities.add((Activity(now, email, "said maybe", f"visit:{visit.uid}"),))
        return Became.ENTERED


def _came_back(store: Store, mail: IncomingMail, *, head: Letterhead, now: datetime) -> Became:
    """What was given up is noted, and once; a delay is no news, and marks nobody's address."""
    became = Became.IGNORED
    with store.write() as work:
        for each in () if _is_known(work, mail) else mail.came_back:
            row = _sent_mail(work, each, domain=head.domain)
            if row is None:
                continue
            why = Why.CAME_BACK if each.is_for_good else Why.UNDELIVERED
            if each.is_for_good:
                work.bounces.mark(row.recipient, at=now, problem=each.problem)
                became = Became.MARKED
            _take_in(work, mail, why=why, visit=row.subject, now=now)
            became = became if became is Became.MARKED else Became.KEPT
    return became


def _is_known(work: Work, mail: IncomingMail) -> bool:
    # Without a Message-ID two bounces may look the same and be of two people.
    key = key_of(mail.message_id, mail.sender, mail.subject, mail.text)
    return bool(mail.message_id) and work.inbox.get(key) is not None


def _sent_mail(work: Work, came_back: CameBack, *, domain: str) -> OutboxRow | None:
    """The mail of ours that came back, known by its Message-ID, which only its readers know."""
    for recipient in came_back.recipients if came_back.message_id else ():
        wanted = MailWanted(states=(OutboxState.SENT,), text=recipient)
        for logged in work.mail_log.many(wanted, limit=LATEST_MAILS):
            row = logged.row
            is_theirs = row.recipient == recipient
            if is_theirs and message_id_of(row.key, domain) == came_back.message_id:
                return row
    return None


def _keep(
    store: Store,
    mail: IncomingMail,
    *,
    now: datetime,
    why: Why | None = None,
    visit: str = "",
) -> Became:
    with store.write() as work:
        is_known = bool(mail.sender) and work.people.get(mail.sender) is not None
        usual = Why.WORDS if is_known else Why.UNKNOWN_SENDER
        _take_in(work, mail, why=why or usual, visit=visit, now=now)
    return Became.KEPT


def _take_in(work: Work, mail: IncomingMail, *, why: Why, visit: str, now: datetime) -> None:
    take_in(
        work,
        message_id=mail.message_id,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        text=mail.text,
        why=why,
        received_at=now,
        visit=visit if visit.isprintable() else "",
    )
