"""Searches for stand-ins, as those who look after visits see and steer them.

A search opens by itself with a drop-out. The visit stays in the calendars meanwhile; a
coordinator may stop the search and look for somebody by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain import stand_ins as life
from scheduler.domain.errors import Unknown
from scheduler.domain.requests import ClassroomRequest, RequestState
from scheduler.domain.stand_ins import Rules, SearchState, StandInAsk, StandInSearch
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit
from scheduler.services import stand_in_news
from scheduler.services.access import Actor, require_coordinator, require_overseer
from scheduler.services.announcements import (
    STAND_IN_ASK,
    STAND_IN_LOOKING,
    STAND_IN_PLAN_B,
)
from scheduler.services.locking import SETTINGS, locked_visit
from scheduler.services.overtaking import outdate_proposal, overtake
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity
from scheduler.services.sheets import sheets_of
from scheduler.services.versions import require_unchanged

STILL_LOOKING = frozenset({STAND_IN_LOOKING, STAND_IN_PLAN_B})
UNTRUE_AFTER = {SearchState.FOUND: STILL_LOOKING, SearchState.NOBODY: {STAND_IN_LOOKING}}
STOPPED = "stopped looking for a stand-in"
ASKED_FURTHER = "asked for more stand-ins"
# What a change of the rules is noted under.
RULES = "settings:stand-ins"


@dataclass(frozen=True, slots=True)
class SearchStory:
    """One search: who is not coming, who was asked when, with their names, and until when."""

    search: StandInSearch
    dropped_name: str
    asks: tuple[tuple[StandInAsk, str], ...]
    gives_up_at: datetime


@dataclass(frozen=True, slots=True)
class SearchLine:
    """One search with its visit."""

    story: SearchStory
    sheet: VisitSheet


@dataclass(frozen=True, slots=True)
class StandInsPage:
    """All searches that go on, the soonest visit first, and what the district decided.

    Also one that a coordinator took over, until the visit begins or somebody is found.
    """

    lines: tuple[SearchLine, ...]
    rules: Rules


def begin_searches(
    work: Work, visits: Iterable[Visit], request: ClassroomRequest, *, email: str, now: datetime
) -> None:
    """Open the search for each of these visits that this person dropped out of, and tell of it.

    A search that is on goes on, and looks for one more.
    """
    visits = tuple(visits)
    before: dict[str, list[StandInSearch]] = {}
    for search in work.stand_ins.of_visits(visit.uid for visit in visits):
        before.setdefault(search.visit, []).append(search)
    for visit in visits:
        known = before.get(visit.uid, [])
        if not any(search.is_on for search in known):
            search = life.open_search(visit, email, number=len(known) + 1, at=now)
            work.stand_ins.put((search,))
            work.outbox.add(stand_in_news.looking(work, visit, request, search=search))


def stand_ins(store: Store, *, actor: Actor, now: datetime) -> StandInsPage:
    """Return every search that goes on, by us or by a coordinator.

    Raises:
        NotAllowed: unless the actor oversees.
    """
    require_overseer(actor, deed="see who is looked for")
    with store.read() as work:
        searches = work.stand_ins.watched(at=now)
        visits = work.visits.many(dict.fromkeys(search.visit for search in searches))
        lines = search_lines(work, searches, sheets=sheets_of(work, tuple(visits.values())))
        return StandInsPage(lines, work.stand_ins.rules())


def search_lines(
    work: Work, searches: Iterable[StandInSearch], *, sheets: Iterable[VisitSheet]
) -> tuple[SearchLine, ...]:
    """Return these searches with the sheets of their visits, by start; two queries at most."""
    sheet_by_uid = {sheet.visit.uid: sheet for sheet in sheets}
    starts = {uid: sheet.visit.period.start for uid, sheet in sheet_by_uid.items()}
    lines = (
        SearchLine(story, sheet_by_uid[story.search.visit])
        for story in stories_of(work, searches, start_by_uid=starts)
    )
    return tuple(sorted(lines, key=lambda line: line.sheet.visit.period.start))


def stories_of(
    work: Work, searches: Iterable[StandInSearch], *, start_by_uid: Mapping[str, datetime]
) -> tuple[SearchStory, ...]:
    """Return what happened in these searches, in the order given; two queries at most."""
    searches = tuple(searches)
    if not searches:
        return ()
    asks: dict[str, list[StandInAsk]] = {}
    for ask in work.stand_ins.asks(search.key for search in searches):
        asks.setdefault(ask.search, []).append(ask)
    emails = {ask.email for each in asks.values() for ask in each}
    names = work.traces.names(emails | {search.dropped for search in searches})
    return tuple(
        SearchStory(
            search=search,
            dropped_name=names.get(search.dropped, search.dropped),
            asks=tuple((ask, names.get(ask.email, ask.email)) for ask in asks.get(search.key, ())),
            gives_up_at=life.gives_up_at(search, start_by_uid[search.visit]),
        )
        for search in searches
    )


def ask_further(store: Store, key: str, *, actor: Actor, now: datetime) -> StandInSearch:
    """Have the next wave asked at once, without waiting for those who were asked already.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such search.
        IllegalTransition: if it has ended.
    """
    require_coordinator(actor, deed="ask further people")
    with store.write() as work:
        hastened = life.hasten(locked_search(work, key), at=now)
        work.stand_ins.put((hastened,))
        deed = Activity(now, actor.email, ASKED_FURTHER, f"visit:{hastened.visit}")
        work.activities.add((deed,))
        return hastened


def stop_search(store: Store, key: str, *, actor: Actor, now: datetime) -> StandInSearch:
    """Ask nobody else; whoever was asked reads that they are not needed any more.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: if there is no such search.
        IllegalTransition: if it has ended.
    """
    require_coordinator(actor, deed="stop looking for a stand-in")
    with store.write() as work:
        search = locked_search(work, key)
        ended = life.end(search, SearchState.STOPPED, at=now, by=actor.email)
        finish(work, ended)
        work.activities.add((Activity(now, actor.email, STOPPED, f"visit:{search.visit}"),))
        return ended


def keep_rules(
    store: Store, rules: Rules, *, actor: Actor, now: datetime, version: str = ""
) -> None:
    """Keep how many are asked at a time, and what a teacher does when nobody is found.

    ``version`` is that of the rules that the form was filled from.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        ChangedMeanwhile: if they are others by now; nothing was changed.
    """
    require_coordinator(actor, deed="change settings")
    with store.write() as work:
        work.visits.lock((SETTINGS,))
        require_unchanged(work, version, work.stand_ins.rules(), subject=RULES)
        work.stand_ins.put_rules(rules)
        work.activities.add((Activity(now, actor.email, "changed settings", RULES),))


def locked_search(work: Work, key: str) -> StandInSearch:
    """Lock a search's visit, then return the search as it then is.

    Raises:
        Unknown: if there is no such search.
    """
    search = work.stand_ins.get(key)
    if search is None or locked_visit(work, search.visit) is None:
        raise Unknown("search", key)
    found = work.stand_ins.get(key)
    assert found is not None
    return found


def finish(work: Work, ended: StandInSearch) -> None:
    """Keep an ended search, and send none of its questions that still wait.

    Where somebody was found, word that nobody is yet goes out no more either; elsewhere what
    still waits of it says who goes on looking, if anybody does.
    """
    assert not ended.is_on
    untrue = {STAND_IN_ASK, *UNTRUE_AFTER.get(ended.state, ())}
    work.stand_ins.put((ended,))
    overtake(work, (ended.visit,), only=lambda row: row.purpose in untrue)
    for row in work.outbox.of_subjects((ended.visit,)):
        if row.purpose in STILL_LOOKING and work.outbox.recall((row.key,)):
            facts = {**row.facts, **stand_in_news.who_looks(ended)}
            work.outbox.add((replace(row, facts=facts),))


def close_filled(
    work: Work, visits: Iterable[Visit], request: ClassroomRequest, *, now: datetime
) -> tuple[str, ...]:
    """End the searches for those of these visits that lack nobody any more; return their UIDs.

    Whoever came back was not found by them, and word that somebody is sought is no longer true.
    """
    filled = tuple(visit.uid for visit in visits if not vacancy_of(visit, request))
    searches = work.stand_ins.of_visits(filled)
    for search in searches:
        if search.is_undecided:
            finish(work, life.end(search, SearchState.OVERTAKEN, at=now))
    overtake(work, filled, only=lambda row: row.purpose in STILL_LOOKING)
    return tuple(dict.fromkeys(search.visit for search in searches))


def vacancy_of(visit: Visit, request: ClassroomRequest) -> int:
    """Return how many people a visit lacks."""
    return max(0, request.speakers - len(visit.present_bookings))


def request_of(work: Work, visit: Visit) -> ClassroomRequest:
    """Return the request of a visit.

    Raises:
        Unknown: if it is gone.
    """
    request = work.requests.get(visit.request)
    if request is None:
        raise Unknown("request", visit.request)
    return request


def book_if_filled(work: Work, request: ClassroomRequest) -> None:
    """Have a request booked if it lacks nobody; what was proposed for it is done with."""
    visits = [each for each in work.visits.of_requests((request.key,)) if each.occupies]
    if len(visits) >= request.sessions and not any(vacancy_of(each, request) for each in visits):
        work.requests.put((replace(request, state=RequestState.BOOKED),))
    outdate_proposal(work, request.key)
