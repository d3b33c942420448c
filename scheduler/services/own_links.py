"""Addresses in mails that let a person do one thing without signing in, and what they open.

None acts when opened. Each is bound to its purpose and its person; the store keeps hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scheduler.domain.mail_choices import MailKind
from scheduler.services import announcements as news
from scheduler.services.records import OutboxRow
from scheduler.services.tokens import door_token, joining_token, token_hash

MAIL_DOOR, WEEK_DOOR = "mail", "week"
WITHOUT_CHOICES = news.TO_STRANGERS | {news.SIGN_IN}
ENDING_BY_PURPOSE: Mapping[str, MailKind] = {
    news.REMINDER: MailKind.REMINDER,
    news.ROSTER: MailKind.ROSTER,
    news.DIGEST: MailKind.DIGEST,
}


def own_links(row: OutboxRow, *, base_url: str, key: bytes) -> dict[str, str]:
    """Return the addresses that belong to the recipient and not to a visit."""
    links = {"joinings": f"{base_url}/joining", "offers": f"{base_url}/other-times"}
    if row.purpose not in WITHOUT_CHOICES:
        links["choices"] = f"{base_url}/m/{door_token(MAIL_DOOR, row.recipient, key=key)}"
    if row.purpose == news.STILL_RIGHT:
        links["keep"] = f"{base_url}/keep/{door_token(WEEK_DOOR, row.recipient, key=key)}"
    if row.purpose == news.JOIN_CONFIRM:
        secret = joining_token(str(row.facts["joining"]), row.recipient, key=key)
        links["join"] = f"{base_url}/join/{secret}"
    return links


def ending_address(row: OutboxRow, *, base_url: str, key: bytes) -> str:
    """Return where a mail program ends mails of this kind by one POST; empty where none may."""
    kind = ENDING_BY_PURPOSE.get(row.purpose)
    if kind is None:
        return ""
    return f"{base_url}/m/{door_token(MAIL_DOOR, row.recipient, key=key)}/{kind}"


def doors_of(rows: Iterable[OutboxRow], *, key: bytes) -> Mapping[str, Mapping[str, str]]:
    """Return by purpose ``{token hash: address}`` of every link that these mails carry."""
    rows = tuple(rows)
    told = {row.recipient for row in rows if row.purpose not in WITHOUT_CHOICES}
    asked = {row.recipient for row in rows if row.purpose == news.STILL_RIGHT}
    return {
        purpose: {token_hash(door_token(purpose, email, key=key)): email for email in emails}
        for purpose, emails in ((MAIL_DOOR, told), (WEEK_DOOR, asked))
    }
