"""Addresses in mails that let a person do one thing without signing in, and what they open.

None acts when opened. Each is bound to its purpose and its person, and to their generation of
links, but for the one by which a mail program ends mails: that does nobody harm, and must work
however old the mail is. The store keeps hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scheduler.domain.errors import LinkEnded
from scheduler.domain.mail_choices import MailKind
from scheduler.services import announcements as news
from scheduler.services.ports import Work
from scheduler.services.records import OutboxRow
from scheduler.services.tokens import door_token, joining_token, token_hash

MAIL_DOOR, WEEK_DOOR, ENDING_DOOR = "mail", "week", "ending"
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


def ending_address(row: OutboxRow, *, base_url: str, key: bytes) -> str:
    """Return where a mail program ends mails of this kind by one POST; empty where none may."""
    kind = ENDING_BY_PURPOSE.get(row.purpose)
    if kind is None:
        return ""
    return f"{base_url}/m/{door_token(ENDING_DOOR, row.recipient, key=key)}/{kind}"


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

    doors = {
        purpose: {opened_by(purpose, email): email for email in emails}
        for purpose, emails in ((MAIL_DOOR, told), (WEEK_DOOR, asked))
    }
    # Whatever can wait may yet travel in a day's mail, which can be ended.
    ending = {token_hash(door_token(ENDING_DOOR, email, key=key)): email for email in told}
    return {**doors, ENDING_DOOR: ending}


def email_behind(work: Work, purpose: str, token: str) -> str:
    """Return whose link for one purpose it is, empty when it is nobody's.

    Raises:
        LinkEnded: if its person has ended it.
    """
    door = work.mail_doors.behind(purpose, token_hash(token))
    if door is not None and door.has_ended:
        raise LinkEnded(door.email)
    return door.email if door else ""


def email_of_ending(work: Work, token: str) -> str:
    """Return whose mails a link ends, also after others were ended; empty when it is nobody's."""
    door = work.mail_doors.behind(ENDING_DOOR, token_hash(token))
    return door.email if door else ""
