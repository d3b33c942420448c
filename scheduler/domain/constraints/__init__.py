"""The hard rules of matching, each one plain function with one name.

The same functions judge a single approval, a whole plan and a page's "why";
faster ways of asking must give the same answers.
"""

from scheduler.domain.constraints.loads import (
    budget_minutes,
    engaged_minutes,
    max_per_day,
    max_per_month,
    max_per_week,
    travel_time,
    way_minutes,
)
from scheduler.domain.constraints.pairs import (
    chosen_format,
    distance_between,
    format_possible,
    grade_match,
    kind_match,
    language_match,
    not_excluded,
    topic_match,
)
from scheduler.domain.constraints.sessions import (
    clearance_valid,
    long_enough,
    no_busy_clash,
    notice_given,
    within_availability,
)
from scheduler.domain.constraints.sieve import (
    ALL_RULES,
    LOAD_RULES,
    PAIR_RULES,
    REQUEST_RULES,
    SESSION_RULES,
    SIEVE,
    Ruling,
    assignment_findings,
    broken,
    load_findings,
    pair_findings,
)
from scheduler.domain.constraints.teams import full_team, host_free, one_start, pinned_kept

__all__ = [
    "ALL_RULES",
    "LOAD_RULES",
    "PAIR_RULES",
    "REQUEST_RULES",
    "SESSION_RULES",
    "SIEVE",
    "Ruling",
    "assignment_findings",
    "broken",
    "budget_minutes",
    "chosen_format",
    "clearance_valid",
    "distance_between",
    "engaged_minutes",
    "format_possible",
    "full_team",
    "grade_match",
    "host_free",
    "kind_match",
    "language_match",
    "load_findings",
    "long_enough",
    "max_per_day",
    "max_per_month",
    "max_per_week",
    "no_busy_clash",
    "not_excluded",
    "notice_given",
    "one_start",
    "pair_findings",
    "pinned_kept",
    "topic_match",
    "travel_time",
    "way_minutes",
    "within_availability",
]
