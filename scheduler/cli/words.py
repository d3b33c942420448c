"""How the command line phrases what the services answer: rules, proposals, visits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from scheduler.domain.assignments import Finding
from scheduler.domain.proposals import Proposal, Unassigned
from scheduler.domain.visits import Visit
from scheduler.domain.zones import local
from scheduler.services.explanations import Why
from scheduler.services.reasons import NO_START, OUTBID, TOO_FEW
from scheduler.services.telling import Told, reason_of

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
        OUTBID: "everyone who fits is needed elsewhere",
        "not_open": "the request is not open",
    }
)


def rule_words(finding: Finding) -> str:
    """Return what a broken rule means, with its facts where they help."""
    words = RULE_WORDS.get(finding.rule, finding.rule)
    return f"{words} ({finding.rule}{_facts(reason_of(finding).facts)})"


def unassigned_line(entry: Unassigned) -> str:
    """Return why a request has nobody, and how many people were left after each rule."""
    words = REASON_WORDS.get(entry.reason) or f"the last one {RULE_WORDS[entry.reason]}"
    steps = ", ".join(f"{step.rule} {step.left}" for step in entry.sieve if step.lost)
    sieve = f" [{entry.facts.get('pool', 0)} people; {steps}]" if steps else ""
    return f"{entry.request}: {words}{sieve}"


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
        yield "     " + ", ".join(f"{n} {p:+d}" for n, p in each.points_by_term.items() if p)
        for reason in each.reasons:
            yield f"     {'ok ' if reason.kept else '!! '}{reason.rule}{_facts(reason.facts)}"
    yield f"{told.pool} people; left after each rule:"
    yield from (f"     {step.rule}: {step.left}, {step.lost} out" for step in told.sieve)
    if told.decided_by:
        words = REASON_WORDS.get(told.decided_by) or RULE_WORDS.get(told.decided_by)
        yield f"Nobody, because {words or told.decided_by}."
    for held in told.held:
        others = ", ".join(key for key, _ in held.others)
        yield f"     {held.name or 'the class'}: {held.reason.rule}, kept for {others or 'others'}"
    for remedy in told.remedies:
        yield f"Would help: {remedy.kind}{_facts(remedy.facts)}: {remedy.people} more people"


def visit_line(visit: Visit) -> str:
    """Return a visit's present facts."""
    start = local(visit.period.start, visit.timezone)
    answers = ", ".join(f"{b.volunteer_email} {b.partstat.lower()}" for b in visit.present_bookings)
    waits = ", moves soon" if visit.pending_move else ""
    return f"{visit.uid}: {visit.state}{waits}, {start:%a %Y-%m-%d %H:%M}, {answers or 'nobody'}"


def _facts(facts: Mapping[str, Told]) -> str:
    told = ", ".join(f"{name} {_fact(value)}" for name, value in facts.items() if value != ())
    return f": {told}" if told else ""


def _fact(value: Told) -> str:
    if isinstance(value, tuple):
        return " ".join(str(each) for each in value)
    return f"{value:.1f}" if isinstance(value, float) else str(value)
