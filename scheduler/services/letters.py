"""Compose one mail of the outbox from the facts of this moment.

Links and tokens are made here, at sending, and are stored nowhere. Whether a mail is still
wanted is for ``still_true`` to say, and asked first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from scheduler.calendars import scheduling
from scheduler.calendars.texts import Audience
from scheduler.domain.periods import Period
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.domain.zones import local
from scheduler.mail.messages import CalendarPart, Mail, compose, message_id_of
from scheduler.mail.pauses import Steps
from scheduler.mail.words import write_words
from scheduler.services import announcements as news
from scheduler.services.feed_records import CalendarMode
from scheduler.services.own_links import ending_address, own_links
from scheduler.services.ports import Render
from scheduler.services.records import Mailbox, OutboxRow
from scheduler.services.sign_in import LINK_LASTS
from scheduler.services.tokens import answer_token, feedback_token, stand_in_token

WITH_REQUEST = frozenset(
    {
        *(news.INVITATION, news.CONFIRMATION, news.CONFIRMATION_TEACHER, news.CHANGE),
        news.STAND_IN_FOUND,
    }
)
WITH_CANCEL = frozenset({news.CANCELLATION, news.TAKEN_OUT, news.LAPSED})
WITH_FILE = WITH_REQUEST | {news.ANNOUNCEMENT, news.OTHER_TIME}
WITH_PLAN = frozenset({news.CONFIRMATION, news.REMINDER, news.CHANGE})
# What first tells a person of a visit; from then on it reaches the calendar in one way.
FIXES_MODE = WITH_FILE | {news.REMINDER}
# Whoever has no visit yet, or is on the way in, is offered no calendar of visits.
WITHOUT_FEED = news.TO_STRANGERS | {news.SIGN_IN, news.JOIN_ACCEPTED, news.ASK_AVAILABILITY}
# Whose own visits a calendar of theirs shows.
WITH_VISITS = frozenset({"volunteer", "teacher"})
# Where mails lead that tell of no visit, by facts of their own.
PAGES = {
    news.MESSAGE: "/requests/{request}/messages",
    news.ARRANGED: "{page}",
    news.HAND_OVER: "/classes/offers/{offer}",
    news.HANDED_OVER: "/classes",
    news.RENEW_CLEARANCE: "/profile",
    news.ADDRESS_CHANGED: "/login",
    news.APPROVED: "/calendar?on={on}",
    news.PROPOSED: "/proposals",
}
# Facts of people's own making, told as they were when the mail was written.
TOLD_AS_WRITTEN = (
    *("author", "words", "title", "class_name", "school_name"),
    *("accepted", "host", "former_host", "starts", "waiting", "changed"),
    *("clearance", "last_day", "has_ended", "new_address", "headlines", "plan_b"),
    *("weeks", "schools", "monday", "offset", "is_sought", "is_over", "is_own", "is_open_again"),
    *("clear", "nobody", "first_day"),
)


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
    """Whom a mail is for, what they are to the visit, and the tag they are spoken to in.

    ``link_generation`` is that of the links in their mails.
    """

    name: str
    email: str
    role: str
    locale: str = ""
    link_generation: int = 0


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
) -> Steps[Mail]:
    """Write the message of one row; the same row gives the same Message-ID and Date.

    ``mode`` is how its visits reach the reader's calendar: only in that of invitations does
    a message for it travel along, in that of mail a link to a file.
    """
    is_invited = mode is CalendarMode.INVITATION
    calendar = _calendar_part(row, sheets, reader=reader, head=head) if is_invited else None
    context = context_of(
        row,
        sheets,
        reader=reader,
        head=head,
        site_name=site_name,
        now=now,
        sign_in_token=sign_in_token,
        has_calendar=calendar is not None,
        has_file=mode is CalendarMode.MAIL and row.purpose in WITH_FILE,
    )
    words = yield from write_words(row.purpose, context, render=head.render)
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
        list_unsubscribe=ending_address(row, base_url=head.base_url, key=head.secret_key),
    )


def context_of(
    row: OutboxRow,
    sheets: tuple[VisitSheet, ...],
    *,
    reader: Reader,
    head: Letterhead,
    site_name: str,
    now: datetime,
    sign_in_token: str = "",
    has_calendar: bool = False,
    has_file: bool = False,
) -> dict[str, object]:
    """Return all that the words of a row's mail may speak of."""
    links = links_for(row, sheets, reader=reader, head=head, token=sign_in_token)
    if has_file:
        links |= _file_link(sheets, links, role=reader.role, head=head)
    return {
        "sheet": sheets[0] if sheets else None,
        "sheets": sheets,
        "reader": reader,
        "locale": reader.locale,
        "links": links,
        "site_name": site_name,
        "old": _old(row.facts),
        "reason": row.facts.get("reason", ""),
        "facts": facts_for(row, sheets, now=now, has_calendar=has_calendar),
    }


def facts_for(
    row: OutboxRow, sheets: tuple[VisitSheet, ...], *, now: datetime, has_calendar: bool
) -> dict[str, object]:
    """Return what the words of a mail may speak of besides the visit itself."""
    facts: dict[str, object] = {
        "minutes": int(LINK_LASTS.total_seconds() // 60),
        "has_calendar": has_calendar,
        "by": row.facts.get("by", ""),
        **{name: row.facts[name] for name in TOLD_AS_WRITTEN if name in row.facts},
    }
    if sheets:
        visit = sheets[0].visit
        day = local(visit.period.start, visit.timezone).date()
        facts["days"] = (day - local(now, visit.timezone).date()).days
        if "kept_days" in row.facts:
            kept = timedelta(days=int(str(row.facts["kept_days"])))
            facts["kept_until"] = local(now, visit.timezone).date() + kept
        who = str(row.facts.get("volunteer", ""))
        speaker = sheets[0].speaker(who)
        facts["speaker_name"] = speaker.name if speaker else ""
        facts["has_lapsed"] = sheets[0].has_lapsed(who)
    return facts


def role_of(email: str, sheets: tuple[VisitSheet, ...]) -> str:
    """Return what a person is to these visits: volunteer, teacher or coordinator."""
    if any(sheet.speaker(email) for sheet in sheets):
        return "volunteer"
    return "teacher" if any(s.teacher_email == email for s in sheets) else "coordinator"


def links_for(
    row: OutboxRow, sheets: tuple[VisitSheet, ...], *, reader: Reader, head: Letterhead, token: str
) -> dict[str, str]:
    """Return the addresses a mail may show its reader, none of which acts when opened."""
    role, key, generation = reader.role, head.secret_key, reader.link_generation
    links = {
        "feed": f"{head.base_url}/calendars",
        "home": f"{head.base_url}/",
        "availability": f"{head.base_url}/availability",
        "sign_in": f"{head.base_url}/login{_entry(row, token)}",
        **own_links(row, base_url=head.base_url, key=key, generation=generation),
    }
    if row.purpose in WITHOUT_FEED or role not in WITH_VISITS:
        del links["feed"]
    if row.purpose in PAGES:
        links["page"] = head.base_url + PAGES[row.purpose].format(**row.facts)
    if not sheets:
        return links
    visit = sheets[0].visit
    if row.purpose == news.FEEDBACK:
        secret = feedback_token(visit.uid, row.recipient, key=key, generation=generation)
        links["feedback"] = f"{head.base_url}/f/{secret}"
    links["page"] = f"{head.base_url}/requests/{visit.request}"
    if role == "volunteer":
        links |= _ways_to_answer(row, visit, head=head, generation=generation)
    if row.purpose == news.STAND_IN_ASK:
        search = str(row.facts["search"])
        secret = stand_in_token(search, row.recipient, key=key, generation=generation)
        links["page"] = links["answer"] = f"{head.base_url}/s/{secret}"
    elif row.facts.get("is_sought") and role == "coordinator":
        links["page"] = f"{head.base_url}/visits/{visit.uid}"
    elif row.purpose == news.ROSTER:
        links["page"] = f"{head.base_url}/calendar?on={row.facts['monday']}"
    elif role == "office":
        day = local(visit.period.start, visit.timezone).date()
        links["page"] = f"{head.base_url}/day?day={day}"
    return links


def _ways_to_answer(
    row: OutboxRow, visit: Visit, *, head: Letterhead, generation: int
) -> dict[str, str]:
    """A later version is named, so that the page can tell what changed since the mail."""
    secret = answer_token(visit.uid, row.recipient, key=head.secret_key, generation=generation)
    address, plan = f"{head.base_url}/r/{secret}", f"{head.base_url}/v/{secret}"
    seen = f"s={visit.sequence}" if visit.sequence else ""
    alone, more = (f"?{seen}", f"&{seen}") if seen else ("", "")
    return {
        "page": (plan if row.purpose in WITH_PLAN else address) + alone,
        "answer": f"{address}?a=yes{more}",
        "answer_no": f"{address}?a=no{more}",
        "cant": f"{plan}/cant",
    }


def _file_link(
    sheets: tuple[VisitSheet, ...], links: Mapping[str, str], *, role: str, head: Letterhead
) -> dict[str, str]:
    if not sheets or role not in ("volunteer", "teacher"):
        return {}
    if role == "volunteer":
        return {"file": f"{links['answer'].partition('?')[0]}/visit.ics"}
    return {"file": f"{head.base_url}/visits/{sheets[0].visit.uid}.ics"}


def _entry(row: OutboxRow, token: str) -> str:
    following = str(row.facts.get("following", ""))
    query = f"?next={quote(following, safe='/')}" if following else ""
    return f"/{token}{query}" if token else query


def _old(facts: Mapping[str, object]) -> Mapping[str, object] | None:
    if "old_start" not in facts:
        return None
    start, end = (datetime.fromisoformat(str(facts[key])) for key in ("old_start", "old_end"))
    return {"period": Period(start, end), "room": facts["old_room"]}


def _calendar_part(
    row: OutboxRow, sheets: tuple[VisitSheet, ...], *, reader: Reader, head: Letterhead
) -> CalendarPart | None:
    """One visit travels as an invitation; a series is followed in the feed instead."""
    if not sheets or sheets[0].sessions > 1 or reader.role not in ("volunteer", "teacher"):
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
