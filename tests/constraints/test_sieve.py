"""All rules asked together: about one person, and about a whole team."""

from __future__ import annotations

from scheduler.domain.assignments import HostCommitment
from scheduler.domain.constraints import (
    PAIR_RULES,
    REQUEST_RULES,
    SIEVE,
    assignment_findings,
    broken,
    pair_findings,
)
from tests.constraints.snapshots import (
    DAY,
    NINE,
    PLANE,
    WEEK,
    a_demand,
    a_session,
    a_speaker,
    an_engagement,
    an_option,
)


def test_without_an_option_only_the_pair_is_judged() -> None:
    found = pair_findings(a_speaker(), a_demand(), geography=PLANE)
    assert tuple(finding.rule for finding in found) == PAIR_RULES


def test_series_reports_the_session_that_breaks_a_rule() -> None:
    speaker = a_speaker(earliest_day=1)
    series = an_option(NINE, WEEK + NINE)
    found = pair_findings(speaker, a_demand(), option=series, geography=PLANE)
    (notice,) = (finding for finding in found if finding.rule == "notice_given")
    assert (notice.kept, notice.facts) == (False, {"day": 0, "earliest_day": 1})


def test_load_is_left_open_when_no_format_is_possible() -> None:
    speaker = a_speaker(formats=frozenset())
    found = pair_findings(speaker, a_demand(), option=an_option(), geography=PLANE)
    assert found[-1].rule == "no_busy_clash"


def test_team_that_keeps_all_rules_has_nothing_broken() -> None:
    demand = a_demand(speakers=2)
    team = [a_speaker(id="ana"), a_speaker(id="bo")]
    rulings = assignment_findings(demand, an_option(), speakers=team, geography=PLANE)
    asked = [(ruling.speaker_id, ruling.finding.rule) for ruling in rulings]
    assert asked == [
        *((None, rule) for rule in REQUEST_RULES if rule != "pinned_kept"),
        *(("ana", rule) for rule in SIEVE),
        *(("bo", rule) for rule in SIEVE),
    ]
    assert broken(rulings) == ()


def test_each_broken_rule_names_whom_it_is_about() -> None:
    demand = a_demand(options=(an_option(NINE), an_option(DAY + NINE)))
    rulings = assignment_findings(
        demand,
        an_option(NINE),
        speakers=[a_speaker(id="ana", max_per_week=1)],
        geography=PLANE,
        standing_by_speaker_id={"ana": [an_engagement(DAY + NINE)]},
        host_commitments=[HostCommitment("teacher:kim", a_session(NINE), "r2")],
    )
    named = [
        (ruling.demand_id, ruling.speaker_id, ruling.finding.rule) for ruling in broken(rulings)
    ]
    assert named == [("r1", None, "host_free"), ("r1", "ana", "max_per_week")]


def test_minutes_agreed_for_a_pair_replace_the_way() -> None:
    speaker = a_speaker(id="ana", budget_minutes=55)
    asked = {
        minutes: broken(
            assignment_findings(
                a_demand(),
                an_option(),
                speakers=[speaker],
                geography=PLANE,
                pair_minutes_by_speaker_id={"ana": minutes},
            )
        )
        for minutes in (5, 6)
    }
    assert asked[5] == ()
    assert [ruling.finding.rule for ruling in asked[6]] == ["budget_minutes"]
