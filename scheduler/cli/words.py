"""How the command line phrases what the services answer: rules, proposals, visits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from scheduler.domain.assignments import Finding
from scheduler.domain.proposals import Proposal, Unassigned
from scheduler.domain.visits import Visit
from scheduler.domain.zones import local
from scheduler.services.about import About
from scheduler.services.explanations import Why
from scheduler.services.reasons import NEVER_AT_ONCE, NO_START, OUTBID, TOO_FEW, advice_kept
from scheduler.services.remedies import AS_IT_IS, Advice
from scheduler.services.telling import Told, reason_of
from scheduler.services.trades import Rivalry, Swap

RULE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "topic_match": "does not know the topic",
        "grade_match": "does not visit that grade",
        "language_match": "does not speak the language",
        "kind_match": "does not do this kind of visit",
        "not_excluded": "was ruled out for this request",
        "format_possible": "cannot come, and cannot be there by video",
        "notice_given": "needs more notice",
        "clearance_valid": "has no valid clearance on that day",
        "long_enough": "does not come for so short a visit",
        "within_availability": "is not known to be free then",
        "no_busy_clash": "has something else in their calendar",
        "max_per_day": "has enough visits that day",
        "max_per_week": "has enough visits that week",
        "max_per_month": "has enough visits that month",
        "budget_minutes": "has given all their minutes that month",
        "travel_time": "cannot get there in time from another visit",
        "one_start": "the start is not one that was asked for",
        "full_team": "the number of speakers is not the one asked for",
        "host_free": "the teacher, class or room has another visit then",
        "still_ahead": "that moment has passed",
        "school_open": "the school has no lessons then",
        "period_known": "no period of the school starts then, so the length is not known",
        "still_open": "the request is no longer open",
        "still_offered": "the start is no longer offered",
        "still_active": "a speaker is no longer active",
        "still_pending": "it went stale before",
        "format_kept": "how a speaker would take part has changed",
    }
)
REASON_WORDS: Mapping[str, str] = MappingProxyType(
    {
        NO_START: "no start is left: its windows are past, closed, or too short",
        TOO_FEW: "fewer people fit than are needed",
        NEVER_AT_ONCE: "enough people fit, but never enough at one start",
        OUTBID: "everyone who fits is needed elsewhere",
        "not_open": "the request is not open",
    }
)
REMEDY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        AS_IT_IS: "propose again: it can be filled as it is",
        "another_lesson": "move it to another lesson of the class",
        "virtual": "make it a video call",
        "at_school": "let them come to the school as well",
        "smaller_team": "do with fewer speakers",
        "fewer_sessions": "do with fewer sessions",
        "shorter_visit": "keep it as short as the lesson",
        "ask_again": "ask somebody who was turned down before",
        "ask_times": "ask for their times",
        "one_more": "allow them one visit more",
        "more_time": "allow them more time",
        "shorter_notice": "ask them at shorter notice",
        "clearance": "renew the clearance",
        "another_grade": "ask them to visit that grade as well",
        "short_visit": "ask them to come for a short visit",
        "wider_radius": "allow a longer way",
    }
)


def rule_words(finding: Finding, *, zone: str) -> str:
    """Return what a broken rule means, with its facts where they help."""
    words = RULE_WORDS.get(finding.rule, finding.rule)
    return f"{words} ({finding.rule}{_facts(reason_of(finding).facts, zone=zone)})"


def unassigned_line(entry: Unassigned) -> str:
    """Return why a request has nobody, how many were left after each rule, and what would help."""
    words = f"{entry.request}: {_reason_words(entry.reason)}"
    steps = [f"{step.rule} {step.left}" for step in entry.sieve if step.lost]
    if steps:
        pool = entry.sieve[0].left + entry.sieve[0].lost
        words = f"{words} [{_people(pool)}; {', '.join(steps)}]"
    return f"{words}{_help_words(advice_kept(entry))}"


def proposal_line(proposal: Proposal, *, zone: str) -> str:
    """Return who would come when."""
    names = ", ".join(speaker.email for speaker in proposal.speakers)
    times = ", ".join(f"{local(p.start, zone):%a %Y-%m-%d %H:%M}" for p in proposal.sessions)
    return f"{proposal.request}: {times} {names}"


def why_lines(told: Why) -> Iterator[str]:
    """Yield who fits and why, what each rule took out, and what would help."""
    yield f"{told.request}: {told.title}"
    for place, each in enumerate(told.candidates, start=1):
        start = local(each.start, told.timezone)
        yield f"{place:>3}. {each.name} <{each.email}> {start:%a %Y-%m-%d %H:%M}"
        yield f"     {_terms(each.points_by_term)}"
        for reason in each.reasons:
            facts = _facts(reason.facts, zone=told.timezone)
            yield f"     {'ok ' if reason.kept else '!! '}{reason.rule}{facts}"
    yield f"{_people(told.pool)}; left after each rule:"
    yield from (f"     {step.rule}: {step.left}, {step.lost} out" for step in told.sieve)
    if told.decided_by:
        yield f"Nobody: {_reason_words(told.decided_by)}."
    for held in told.held:
        others = ", ".join(key for key, _ in held.others)
        yield f"     {held.name or 'the class'}: {held.reason.rule}, kept for {others or 'others'}"
    yield from (_rival_line(each, zone=told.timezone) for each in told.rivals)
    yield from (_swap_line(each, zone=told.timezone) for each in told.swaps)
    advice = Advice(told.remedies, told.tried, told.no_single_helps)
    yield from advice_lines(advice, zone=told.timezone)


def about_lines(told: About) -> Iterator[str]:
    """Yield every start at which somebody could come or not, best first, with every rule."""
    proposed = ", proposed" if told.is_proposed else ""
    yield f"{told.request}: {told.title}; {told.name} <{told.email}>{proposed}"
    for chance in told.chances:
        start = _moment(chance.start, zone=told.timezone) if chance.start else "no start is left"
        fits = "fits" if chance.fits and not chance.beside else "does not fit"
        yield f"  {start}: {fits}; " + (_terms(chance.points_by_term) or "no points")
        for reason in chance.reasons:
            facts = _facts(reason.facts, zone=told.timezone)
            yield f"     {'ok ' if reason.kept else '!! '}{reason.rule}{facts}"
        for reason in chance.beside:
            facts = _facts(reason.facts, zone=told.timezone)
            yield f"     !! {reason.rule}, with what else is proposed{facts}"


def advice_lines(advice: Advice, *, zone: str) -> Iterator[str]:
    """Yield each remedy, and that no single change helps where that is so."""
    if advice.no_single_helps:
        yield f"{_none_helps(advice).capitalize()} (tried: {', '.join(advice.tried)})."
    for remedy in advice.remedies:
        changes = " and ".join(
            f"{REMEDY_WORDS.get(each.kind, each.kind)} ({each.kind}{_facts(each.facts, zone=zone)})"
            for each in remedy.changes
        )
        words = f"Would help: {changes or REMEDY_WORDS[AS_IT_IS]}"
        start = _moment(remedy.start, zone=zone)
        cost = f", at the cost of {', '.join(remedy.displaces)}" if remedy.displaces else ""
        yield f"{words}: {_people(remedy.people)} could come {start}{cost}"


def visit_line(visit: Visit) -> str:
    """Return a visit's present facts."""
    start = local(visit.period.start, visit.timezone)
    answers = ", ".join(f"{b.volunteer_email} {b.partstat.lower()}" for b in visit.present_bookings)
    waits = ", moves soon" if visit.pending_move else ""
    return f"{visit.uid}: {visit.state}{waits}, {start:%a %Y-%m-%d %H:%M}, {answers or 'nobody'}"


def _reason_words(reason: str) -> str:
    return REASON_WORDS.get(reason) or f"the last one {RULE_WORDS.get(reason, reason)}"


def _help_words(advice: Advice | None) -> str:
    """Each kind of remedy once, with the most people that one of the kind brings."""
    if advice is None:
        return ""
    most: dict[str, int] = {}
    for each in advice.remedies:
        kind = f"{each.kind} at another's cost" if each.displaces else each.kind
        most[kind] = max(each.people, most.get(kind, 0))
    none = f"; {_none_helps(advice)}" if advice.no_single_helps else ""
    kinds = ", ".join(f"{kind} {people}" for kind, people in most.items())
    return f"{none}; would help: {kinds}" if kinds else none


def _none_helps(advice: Advice) -> str:
    only = any(each.displaces for each in advice.remedies)
    return f"none of the single changes helps{' at no cost to another request' if only else ''}"


def _rival_line(each: Rivalry, *, zone: str) -> str:
    tips = ", ".join(f"{name} {value}" for name, value in each.tips.items())
    tipped = f"; first at a weight of {tips}" if tips else ""
    where = f"{each.name} <{each.email}> {_moment(each.start, zone=zone)}"
    return f"Next best, for {each.instead_of}: {where}, {_terms(each.points_by_term)}{tipped}"


def _swap_line(each: Swap, *, zone: str) -> str:
    given = "would be given up"
    if each.instead:
        start, team = each.instead
        given = f"would move to {_moment(start, zone=zone)} {', '.join(team)}"
    fills = f"{', '.join(each.team)} {_moment(each.start, zone=zone)}"
    terms = _terms(each.points_by_term)
    worth = f"tier 1 {each.tier1:+d}, tier 2 {each.tier2:+d}" + (f" ({terms})" if terms else "")
    return f"Would have to give: {each.gives} {given}, for {fills}: {worth}"


def _terms(points: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {each:+d}" for name, each in points.items() if each)


def _moment(start: datetime, *, zone: str) -> str:
    return f"{local(start, zone):%a %Y-%m-%d %H:%M}"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _facts(facts: Mapping[str, Told], *, zone: str) -> str:
    told = ", ".join(
        f"{name} {_fact(value, zone=zone)}" for name, value in facts.items() if value != ()
    )
    return f": {told}" if told else ""


def _fact(value: object, *, zone: str) -> str:
    if isinstance(value, tuple):
        return " ".join(_fact(each, zone=zone) for each in value)
    if isinstance(value, datetime):
        return f"{local(value, zone):%Y-%m-%d %H:%M}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
