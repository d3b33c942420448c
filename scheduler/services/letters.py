"""Compose one mail of the outbox from the facts of this moment.

Links and tokens are made here, at sending, and are stored nowhere. Whether a mail is still
wanted is asked first: news that was overtaken is never sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from urllib.parse import quote

from scheduler.calendars import scheduling
from scheduler.calendars.texts import Audience
from scheduler.domain.periods import Period, minute_of
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import OPEN, Partstat, Visit, VisitState
from scheduler.domain.zones import local
from scheduler.mail.messages import CalendarPart, compose, message_id_of
from scheduler.mail.words import write_words
from scheduler.services import announcements as news
from scheduler.services.feed_records import CalendarMode
from scheduler.services.ports import Render
from scheduler.services.records import Mailbox, OutboxRow
from scheduler.services.sign_in import LINK_LASTS
from scheduler.services.tokens import answer_token

WITH_REQUEST = frozenset(
    {news.INVITATION, news.CONFIRMATION, news.CONFIRMATION_TEACHER, news.CHANGE}
)
WITH_CANCEL = frozenset({news.CANCELLATION, news.TAKEN_OUT})
WITH_FILE = WITH_REQUEST | {news.ANNOUNCEMENT}
# What first tells a person of a visit; from then on it reaches the calendar in one way.
FIXES_MODE = WITH_FILE | {news.REMINDER}
SIGN_IN_WANTED_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every mail needs of the settings.

    ``reply_address`` is empty where replies by mail are not read: no RSVP is asked then.
    """

    sender: Mailbox
    reply_address: str
    base_url: str
    secret_key: bytes
    render: Render

    @property
    def domain(self) -> str:
        """Return the domain that Message-IDs end in."""
        return self.sender.email.rpartition("@")[2] or "localhost"

    @property
    def organizer(self) -> Mailbox:
        """Return who the calendar entry says invites."""
        return Mailbox(self.sender.name, self.reply_address or self.sender.email)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a mail is for, and what they are to the visit."""

    name: str
    email: str
    role: str


def is_still_wanted(row: OutboxRow, sheets: tuple[VisitSheet, ...], *, now: datetime) -> bool:
    """Tell whether the news still holds for its recipient.

    A link to sign in is wanted for an hour; whoever still waits by then has asked again.
    """
    match row.purpose:
        case news.SIGN_IN:
            return now < row.created_at + SIGN_IN_WANTED_FOR
        case news.ASK_AVAILABILITY:
            return True
    return bool(still_told(row, sheets, now=now))


def still_told(
    row: OutboxRow, sheets: tuple[VisitSheet, ...], *, now: datetime
) -> tuple[VisitSheet, ...]:
    """Return those of the row's visits of which its news still holds."""
    return tuple(sheet for sheet in sheets if _holds(row, sheet.visit, now=now))


def letter(
    row: OutboxRow,
    sheets: tuple[VisitSheet, ...],
    *,
    reader: Reader,
    head: Letterhead,
    site_name: str,
    now: datetime,
    sign_in_token: str = "",
    mode: CalendarMode | None = CalendarMode.INVITATION,
) -> EmailMessage:
    """Return the message of one row; the same row gives the same Message-ID and Date.

    ``mode`` is how its visits reach the reader's calendar: only in that of invitations does
    a message for it travel along, in that of mail a link to a file.
    """
    is_invited = mode is CalendarMode.INVITATION
    calendar = _calendar_part(row, sheets, reader=reader, head=head) if is_invited else None
    links = links_for(row, sheets, role=reader.role, head=head, token=sign_in_token)
    if mode is CalendarMode.MAIL and row.purpose in WITH_FILE:
        links |= _file_link(sheets, links, role=reader.role, head=head)
    context = {
        "sheet": sheets[0] if sheets else None,
        "sheets": sheets,
        "reader": reader,
        "links": links,
        "site_name": site_name,
        "old": _old(row.facts),
        "reason": row.facts.get("reason", ""),
        "facts": facts_for(row, sheets, now=now, has_calendar=calendar is not None),
    }
    words = write_words(row.purpose, context, render=head.render)
    return compose(
        sender=(head.sender.name, head.sender.email),
        recipient=(reader.name, reader.email),
        reply_to=head.reply_address,
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=message_id_of(row.key, head.domain),
        date=row.created_at,
        calendar=calendar,
    )


def facts_for(
    row: OutboxRow, sheets: tuple[VisitSheet, ...], *, now: datetime, has_calendar: bool
) -> dict[str, object]:
    """Return what the words of a mail may speak of besides the visit itself."""
    facts: dict[str, object] = {
        "minutes": int(LINK_LASTS.total_seconds() // 60),
        "has_calendar": has_calendar,
        "by": row.facts.get("by", ""),
    }
    if sheets:
        visit = sheets[0].visit
        day = local(visit.period.start, visit.timezone).date()
        facts["days"] = (day - local(now, visit.timezone).date()).days
        speaker = sheets[0].speaker(str(row.facts.get("volunteer", "")))
        facts["speaker_name"] = speaker.name if speaker else ""
    return facts


def role_of(email: str, sheets: tuple[VisitSheet, ...]) -> str:
    """Return what a person is to these visits: volunteer, teacher or coordinator."""
    if any(sheet.speaker(email) for sheet in sheets):
        return "volunteer"
    return "teacher" if any(s.teacher_email == email for s in sheets) else "coordinator"


def links_for(
    row: OutboxRow, sheets: tuple[VisitSheet, ...], *, role: str, head: Letterhead, token: str
) -> dict[str, str]:
    """Return the addresses a mail may show its reader, none of which acts when opened."""
    links = {
        "feed": f"{head.base_url}/calendars",
        "home": f"{head.base_url}/",
        "availability": f"{head.base_url}/availability",
        "sign_in": f"{head.base_url}/login{_entry(row, token)}",
    }
    if not sheets:
        return links
    visit = sheets[0].visit
    links["page"] = f"{head.base_url}/requests/{visit.request}"
    if role == "volunteer":
        address = f"{head.base_url}/r/{answer_token(visit.uid, row.recipient, key=head.secret_key)}"
        links |= {
            "page": address,
            "answer": f"{address}?a=yes",
            "answer_no": f"{address}?a=no",
            "cant": f"{address}?a=no",
        }
    return links


def _file_link(
    sheets: tuple[VisitSheet, ...], links: Mapping[str, str], *, role: str, head: Letterhead
) -> dict[str, str]:
    if not sheets or role == "coordinator":
        return {}
    if role == "volunteer":
        return {"file": f"{links['page']}/visit.ics"}
    return {"file": f"{head.base_url}/visits/{sheets[0].visit.uid}.ics"}


def _entry(row: OutboxRow, token: str) -> str:
    following = str(row.facts.get("following", ""))
    query = f"?next={quote(following, safe='/')}" if following else ""
    return f"/{token}{query}" if token else query


def _holds(row: OutboxRow, visit: Visit, *, now: datetime) -> bool:
    comes = row.recipient in visit.volunteers
    has_left = not comes and any(b.volunteer_email == row.recipient for b in visit.bookings)
    match row.purpose:
        case news.INVITATION:
            asked = comes and visit.booking_of(row.recipient).partstat is Partstat.NEEDS_ACTION
            return asked and visit.state in OPEN and now < visit.period.start
        case news.CONFIRMATION:
            return comes and visit.state is VisitState.CONFIRMED
        case news.CONFIRMATION_TEACHER:
            return visit.state is VisitState.CONFIRMED
        case news.REMINDER:
            is_at_that_time = row.revision == minute_of(visit.period.start)
            is_certain = visit.state is VisitState.CONFIRMED and not has_left
            return is_certain and is_at_that_time and now < visit.period.start
        case news.ANNOUNCEMENT | news.CHANGE:
            return visit.state in OPEN and not has_left
        case news.CANCELLATION:
            return visit.state is VisitState.CANCELLED
        case news.TAKEN_OUT:
            return has_left
    return True


def _old(facts: Mapping[str, object]) -> Mapping[str, object] | None:
    if "old_start" not in facts:
        return None
    start, end = (datetime.fromisoformat(str(facts[key])) for key in ("old_start", "old_end"))
    return {"period": Period(start, end), "room": facts["old_room"]}


def _calendar_part(
    row: OutboxRow, sheets: tuple[VisitSheet, ...], *, reader: Reader, head: Letterhead
) -> CalendarPart | None:
    """One visit travels as an invitation; a series is followed in the feed instead."""
    if not sheets or sheets[0].sessions > 1 or reader.role == "coordinator":
        return None
    organizer = scheduling.Organizer(head.organizer.name, head.organizer.email)
    attendee = scheduling.Attendee(reader.name, reader.email, _partstat(sheets[0], reader.email))
    audience = Audience(reader.role)
    if row.purpose in WITH_REQUEST:
        octets = scheduling.request(
            sheets[0],
            attendee=attendee,
            organizer=organizer,
            asks_reply=bool(head.reply_address),
            dtstamp=row.created_at,
            audience=audience,
        )
        return CalendarPart("REQUEST", octets)
    if row.purpose in WITH_CANCEL:
        octets = scheduling.cancel(
            sheets[0],
            attendee=attendee,
            organizer=organizer,
            dtstamp=row.created_at,
            whole_visit=sheets[0].visit.state is VisitState.CANCELLED,
            audience=audience,
        )
        return CalendarPart("CANCEL", octets)
    return None


def _partstat(sheet: VisitSheet, email: str) -> Partstat:
    speaker = sheet.speaker(email)
    return speaker.partstat if speaker else Partstat.ACCEPTED
