"""Choose your e-mails: what comes at once, what once a day, what never.

The mail side asks :func:`paces` for whole batches. Who chose nothing is told at once what asks
for an answer or changes a visit, and all else once a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from scheduler.domain.errors import Unknown
from scheduler.domain.mail_choices import ENDED_BY_ONE_CLICK, MailChoices, MailKind, Pace
from scheduler.domain.people import Person, RoleName
from scheduler.services import announcements as news
from scheduler.services.access import Actor
from scheduler.services.onlookers import COORDINATOR, OFFICE
from scheduler.services.own_links import MAIL_DOOR, email_behind, email_of_ending
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity, OutboxRow

KIND_BY_PURPOSE: Mapping[str, MailKind] = MappingProxyType(
    {
        news.INVITATION: MailKind.INVITATION,
        news.CHANGE: MailKind.CHANGE,
        news.CANCELLATION: MailKind.CHANGE,
        news.TAKEN_OUT: MailKind.CHANGE,
        news.CONFIRMATION: MailKind.CONFIRMATION,
        news.CONFIRMATION_TEACHER: MailKind.CONFIRMATION,
        news.LAPSED: MailKind.CHANGE,
        news.NO_ANSWER_YET: MailKind.INVITATION,
        news.PROPOSED: MailKind.TASK,
        news.REMINDER: MailKind.REMINDER,
        news.ROSTER: MailKind.ROSTER,
        news.ASK_AVAILABILITY: MailKind.QUESTION,
        news.STILL_RIGHT: MailKind.QUESTION,
        news.FEEDBACK: MailKind.QUESTION,
        news.STILL_COMING: MailKind.QUESTION,
        **dict.fromkeys(
            (
                *(news.ANNOUNCEMENT, news.ARRANGED, news.HANDED_OVER, news.NEW_HOST),
                *(news.RENEW_CLEARANCE, news.JOIN_WAITING, news.LET_GO, news.APPROVED, news.THANKS),
            ),
            MailKind.DIGEST,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class MyMail:
    """Whose choices these are, and the choices.

    Only volunteers are invited by mail, and only coordinators decide.
    """

    name: str
    choices: MailChoices
    is_volunteer: bool
    is_coordinator: bool = False


def my_mail(store: Store, *, actor: Actor) -> MyMail:
    """Return the choices of who is signed in."""
    with store.read() as work:
        choices = _choices(work, actor.email)
        return MyMail(actor.name, choices, actor.is_volunteer, actor.is_coordinator)


def mail_behind(store: Store, token: str) -> MyMail:
    """Return the choices that a link from a mail opens; nothing is changed.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
    """
    with store.read() as work:
        person = _proven(work, token)
        decides = person.has_role(RoleName.COORDINATOR)
        is_volunteer = person.has_role(RoleName.VOLUNTEER)
        return MyMail(person.name, _choices(work, person.email), is_volunteer, decides)


def is_ended(store: Store, token: str, kind: MailKind) -> bool:
    """Tell whether the person whose mails a link ends gets none of that kind any more.

    Raises:
        Unknown: if the link is nobody's.
    """
    with store.read() as work:
        return _choices(work, _ending(work, token).email).pace(kind) is Pace.NEVER


def choose(
    store: Store,
    pace_by_kind: Mapping[MailKind, Pace],
    *,
    now: datetime,
    actor: Actor | None = None,
    token: str = "",
) -> MailChoices:
    """Keep what somebody chose, signed in or by the link from a mail; others stay as they were.

    Returns what was chosen before.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
        ValueError: if a kind of mail cannot come at that pace.
    """
    with store.write() as work:
        email = (actor or _proven(work, token)).email
        return _keep(work, email, pace_by_kind, now=now)


def end_by_one_click(store: Store, token: str, kind: MailKind, *, now: datetime) -> None:
    """End mails of that kind, as a mail program asks in its reader's name.

    A link that its person has ended still does: it ends mails and nothing else.

    Raises:
        Unknown: if the link is nobody's, or such mails cannot be ended by one click.

    Source: RFC 8058 section 3.2.
    """
    if kind not in ENDED_BY_ONE_CLICK:
        raise Unknown("kind of mail", str(kind))
    with store.write() as work:
        _keep(work, _ending(work, token).email, {kind: Pace.NEVER}, now=now)


def paces(work: Work, rows: Iterable[OutboxRow]) -> Mapping[str, Pace]:
    """Return by key how soon each of these mails is wanted; one query for any number."""
    rows = tuple(rows)
    chosen = work.mail_doors.choices({row.recipient for row in rows})
    return {row.key: _pace(row, chosen.get(row.recipient)) for row in rows}


def _pace(row: OutboxRow, choices: MailChoices | None) -> Pace:
    kind = KIND_BY_PURPOSE.get(row.purpose)
    if kind is None:
        return Pace.AT_ONCE
    choices = choices or MailChoices(row.recipient)
    pace = choices.pace(kind)
    is_onlookers = kind is MailKind.CHANGE and row.facts.get("role") in (OFFICE, COORDINATOR)
    if is_onlookers or (pace is Pace.DAILY and kind not in choices.pace_by_kind):
        # Who ended the day's mail meant no other kind by it: those come by themselves.
        return Pace.DAILY if choices.pace(MailKind.DIGEST) is Pace.DAILY else Pace.AT_ONCE
    return pace


def _keep(
    work: Work, email: str, pace_by_kind: Mapping[MailKind, Pace], *, now: datetime
) -> MailChoices:
    before = _choices(work, email)
    after = replace(before, pace_by_kind={**before.pace_by_kind, **pace_by_kind})
    if after != before:
        work.mail_doors.choose(after)
        work.activities.add((Activity(now, email, "chose mails", "mail"),))
    return before


def _choices(work: Work, email: str) -> MailChoices:
    return work.mail_doors.choices((email,)).get(email) or MailChoices(email)


def _proven(work: Work, token: str) -> Person:
    return _active(work, email_behind(work, MAIL_DOOR, token))


def _ending(work: Work, token: str) -> Person:
    return _active(work, email_of_ending(work, token))


def _active(work: Work, email: str) -> Person:
    person = work.people.get(email) if email else None
    if person is None or not person.is_active:
        raise Unknown("choice of mails", "behind this link")
    return person
