"""By which one way a visit gets into somebody's calendar: feed, invitation, or a file to fetch.

Two ways at once would show every visit twice. People may choose; where they leave it to us,
whoever's program fetches their feed has visits there already, and all others are sent
invitations. What a person first heard of a visit decides for its life: what came as an
invitation is kept true by invitations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.domain.visit_sheets import VisitSheet
from scheduler.services.access import Actor
from scheduler.services.calendar_clients import BROWSER
from scheduler.services.feed_records import CalendarMode, Fetches
from scheduler.services.ports import Store, Work
from scheduler.services.records import FeedKind

FETCHES_NEEDED = 3
DAYS_NEEDED = 2
FETCHED_WITHIN = timedelta(days=7)
VISIT_KINDS = (FeedKind.VOLUNTEER, FeedKind.TEACHER)
Pair = tuple[str, str]


class Why(StrEnum):
    """Why a person's visits come the way they do."""

    CHOSEN = "chosen"
    FETCHED = "fetched"
    NOT_FETCHED = "not_fetched"


@dataclass(frozen=True, slots=True)
class MyMode:
    """How new visits reach a person's calendar, and why; ``fetches`` are what it rests on."""

    mode: CalendarMode
    why: Why
    choice: CalendarMode | None = None
    fetches: Fetches | None = None


def my_mode(store: Store, *, actor: Actor, now: datetime) -> MyMode:
    """Return how the actor's next visits will reach their calendar."""
    with store.read() as work:
        choice = work.calendar_modes.choices((actor.email,)).get(actor.email)
        used = _used(work, (actor.email,), now=now).get(actor.email)
    if choice is not None:
        return MyMode(choice, Why.CHOSEN, choice, used)
    if used is not None:
        return MyMode(CalendarMode.FEED, Why.FETCHED, fetches=used)
    return MyMode(CalendarMode.INVITATION, Why.NOT_FETCHED)


def choose(store: Store, mode: CalendarMode | None, *, actor: Actor) -> None:
    """Keep the actor's choice for visits they have not heard of yet; None leaves it to us."""
    with store.write() as work:
        work.calendar_modes.choose(actor.email, mode)


def fix_modes(
    store: Store,
    sheet_by_pair: Mapping[Pair, VisitSheet],
    *,
    now: datetime,
    also: Iterable[str] = (),
) -> Mapping[Pair, CalendarMode]:
    """Return how each visit reaches each person, by UID and address, fixing what is new.

    What is fixed of the visits in ``also`` is returned, too. A visit of a series never comes
    as an invitation: one mail tells of all its dates.
    """
    uids = {uid for uid, _ in sheet_by_pair} | set(also)
    if not uids:
        return {}
    with store.read() as work:
        fixed = dict(work.calendar_modes.fixed(uids))
    if sheet_by_pair.keys() <= fixed.keys():
        return fixed
    with store.write() as work:
        fixed = dict(work.calendar_modes.fixed(uids))
        fresh = {pair: sheet for pair, sheet in sheet_by_pair.items() if pair not in fixed}
        modes = _modes(work, {email for _, email in fresh}, now=now)
        decided = {
            (uid, email): _for_sheet(modes[email], sheet) for (uid, email), sheet in fresh.items()
        }
        work.calendar_modes.fix(decided, at=now)
    return fixed | decided


def uses_feed(fetches: Fetches, *, now: datetime) -> bool:
    """Tell whether a program's fetches show that a person's calendar follows the feed.

    At least three, over two days, the last within seven; a browser follows nothing.
    """
    days = (fetches.last_at.date() - fetches.first_at.date()).days + 1
    return (
        fetches.client != BROWSER
        and fetches.times >= FETCHES_NEEDED
        and days >= DAYS_NEEDED
        and now - fetches.last_at <= FETCHED_WITHIN
    )


def _modes(work: Work, emails: Iterable[str], *, now: datetime) -> dict[str, CalendarMode]:
    wanted = tuple(emails)
    modes = dict(work.calendar_modes.choices(wanted))
    undecided = [email for email in wanted if email not in modes]
    used = _used(work, undecided, now=now)
    for email in undecided:
        modes[email] = CalendarMode.FEED if email in used else CalendarMode.INVITATION
    return modes


def _used(work: Work, emails: Iterable[str], *, now: datetime) -> Mapping[str, Fetches]:
    held = work.feeds.of_holders(emails)
    holder_by_key = {feed.key: feed.holder for feed in held if feed.kind in VISIT_KINDS}
    used: dict[str, Fetches] = {}
    for key, fetches in work.feeds.fetches(held).items():
        for each in fetches if key in holder_by_key else ():
            if uses_feed(each, now=now):
                used.setdefault(holder_by_key[key], each)
    return used


def _for_sheet(mode: CalendarMode, sheet: VisitSheet) -> CalendarMode:
    is_series = sheet.sessions > 1
    return CalendarMode.MAIL if is_series and mode is CalendarMode.INVITATION else mode
