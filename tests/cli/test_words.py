"""Every rule, reason and remedy has words of its own at the command line."""

from __future__ import annotations

from datetime import UTC, datetime

from scheduler.cli.words import REASON_WORDS, REMEDY_WORDS, RULE_WORDS, rule_words, unassigned_line
from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import ALL_RULES
from scheduler.domain.periods import minute_of
from scheduler.domain.proposals import SieveStep, Unassigned
from scheduler.services.alterations import (
    ANOTHER_LESSON,
    AT_SCHOOL,
    FEWER_SESSIONS,
    SHORTER_VISIT,
    SMALLER_TEAM,
    VIRTUAL,
)
from scheduler.services.remedies import AS_IT_IS, ASK_AGAIN, KIND_BY_RULE
from tests.builders import NOW, TORONTO

# Rules that a command can meet, beside those that the engine knows.
OF_THE_SERVICES = {
    "still_ahead",
    "school_open",
    "period_known",
    "still_open",
    "still_offered",
    "still_active",
    "still_pending",
    "format_kept",
}
# Only an instance file pins bookings; solve and check name that rule itself.
OF_FILES_ALONE = {"pinned_kept"}


def test_every_rule_has_words() -> None:
    assert set(RULE_WORDS) == set(ALL_RULES) - OF_FILES_ALONE | OF_THE_SERVICES


def test_every_remedy_has_words() -> None:
    smaller = {SMALLER_TEAM, FEWER_SESSIONS, SHORTER_VISIT}
    known = {
        ANOTHER_LESSON,
        VIRTUAL,
        AT_SCHOOL,
        *smaller,
        *KIND_BY_RULE.values(),
        AS_IT_IS,
        ASK_AGAIN,
    }
    assert set(REMEDY_WORDS) == known


def test_no_words_end_a_sentence_of_their_own() -> None:
    for words in (*RULE_WORDS.values(), *REASON_WORDS.values(), *REMEDY_WORDS.values()):
        assert words.strip(" .") == words


def test_moments_are_told_by_the_districts_clock() -> None:
    start = minute_of(datetime(2026, 12, 8, 15, 40, tzinfo=UTC))
    finding = Finding("within_availability", False, {"start": start, "reason": "not_free"})
    assert rule_words(finding, zone=TORONTO) == (
        "is not known to be free then "
        "(within_availability: start 2026-12-08 10:40, reason not_free)"
    )


def test_a_rule_without_facts_stands_alone() -> None:
    assert rule_words(Finding("full_team", False, {}), zone=TORONTO) == (
        "the number of speakers is not the one asked for (full_team)"
    )


def test_an_unassigned_request_names_only_the_rules_that_took_somebody() -> None:
    sieve = (
        SieveStep("topic_match", left=5, lost=0),
        SieveStep("grade_match", left=2, lost=3),
        SieveStep("clearance_valid", left=0, lost=2),
    )
    assert unassigned_line(Unassigned("robots", "clearance_valid", sieve, {}, NOW)) == (
        "robots: the last one has no valid clearance on that day "
        "[5 people; grade_match 2, clearance_valid 0]"
    )


def test_a_request_without_a_start_has_no_sieve() -> None:
    assert unassigned_line(Unassigned("robots", "no_start", (), {}, NOW)) == (
        "robots: no start is left: its windows are past, closed, or too short"
    )
