"""Bend one rule for one speaker: as far as it can go, or just as far as one visit needs.

Only rules that somebody could answer for differently are bent: when they are free, how often,
how far, how soon, for which grades and how short, and a clearance that can be renewed. What a
person knows, speaks or has in their own calendar is as it is, and nobody is in two places.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from scheduler.domain.assignments import ClearanceSpan, Demand, Finding, Option, Speaker, merged

LIFTABLE_RULES = (
    "within_availability",
    "max_per_day",
    "max_per_week",
    "max_per_month",
    "budget_minutes",
    "notice_given",
    "format_possible",
    "clearance_valid",
    "grade_match",
    "long_enough",
)
AGES = 2**40
ALWAYS = ((-AGES, AGES),)


def freed(speaker: Speaker, rule: str, *, grades: Iterable[int]) -> Speaker:
    """Return the speaker as if the rule did not hold for them; ``grades`` are all that are asked.

    The way there is the one rule that is not wholly lifted: who does not visit schools, or
    has no known home, still cannot.
    """
    match rule:
        case "within_availability":
            return replace(speaker, free=ALWAYS)
        case "notice_given":
            return replace(speaker, earliest_day=-AGES)
        case "format_possible":
            return replace(speaker, max_km=None)
        case "clearance_valid":
            return replace(speaker, clearances=(ClearanceSpan(-AGES),))
        case "grade_match":
            return replace(speaker, grades=speaker.grades | frozenset(grades))
        case "long_enough":
            return replace(speaker, min_minutes=0, min_online_minutes=0)
    return _capped(speaker, rule, limit=None)


def lifted(speaker: Speaker, finding: Finding, *, demand: Demand, option: Option) -> Speaker:
    """Return the speaker changed as little as keeps the rule that this finding says is broken."""
    days = [session.day for session in option.sessions]
    match finding.rule:
        case "within_availability":
            asked = ((session.start, session.end) for session in option.sessions)
            return replace(speaker, free=merged((*(speaker.free or ()), *asked)))
        case "notice_given":
            return replace(speaker, earliest_day=min(days))
        case "format_possible":
            return replace(speaker, max_km=float(math.ceil(_number(finding, "km"))))
        case "clearance_valid":
            span = ClearanceSpan(min(days), max(days), demand.school)
            return replace(speaker, clearances=(*speaker.clearances, span))
        case "grade_match":
            asked_grades = () if demand.grade is None else (demand.grade,)
            return replace(speaker, grades=speaker.grades | frozenset(asked_grades))
        case "long_enough":
            return _shorter(speaker, min(session.minutes for session in option.sessions))
    return _capped(speaker, finding.rule, limit=int(_number(finding, "count")))


def _capped(speaker: Speaker, rule: str, *, limit: int | None) -> Speaker:
    match rule:
        case "max_per_day":
            return replace(speaker, max_per_day=limit)
        case "max_per_week":
            return replace(speaker, max_per_week=limit)
        case "max_per_month":
            return replace(speaker, max_per_month=limit)
        case "budget_minutes":
            return replace(speaker, budget_minutes=limit)
    raise ValueError(f"{rule} is not a rule that can be bent")


def _shorter(speaker: Speaker, minutes: int) -> Speaker:
    online = speaker.min_online_minutes
    return replace(
        speaker,
        min_minutes=min(speaker.min_minutes, minutes),
        min_online_minutes=None if online is None else min(online, minutes),
    )


def _number(finding: Finding, fact: str) -> float:
    value = finding.facts[fact]
    if not isinstance(value, int | float):
        raise ValueError(f"{finding.rule}: {fact} is no number")
    return value
