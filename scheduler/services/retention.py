"""Forget what nobody needs any more: old mail, links that were used or ran out, old sessions.

Visits and what was said of them stay: they are the district's memory. Mail that still waits is
never forgotten, however old.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.services.ports import Work

MAIL_KEPT = timedelta(days=400)
LINKS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many mails, one-time links and sessions are gone."""

    mails: int = 0
    links: int = 0
    sessions: int = 0


def forget_old(work: Work, *, now: datetime) -> Forgotten:
    """Forget mail that was settled over a year ago, and links and sessions that ended."""
    return Forgotten(
        mails=work.outbox.forget(before=now - MAIL_KEPT),
        links=work.sign_ins.forget_links(before=now - LINKS_KEPT),
        sessions=work.sign_ins.forget_sessions(before=now),
    )
