"""Invitations without an answer: asked once more, and let go if nothing comes of that either.

Days count from when the mail was sent, so that nobody is given up for a mail server's night. For
a near visit both waits are shorter: somebody else needs days to be found in.
Whoever offered other times has answered. A visit that is certain is never let go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.domain.mail_rules import MailRules
from scheduler.domain.other_times import OfferState, is_unanswered
from scheduler.domain.visits import Partstat, Visit, VisitState
from scheduler.domain.zones import local
from scheduler.services import announcements as news
from scheduler.services.announcements import announce
from scheduler.services.picture import load_district
from scheduler.services.ports import Work
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.visits import let_go

# So many days before a visit somebody else is looked for.
DAYS_TO_FIND = 4
ASKS = frozenset({news.INVITATION, news.CHANGE, news.TIME_KEPT})


@dataclass(frozen=True, slots=True)
class Broken:
    """How many people were asked once more, and how many visits wait for somebody no longer."""

    asked: int = 0
    let_go: int = 0


@dataclass(frozen=True, slots=True)
class _Silent:
    """Somebody's unanswered visits of one request, asked on that day and again on the other."""

    email: str
    visits: tuple[Visit, ...]
    asked_on: date
    asked_again_on: date | None

    @property
    def first_day(self) -> date:
        """Return the day of the first of these visits, by its school's clock."""
        return min(local(visit.period.start, visit.timezone).date() for visit in self.visits)


def break_silence(work: Work, *, now: datetime) -> Broken:
    """Ask again whoever has been silent for long, and let go of who stayed so; once a day."""
    zone = load_district(work).timezone
    rules, today = work.mail_doors.rules(), local(now, zone).date()
    asked: list[OutboxRow] = []
    gone = 0
    for silent in _silent(work, zone=zone, now=now):
        if silent.asked_again_on is None:
            patience = days_of_patience(rules, silent.first_day, since=silent.asked_on)
            if (today - silent.asked_on).days >= patience:
                asked += _asked_again(silent, rules, at=now)
        elif rules.let_go_days:
            kept = days_kept(rules, silent.first_day, since=silent.asked_again_on)
            if (today - silent.asked_again_on).days > kept:
                uids = (visit.uid for visit in silent.visits)
                gone += let_go(work, uids, email=silent.email, now=now)
    return Broken(work.outbox.add(asked), gone)


def days_of_patience(rules: MailRules, first_day: date, *, since: date) -> int:
    """Return after how many days somebody is asked again: as decided, or half of what is left."""
    return max(1, min(rules.ask_again_days, (first_day - since).days // 2))


def days_kept(rules: MailRules, first_day: date, *, since: date) -> int:
    """Return how many days the place is kept after the second question.

    As many as decided, as long as somebody else can be found; a day at least, but for a visit
    that is two days away or less.
    """
    left = (first_day - since).days
    return max(int(left > 2), min(rules.let_go_days, left - DAYS_TO_FIND))


def _asked_again(silent: _Silent, rules: MailRules, *, at: datetime) -> tuple[OutboxRow, ...]:
    kept = {}
    if rules.let_go_days:
        since = local(at, silent.visits[0].timezone).date()
        kept = {"kept_days": days_kept(rules, silent.first_day, since=since)}
    return announce(
        silent.visits,
        purpose=news.NO_ANSWER_YET,
        recipients=(silent.email,),
        at=at,
        revision=silent.asked_on.toordinal(),
        facts=kept,
    )


def _silent(work: Work, *, zone: str, now: datetime) -> Iterator[_Silent]:
    """Everybody who was sent an invitation that waits for an answer; four queries."""
    open_visits = work.visits.in_states((VisitState.INVITED,), since=now)
    waiting = _waiting(open_visits, now=now)
    offered = _offered(work, open_visits)
    siblings = work.visits.of_requests({visit.request for visit in open_visits})
    rows_by_pair = _told(work.outbox.of_subjects(visit.uid for visit in siblings))
    for (_, email), visits in waiting.items():
        by_days: dict[tuple[date, date | None], list[Visit]] = {}
        for visit in visits:
            rows = rows_by_pair.get((visit.uid, email), ())
            asked_at = _latest(r for r in rows if r.purpose in ASKS)
            if asked_at is None or (visit.uid, email) in offered:
                continue
            again = _latest(r for r in rows if r.purpose == news.NO_ANSWER_YET)
            again_on = _day(again, zone) if again and again > asked_at else None
            by_days.setdefault((_day(asked_at, zone), again_on), []).append(visit)
        for (asked_on, again_on), theirs in by_days.items():
            yield _Silent(email, tuple(theirs), asked_on, again_on)


def _waiting(
    visits: Iterable[Visit], *, now: datetime
) -> Mapping[tuple[str, str], tuple[Visit, ...]]:
    """Return by request and person the coming visits that wait for this person's answer."""
    found: dict[tuple[str, str], list[Visit]] = {}
    for visit in visits:
        for booking in visit.present_bookings:
            if booking.partstat is Partstat.NEEDS_ACTION and now < visit.period.start:
                found.setdefault((visit.request, booking.volunteer_email), []).append(visit)
    return {pair: tuple(theirs) for pair, theirs in found.items()}


def _offered(work: Work, visits: Iterable[Visit]) -> frozenset[tuple[str, str]]:
    visit_by_uid = {visit.uid: visit for visit in visits}
    return frozenset(
        (offer.visit, offer.email)
        for offer in work.time_offers.in_state(OfferState.WAITING)
        if offer.visit in visit_by_uid and is_unanswered(offer, visit_by_uid[offer.visit])
    )


def _told(rows: Iterable[OutboxRow]) -> Mapping[tuple[str, str], tuple[OutboxRow, ...]]:
    """Return by visit and recipient every mail that asked for an answer and was sent."""
    found: dict[tuple[str, str], list[OutboxRow]] = {}
    for row in rows:
        if row.state is OutboxState.SENT and row.purpose in ASKS | {news.NO_ANSWER_YET}:
            for uid in row.visits:
                found.setdefault((uid, row.recipient), []).append(row)
    return {pair: tuple(theirs) for pair, theirs in found.items()}


def _latest(rows: Iterable[OutboxRow]) -> datetime | None:
    return max((row.sent_at for row in rows if row.sent_at), default=None)


def _day(moment: datetime, zone: str) -> date:
    return local(moment, zone).date()
