"""Which repetitions are followed and which are refused before anything is expanded.

A rule of a hundred octets can ask for a day's worth of seconds over a century. What is
refused here is refused for its shape, so that no expansion ever starts; what a calendar of
people needs, down to several times a day for years, passes.
"""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.calendars.components import RawComponent

MAX_INSTANCES = 20_000
MAX_STEPS = 100_000
MAX_RULES = 20
MAX_ONSETS = 200

# Source: RFC 5545 section 3.3.10. Of RFC 7529 nothing is left once the calendar is Gregorian.
_PARTS = (
    "FREQ UNTIL COUNT INTERVAL BYSECOND BYMINUTE BYHOUR BYDAY BYMONTHDAY BYYEARDAY BYWEEKNO "
    "BYMONTH BYSETPOS WKST"
)
RULE_PARTS = frozenset(_PARTS.split())
_FREQUENCIES = frozenset({"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
# Counted from 1, or from -1 backwards; the expander takes a 0 for every day.
_COUNTED_PARTS = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_CLOCK_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DAYS_BY_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def rule_parts(rule: str) -> Mapping[str, str]:
    """Return a rule's parts by name, both in upper case."""
    pairs = (part.partition("=") for part in rule.strip().strip(";").upper().split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def refusal(component: RawComponent, *, days: int, years: int) -> str:
    """Return why a component's repetition is not followed, empty if it is.

    ``days`` is the length of the window it would be expanded over, ``years`` the time from
    its start to the end of that window.
    """
    rules = [rule_parts(found.value) for found in component.properties("RRULE")]
    if len(rules) > MAX_RULES:
        return "It has more rules of repetition than we follow."
    dates = sum(
        found.value.count(",") + 1
        for name in ("RDATE", "EXDATE")
        for found in component.properties(name)
    )
    if dates > MAX_INSTANCES:
        return "It repeats more often than we follow."
    reasons = (_rule_refusal(rule, days=days, years=years) for rule in rules)
    return next(filter(None, reasons), "")


def zone_refusal(block: RawComponent) -> str:
    """Return why a VTIMEZONE is not read, empty if it is: its rules must be yearly."""
    dates = sum(
        found.value.count(",") for part in block.parts for found in part.properties("RDATE")
    )
    rules = [rule_parts(found.value) for part in block.parts for found in part.properties("RRULE")]
    is_plain = all(
        rule.get("FREQ") == "YEARLY" and not _rule_refusal(rule, days=366, years=0)
        for rule in rules
    )
    if not is_plain or len(block.parts) > MAX_ONSETS or dates > MAX_ONSETS:
        return "Its time zone changes in a way we do not follow."
    return ""


def _rule_refusal(rule: Mapping[str, str], *, days: int, years: int) -> str:
    frequency = rule.get("FREQ", "")
    if frequency in ("SECONDLY", "MINUTELY"):
        return "It repeats every second or minute."
    if frequency not in _FREQUENCIES:
        return "It repeats in a way that cannot be read."
    if rule.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        return "It repeats by a calendar that we do not know."
    interval = rule.get("INTERVAL", "1")
    if not interval.isdecimal() or int(interval) == 0:
        return "It repeats in steps of nothing."
    if any("0" in rule.get(name, "").split(",") for name in _COUNTED_PARTS):
        return "It repeats in a way that cannot be read."
    if _is_never(rule):
        return "It repeats on a day that never comes."
    hours_a_day = 24 / int(interval) if frequency == "HOURLY" else 1
    if frequency == "HOURLY" and years * 366 * hours_a_day > MAX_STEPS:
        return "It repeats every hour since long ago."
    if _times_a_day(rule, hours_a_day) * days > MAX_INSTANCES:
        return "It repeats more often than we follow."
    return ""


def _times_a_day(rule: Mapping[str, str], hours_a_day: float) -> float:
    times = max(hours_a_day, 1.0)
    for name in _CLOCK_PARTS:
        times *= len(set(rule[name].split(","))) if name in rule else 1
    return times


def _is_never(rule: Mapping[str, str]) -> bool:
    """Tell whether no month has any of the days; such a rule is searched to the year 9999."""
    if "BYMONTH" not in rule or "BYMONTHDAY" not in rule:
        return False
    months = [int(month) for month in rule["BYMONTH"].split(",")]
    nearest = min(abs(int(day)) for day in rule["BYMONTHDAY"].split(","))
    longest = max(_DAYS_BY_MONTH[month - 1] for month in months if 1 <= month <= 12)
    return nearest > longest
