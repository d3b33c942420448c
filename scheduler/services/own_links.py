"""Addresses in mails that let a person do one thing without signing in, and what they open.

None acts when opened. Each is bound to its purpose, its person and their generation of links;
the store keeps hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scheduler.domain.errors import LinkEnded
from scheduler.domain.mail_choices import MailKind
from scheduler.services import announcements as news
from scheduler.services.ports import Work
from scheduler.services.records import OutboxRow
from scheduler.services.tokens import door_token, joining_token, token_hash

MAIL_DOOR, WEEK_DOOR = "mail", "week"
WITHOUT_CHOICES = news.TO_STRANGERS | {news.SIGN_IN}
ENDING_BY_PURPOSE: Mapping[str, MailKind] = {
    news.REMINDER: MailKind.REMINDER,
    news.ROSTER: MailKind.ROSTER,
    news.DIGEST: MailKind.DIGEST,
}


def own_links(row: OutboxRow, *, base_url: str, key: bytes, generation: int) -> dict[str, str]:
    """Return the addresses that belong to the recipient and not to a visit."""
    links = {"joinings": f"{base_url}/joining", "offers": f"{base_url}/other-times"}
    if row.purpose not in WITHOUT_CHOICES:
        secret = door_token(MAIL_DOOR, row.recipient, key=key, generation=generation)
        links["choices"] = f"{base_url}/m/{secret}"
    if row.purpose == news.STILL_RIGHT:
        secret = door_token(WEEK_DOOR, row.recipient, key=key, generation=generation)
        links["keep"] = f"{base_url}/keep/{secret}"
    if row.purpose == news.JOIN_CONFIRM:
        secret = joining_token(str(row.facts["joining"]), row.recipient, key=key)
        links["join"] = f"{base_url}/join/{secret}"
    return links


def ending_address(row: OutboxRow, *, base_url: str, key: bytes, generation: int) -> str:
    """Return where a mail program ends mails of this kind by one POST; empty where none may."""
    kind = ENDING_BY_PURPOSE.get(row.purpose)
    if kind is None:
        return ""
    secret = door_token(MAIL_DOOR, row.recipient, key=key, generation=generation)
    return f"{base_url}/m/{secret}/{kind}"


def doors_of(
    rows: Iterable[OutboxRow], *, key: bytes, generations: Mapping[str, int]
) -> Mapping[str, Mapping[str, str]]:
    """Return by purpose ``{token hash: address}`` of every link that these mails carry."""
    rows = tuple(rows)
    told = {row.recipient for row in rows if row.purpose not in WITHOUT_CHOICES}
    asked = {row.recipient for row in rows if row.purpose == news.STILL_RIGHT}

    def opened_by(purpose: str, email: str) -> str:
        generation = generations.get(email, 0)
        return token_hash(door_token(purpose, email, key=key, generation=generation))

    return {
        purpose: {opened_by(purpose, email): email for email in emails}
        for purpose, emails in ((MAIL_DOOR, told), (WEEK_DOOR, asked))
    }


def email_behind(work: Work, purpose: str, token: str) -> str:
    """Return whose link for one purpose it is, empty when it is nobody's.

    Raises:
        LinkEnded: if its person has ended it.
    """
    door = work.mail_doors.behind(purpose, token_hash(token))
    if door is not None and door.has_ended:
        raise LinkEnded(door.email)
    return door.email if door else ""
