"""The coordinator's desk at the command line: propose, look, approve, reject."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from scheduler.domain.availability import DaysAway
from scheduler.domain.periods import DateRange
from scheduler.domain.visits import VisitState
from tests.builders import DAY, VOLUNTEER, a_proposal, a_request, a_volunteer, period
from tests.cli.command_line import CommandLine
from tests.services.world import World, elsewhere, two_more_volunteers

QUICKLY = ("--seconds", "1")
STALE = (
    "robots no longer holds: is not known to be free then (within_availability: "
    "start 2026-12-08 10:40, end 2026-12-08 11:30, reason not_free)"
)
LINE = "robots: Tue 2026-12-08 10:40 amara@robots.example"


def test_propose_says_how_many_requests_are_filled_and_how_good_the_plan_is(
    line: CommandLine,
) -> None:
    first, proof = line.done("propose", *QUICKLY)
    assert first == "1 of 1 requests have a proposal."
    assert proof.startswith("optimal; tier 1: 1, bound 1, gap 0.00%; tier 2: ")
    assert proof.endswith(" MB")


@pytest.mark.each_engine
def test_propose_tells_programs_both_tiers_apart(line: CommandLine) -> None:
    told = json.loads("\n".join(line.done("propose", "--json", *QUICKLY)))
    seconds, memory = told.pop("seconds"), told.pop("peak_memory_mb")
    assert set(seconds) == {"pinned", "columns", "greedy", "tier 1", "tier 2", "check"}
    assert memory > 0
    # Topic level 3, first choice of start, first visit of volunteer and school, 2 km to go.
    terms = {"fit": 120, "preference": 60, "equity": 60, "travel": -1}
    worth = sum(terms.values())
    assert {name: points for name, points in told.pop("terms").items() if points} == terms
    assert told == {
        "requests": 1,
        "proposed": ["robots"],
        "unassigned": {},
        "status": "optimal",
        "tier1": {"value": 1, "bound": 1, "gap": 0.0},
        "tier2": {"value": worth, "bound": worth, "gap": 0.0},
        "columns": 1,
    }


def test_propose_looks_only_at_the_days_that_it_is_given(line: CommandLine) -> None:
    assert line.done("propose", *QUICKLY, "--from", "2026-12-09")[0].startswith("0 of 1 ")
    assert line.done("propose", *QUICKLY, "--until", "2026-12-07")[0].startswith("0 of 1 ")
    days = ("--from", "2026-12-08", "--until", "2026-12-08")
    assert line.done("propose", *QUICKLY, *days)[0].startswith("1 of 1 ")


def test_days_that_end_before_they_begin_are_refused(line: CommandLine) -> None:
    days = ("--from", "2026-12-09", "--until", "2026-12-08")
    (sentence,) = line.refused("propose", *QUICKLY, *days)
    assert sentence.endswith(".")


def test_propose_says_why_a_request_has_nobody(line: CommandLine, world: World) -> None:
    world.put_volunteers(a_volunteer(languages=("fr",)))
    assert line.done("propose", *QUICKLY)[2:] == [
        "  robots: the last one does not speak the language [1 person; language_match 0]; "
        "none of the single changes helps"
    ]


def test_proposals_lists_what_waits_and_what_has_nobody(line: CommandLine, world: World) -> None:
    world.put_requests(elsewhere(language="fr"))
    line.done("propose", *QUICKLY)
    assert line.done("proposals") == [
        LINE,
        "bridges: the last one does not speak the language [1 person; language_match 0]; "
        "none of the single changes helps",
    ]


def test_proposals_tells_programs_the_sieve(line: CommandLine, world: World) -> None:
    world.put_requests(elsewhere(language="fr"))
    line.done("propose", *QUICKLY)
    told = json.loads("\n".join(line.done("proposals", "--json")))
    (pending,) = told["pending"]
    assert pending.pop("terms")["fit"] == 120
    assert pending == {
        "request": "robots",
        "speakers": [{"email": VOLUNTEER, "format": "in_person"}],
        "sessions": [{"start": "2026-12-08T15:40:00+00:00", "end": "2026-12-08T16:30:00+00:00"}],
        "preference": 3,
    }
    (nobody,) = told["unassigned"]
    assert (nobody["request"], nobody["reason"]) == ("bridges", "language_match")
    assert {"rule": "language_match", "left": 0, "lost": 1} in nobody["sieve"]
    assert nobody["facts"]["pool"] == 1


def test_an_empty_desk_is_an_empty_answer(line: CommandLine) -> None:
    assert line.done("proposals") == []
    assert json.loads("\n".join(line.done("proposals", "--json"))) == {
        "pending": [],
        "unassigned": [],
    }


@pytest.mark.each_engine
def test_approve_holds_the_visit_and_says_when_mail_goes_out(
    line: CommandLine, world: World
) -> None:
    line.done("propose", *QUICKLY)
    assert line.done("approve", "robots") == ["1 approved. E-mails go out at 09:10."]
    (visit,) = world.visits_of("robots")
    assert (visit.state, visit.period) == (VisitState.HELD, period("2026-12-08 10:40-11:30"))


def test_approving_twice_is_no_error(line: CommandLine) -> None:
    line.done("propose", *QUICKLY)
    line.done("approve", "robots")
    before = line.dump()
    assert line.done("approve", "robots") == ["0 approved, 1 approved before."]
    assert line.dump() == before


def test_one_unknown_id_keeps_all_others_from_being_approved(line: CommandLine) -> None:
    line.done("propose", *QUICKLY)
    assert line.refused("approve", "robots", "nothing") == ["There is no proposal “nothing”."]


def test_one_stale_id_keeps_all_others_from_being_approved(line: CommandLine, world: World) -> None:
    a_day_off(world)
    said = line.run("approve", "bridges", "robots")
    assert (said.status, said.out) == (1, "")
    assert said.sentences == [
        STALE,
        "None was approved.",
    ]
    assert world.visits_of("bridges") == ()


def test_approve_ready_leaves_stale_proposals_behind(line: CommandLine, world: World) -> None:
    a_day_off(world)
    said = line.run("approve", "--ready")
    assert (said.status, said.lines) == (0, ["1 approved. E-mails go out at 09:10."])
    assert said.sentences == [STALE]
    assert len(world.visits_of("bridges")) == 1
    assert world.visits_of("robots") == ()


def test_approve_ready_with_nothing_to_do_says_so(line: CommandLine) -> None:
    assert line.done("approve", "--ready") == ["0 approved."]


def test_reject_turns_the_person_down_for_good(line: CommandLine) -> None:
    line.done("propose", *QUICKLY)
    assert line.done("reject", "robots", "--reason", "Already came last year") == [
        "robots: rejected."
    ]
    assert line.done("propose", *QUICKLY)[0] == "0 of 1 requests have a proposal."


@pytest.mark.parametrize("words", ["approve nothing", "reject nothing --reason Why"])
def test_a_request_without_a_proposal_is_unknown(words: str, line: CommandLine) -> None:
    assert line.refused(*words.split()) == ["There is no proposal “nothing”."]


def test_what_was_decided_is_not_decided_otherwise(line: CommandLine) -> None:
    line.done("propose", *QUICKLY)
    line.done("approve", "robots")
    assert line.refused("reject", "robots", "--reason", "Too late") == [
        "A proposal that is approved cannot be rejected."
    ]


def test_now_sets_the_day_of_a_rehearsal(line: CommandLine) -> None:
    assert line.done("propose", *QUICKLY, "--now", "2026-12-02T08:00-05:00")[0].startswith("0 of 1")
    assert line.done("propose", *QUICKLY, "--now", "2026-12-01T08:00-05:00")[0].startswith("1 of 1")


def a_day_off(world: World) -> None:
    """Store two proposals of one morning; then Amara, who is in one of them, goes away."""
    _, chloe = two_more_volunteers()
    away = replace(a_volunteer(), away=(DaysAway(DateRange(DAY, DAY)),))
    world.put_requests(a_request(), elsewhere())
    world.put_volunteers(away, chloe)
    speakers = (replace(a_proposal().speakers[0], email=chloe.email),)
    world.put_proposals(a_proposal(), a_proposal(request="bridges", speakers=speakers))
