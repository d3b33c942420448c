"""The day's mail: everything a person is told that day, in one mail, a sentence and a link each.

Every piece of news keeps the words of its own mail's subject; a week's list is told in full.
What a visit is about that comes soonest stands first, and in the subject. One piece alone is no
digest: it goes out as the mail it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.visit_sheets import VisitSheet
from scheduler.mail.messages import Mail
from scheduler.mail.pauses import Steps
from scheduler.mail.words import LINKS_BY_MESSAGE
from scheduler.services.announcements import DIGEST, ROSTER
from scheduler.services.letters import Letterhead, Reader, context_of, letter
from scheduler.services.records import OutboxRow

IN_FULL = {ROSTER: "mail/_roster_lines.txt"}


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news in a digest: what its mail would have been made from."""

    row: OutboxRow
    sheets: tuple[VisitSheet, ...]
    reader: Reader


@dataclass(frozen=True, slots=True)
class Headline:
    """What a reader sees of one piece of news; ``href`` leads on, and does nothing by itself."""

    words: str
    href: str
    lines: tuple[str, ...] = ()


def bundle_of(rows: Iterable[OutboxRow]) -> str:
    """Return the name that these mails travel under together, as often as they are sent."""
    return f"{DIGEST}/{min(row.key for row in rows)}"


def digest(
    news: tuple[News, ...], *, head: Letterhead, site_name: str, now: datetime
) -> Steps[Mail]:
    """Write one mail with all that news; its Message-ID comes from the name of its bundle."""
    first = news[0]
    newest = max(each.row.created_at for each in news)
    headlines = (_headline(each, head=head, now=now) for each in sorted(news, key=_nearness(now)))
    row = OutboxRow(
        key=first.row.bundle,
        subject=DIGEST,
        purpose=DIGEST,
        recipient=first.row.recipient,
        created_at=newest,
        due_at=newest,
        facts={"headlines": tuple(headlines)},
    )
    return letter(row, (), reader=first.reader, head=head, site_name=site_name, now=now)


def _nearness(now: datetime) -> Callable[[News], tuple[bool, datetime]]:
    def of(news: News) -> tuple[bool, datetime]:
        starts = (sheet.visit.period.start for sheet in news.sheets)
        coming = min((start for start in starts if now < start), default=None)
        return coming is None, coming or now

    return of


def _headline(news: News, *, head: Letterhead, now: datetime) -> Headline:
    purpose = news.row.purpose
    context = context_of(
        news.row, news.sheets, reader=news.reader, head=head, site_name="", now=now
    )
    words = head.render(f"mail/{purpose}/subject.txt", context)
    links = context["links"]
    assert isinstance(links, dict)
    names = (*LINKS_BY_MESSAGE[purpose], "page", "home")
    href = next(links[name] for name in names if name in links)
    lines = head.render(IN_FULL[purpose], context).splitlines() if purpose in IN_FULL else ()
    return Headline(" ".join(words.split()), href, tuple(filter(None, lines)))
