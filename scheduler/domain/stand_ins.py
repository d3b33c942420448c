"""A search for somebody who steps in: who is asked when, and when we stop asking.

People are asked in waves, the nearer the visit the shorter each. A wave that runs out only means
that others are asked as well: as long as the place is free, the first yes has it. With a day
left the teacher gets a plan B, and short before the visit we give up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.visits import OPEN, Partstat, Visit, VisitState

LATE_WITHIN = timedelta(days=7)
SHORTEST_WAVE, LONGEST_WAVE = timedelta(minutes=30), timedelta(hours=24)
WAVES_LEFT = 6
PLAN_B_BEFORE = timedelta(hours=24)
GIVE_UP_BEFORE = timedelta(hours=2)
ASKED_AT_A_TIME = 3
MOST_AT_A_TIME = 10
LONGEST_PLAN_B = 1000
NEVER = datetime.min.replace(tzinfo=UTC)


class SearchState(StrEnum):
    """Where a search stands; ``OVERTAKEN`` is one that the visit no longer needs.

    After ``STOPPED`` nobody is asked: a coordinator looks for somebody, and has as long.
    """

    LOOKING = "looking"
    FOUND = "found"
    NOBODY = "nobody"
    STOPPED = "stopped"
    OVERTAKEN = "overtaken"


class AskAnswer(StrEnum):
    """What somebody who was asked has said."""

    WAITING = "waiting"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a district decided: how many are asked at a time, and what a teacher does without."""

    at_a_time: int = ASKED_AT_A_TIME
    plan_b: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ValueError: if nobody or too many would be asked, or the plan is too long.
        """
        if not 1 <= self.at_a_time <= MOST_AT_A_TIME or len(self.plan_b) > LONGEST_PLAN_B:
            raise ValueError("These rules for stand-ins cannot be.")


@dataclass(frozen=True, slots=True)
class StandInSearch:
    """The search for one visit; ``key`` is the visit's UID and the number of the search.

    ``dropped`` is who cannot come, ``next_at`` when the next wave is due, ``ended_by`` who
    stopped it or stepped in.
    """

    key: str
    visit: str
    dropped: str
    opened_at: datetime
    next_at: datetime
    state: SearchState = SearchState.LOOKING
    wave: int = 0
    plan_b_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    @property
    def is_on(self) -> bool:
        """Tell whether we still ask people."""
        return self.state is SearchState.LOOKING

    @property
    def is_undecided(self) -> bool:
        """Tell whether somebody is still looked for, by us or by a coordinator."""
        return self.is_on or self.state is SearchState.STOPPED


@dataclass(frozen=True, slots=True)
class StandInAsk:
    """One person asked in one search; the next wave is asked once ``expires_at`` has passed."""

    search: str
    email: str
    wave: int
    asked_at: datetime
    expires_at: datetime
    answer: AskAnswer = AskAnswer.WAITING
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fitting:
    """Somebody who could step in, with what the engine's wishes make of it."""

    email: str
    points: int


def needs_stand_in(visit: Visit, email: str, *, at: datetime) -> bool:
    """Tell whether that person's no to this visit calls for a stand-in.

    It does once they had said yes, and for any no within ``LATE_WITHIN`` of the start; an
    early no sends the request back to the next search for proposals.
    """
    had_said_yes = visit.booking_of(email).partstat is Partstat.ACCEPTED
    is_late = visit.period.start - at < LATE_WITHIN
    return visit.state in OPEN and at < visit.period.start and (had_said_yes or is_late)


def keep_open(visit: Visit, *, at: datetime) -> Visit:
    """Keep a visit that nobody is left for: the teacher's calendar goes on with it."""
    if visit.present_bookings or visit.state is VisitState.INVITED:
        return visit
    raised = visit.sequence + 1
    return replace(visit, state=VisitState.INVITED, sequence=raised, revised_at=at)


def open_search(visit: Visit, email: str, *, number: int, at: datetime) -> StandInSearch:
    """Return a new search, whose first wave is due at once."""
    return StandInSearch(
        key=f"{visit.uid}:{number}", visit=visit.uid, dropped=email, opened_at=at, next_at=at
    )


def wave_lasts(start: datetime, *, at: datetime) -> timedelta:
    """Return how long one wave has to answer: a sixth of what is left, within bounds."""
    return max(SHORTEST_WAVE, min(LONGEST_WAVE, (start - at) / WAVES_LEFT))


def plan_b_due(
    search: StandInSearch, start: datetime, *, eve: datetime, reached_at: datetime
) -> datetime:
    """Return when the teacher gets the plan B: a day before, but never before one wave had time.

    ``eve`` is the last moment at which a school looks for mail before the visit, ``reached_at``
    the first at which somebody can have read of the search.
    """
    first_wave = reached_at + wave_lasts(start, at=reached_at)
    return min(max(min(start - PLAN_B_BEFORE, eve), first_wave), gives_up_at(search, start))


def gives_up_at(search: StandInSearch, start: datetime) -> datetime:
    """Return when nobody is looked for any more."""
    return start - min(GIVE_UP_BEFORE, (start - search.opened_at) / 2)


def next_wave(
    fitting: Iterable[Fitting],
    *,
    asked: Iterable[str],
    last_asked_by_email: Mapping[str, datetime],
    at_a_time: int,
) -> tuple[str, ...]:
    """Return whom to ask next: whoever was not asked for longest, among equals the best first.

    So nobody is rung up for every drop-out, and whoever was never asked has their turn.
    """
    done = frozenset(asked)
    left = sorted(
        (each for each in fitting if each.email not in done),
        key=lambda each: (
            last_asked_by_email.get(each.email, NEVER),
            -each.points,
            each.email,
        ),
    )
    return tuple(each.email for each in left[:at_a_time])


def ask_next(
    search: StandInSearch,
    emails: Iterable[str],
    *,
    start: datetime,
    at: datetime,
    reached_at: datetime,
) -> tuple[StandInSearch, tuple[StandInAsk, ...]]:
    """Return the search with its next wave asked; where nobody is left, it looks again later.

    The wave has its time from ``reached_at`` on: nobody answers what waits for the morning.
    """
    expires = reached_at + wave_lasts(start, at=reached_at)
    asked = tuple(emails)
    wave = search.wave + bool(asked)
    asks = tuple(
        StandInAsk(search=search.key, email=email, wave=wave, asked_at=at, expires_at=expires)
        for email in asked
    )
    return replace(search, wave=wave, next_at=expires), asks


def hasten(search: StandInSearch, *, at: datetime) -> StandInSearch:
    """Have the next wave asked now.

    Raises:
        IllegalTransition: if the search has ended.
    """
    if not search.is_on:
        raise IllegalTransition(subject="search", state=str(search.state), step="hastened")
    return replace(search, next_at=min(at, search.next_at))


def end(search: StandInSearch, state: SearchState, *, at: datetime, by: str = "") -> StandInSearch:
    """End a search; one that was stopped ends once more, with what came of it.

    Raises:
        IllegalTransition: if it has ended.
    """
    if search.state is state or not search.is_undecided:
        raise IllegalTransition(subject="search", state=str(search.state), step="ended")
    return replace(search, state=state, ended_at=at, ended_by=by)


def answer(ask: StandInAsk, said: AskAnswer, *, at: datetime) -> StandInAsk:
    """Enter what the person says; a no may become a yes while the place is free.

    Raises:
        IllegalTransition: after a yes.
    """
    if ask.answer is AskAnswer.YES:
        raise IllegalTransition(subject="ask", state=str(ask.answer), step="answered again")
    return replace(ask, answer=said, answered_at=at)
