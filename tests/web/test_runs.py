"""Searches on the page: begun with one press, watched, stopped, and looked back on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from scheduler.domain.runs import Change, Headway, Run, RunState, abandoned, ended, taken
from scheduler.services import runs
from scheduler.services.ports import Store
from scheduler.services.runs import TIMETABLE
from scheduler.web.desk import EXTENSION, real_time
from tests.actors import CARLA
from tests.builders import COORDINATOR, NOW, TEACHER, VOLUNTEER, a_request
from tests.small_district import OTHER_TEACHER, VIEWER
from tests.web.conftest import StoppedClock, Visitor, main_text, text_of

SignIn = Callable[[str], Visitor]
BOARD, RUNS = "/proposals", "/runs"
REAL = datetime(2027, 5, 1, 12, tzinfo=UTC)
UNTIL = REAL + timedelta(seconds=45)
HALFWAY = Headway("tier 1", 0.5, 14, 12, 12, 14, 900, 900)


@pytest.fixture(autouse=True)
def real_clock(app: Flask) -> None:
    """Stop the clock that leases are reckoned by, at another time than the district's."""
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], lease_clock=lambda: REAL)


@pytest.fixture
def carla(signed_in_as: SignIn, small_district: Store) -> Visitor:
    """Return the coordinator's browser."""
    return signed_in_as(COORDINATOR)


def the_run(store: Store) -> Run:
    """Return the latest run."""
    with store.read() as work:
        (run,) = work.runs.recent(limit=1)
    return run


def put(store: Store, run: Run, *, was: Run) -> None:
    """Store what became of a run."""
    with store.write() as work:
        assert work.runs.save(run, was=was)


def asked(store: Store) -> Run:
    """Return a run that the coordinator asked for."""
    who = CARLA
    return runs.ask(store, actor=who, now=NOW, lease_now=REAL)


def begun(store: Store, **changes: Any) -> Run:
    """Return a run that is worked on."""
    waiting = asked(store)
    run = replace(taken(waiting, owner="w", at=NOW, alive_until=UNTIL), **changes)
    put(store, run, was=waiting)
    return run


def over(store: Store, state: RunState, **changes: Any) -> Run:
    """Return a run that has ended so."""
    run = begun(store)
    done = replace(ended(run, state, at=NOW + timedelta(seconds=90)), **changes)
    put(store, done, was=run)
    return done


def said(visitor: Visitor, run: Run) -> str:
    """Return what the run's page says."""
    return main_text(visitor.page(f"{RUNS}/{run.key}"))


def buttons(visitor: Visitor, path: str) -> list[str]:
    """Return what the buttons of a page's main part say."""
    main = visitor.page(path).find(".//main")
    assert main is not None
    return ["".join(button.itertext()) for button in main.iter("button")]


def row_of(visitor: Visitor) -> list[str]:
    """Return the cells of the one row of the list of runs."""
    (body,) = visitor.page(RUNS).iter("tbody")
    (row,) = body
    return [text_of(cell) for cell in row]


class TestBeginning:
    def test_one_press_on_the_board_leads_to_the_run(
        self, carla: Visitor, small_district: Store
    ) -> None:
        assert "Propose now" in buttons(carla, BOARD)
        answer = carla.send(RUNS, on=BOARD)
        run = the_run(small_district)
        assert (answer.status_code, answer.location) == (303, f"{RUNS}/{run.key}")
        assert (run.asked_by, run.asked_at, run.state) == (COORDINATOR, NOW, RunState.WAITING)
        assert "Asked for by Carla Diaz, Sat 21 November at 09:00." in said(carla, run)

    def test_second_who_presses_is_shown_the_first(
        self, carla: Visitor, small_district: Store, clock: StoppedClock
    ) -> None:
        run = asked(small_district)
        clock.now += timedelta(minutes=1)
        answer = carla.send(RUNS, on=RUNS)
        assert answer.location == f"{RUNS}/{run.key}"
        assert "Somebody asked before you. This is how far it is." in said(carla, run)

    def test_board_shows_the_run_that_is_open(self, carla: Visitor, small_district: Store) -> None:
        begun(small_district, headway=HALFWAY)
        assert "Propose now" not in buttons(carla, BOARD)
        words = "Looking: filling as many requests as can be filled. See how far it is"
        assert words in main_text(carla.page(BOARD))

    def test_board_tells_when_the_last_run_was(self, carla: Visitor, small_district: Store) -> None:
        over(small_district, RunState.DONE)
        assert "Last check: Sat 21 November, 09:01. Done. See what changed" in (
            main_text(carla.page(BOARD))
        )
        assert "Propose now" in buttons(carla, BOARD)


class TestWaiting:
    def test_page_is_honest_that_nobody_is_there_to_work(
        self, carla: Visitor, small_district: Store
    ) -> None:
        run = asked(small_district)
        assert "It waits for the timetable, which was never seen." in said(carla, run)
        with small_district.write() as work:
            work.leases.take(TIMETABLE, owner="jobs", now=REAL, until=REAL - timedelta(hours=3))
        assert "which was last seen 3 hours ago" in said(carla, run)

    def test_page_says_that_it_begins_soon_where_somebody_is(
        self, carla: Visitor, small_district: Store
    ) -> None:
        run = asked(small_district)
        with small_district.write() as work:
            work.leases.take(TIMETABLE, owner="jobs", now=REAL, until=UNTIL)
        assert "It begins in a moment." in said(carla, run)

    def test_run_that_waits_can_be_taken_back(self, carla: Visitor, small_district: Store) -> None:
        run = asked(small_district)
        assert buttons(carla, f"{RUNS}/{run.key}") == ["Take this back"]
        carla.send(f"{RUNS}/{run.key}/stop", on=f"{RUNS}/{run.key}")
        assert the_run(small_district) == ended(run, RunState.CANCELLED, at=NOW)
        assert "Nothing was changed." in said(carla, run)


class TestUnderWay:
    def test_page_tells_how_far_it_is(self, carla: Visitor, small_district: Store) -> None:
        run = begun(small_district, headway=HALFWAY)
        page = carla.page(f"{RUNS}/{run.key}")
        (bar,) = page.iter("progress")
        assert (bar.get("value"), bar.get("max")) == ("50", "100")
        words = main_text(page)
        for sentence in (
            "Filling as many requests as can be filled.",
            "12 of 14 requests have somebody.",
            "Filled requests: at most 14.3% more is possible.",
            "How well people fit: proven, no plan does better.",
        ):
            assert sentence in words

    def test_page_says_nothing_of_what_is_not_known_yet(
        self, carla: Visitor, small_district: Store
    ) -> None:
        run = begun(small_district, headway=Headway("columns", 0.1, requests=14))
        words = said(carla, run)
        assert "Finding out who can come when." in words
        assert "possible" not in words
        assert "have somebody" not in words

    def test_page_is_honest_that_the_worker_fell_silent(
        self, carla: Visitor, small_district: Store
    ) -> None:
        run = begun(small_district, headway=HALFWAY, alive_until=REAL - timedelta(minutes=5))
        words = said(carla, run)
        assert "The computer that worked on this fell silent 5 minutes ago." in words
        assert "It waits for the timetable" in words
        assert buttons(carla, f"{RUNS}/{run.key}") == ["Take this back"]
        assert "Propose now" in buttons(carla, BOARD)

    @pytest.mark.parametrize("state", ["waiting", "running"])
    def test_page_follows_the_run_with_and_without_scripts(
        self, carla: Visitor, small_district: Store, state: str
    ) -> None:
        run = begun(small_district) if state == "running" else asked(small_district)
        markup = carla.get(f"{RUNS}/{run.key}").text
        assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in markup
        assert "/static/site.js" in markup
        assert 'id="run-phase" role="status" data-follows' in markup

    def test_page_of_a_run_that_ended_stands_still(
        self, carla: Visitor, small_district: Store
    ) -> None:
        markup = carla.get(f"{RUNS}/{over(small_district, RunState.DONE).key}").text
        assert "refresh" not in markup
        assert "data-follows" not in markup

    def test_stop_keeps_the_best_so_far(self, carla: Visitor, small_district: Store) -> None:
        run = begun(small_district, headway=HALFWAY)
        page = f"{RUNS}/{run.key}"
        assert buttons(carla, page) == ["Stop and keep the best so far"]
        assert carla.send(f"{page}/stop", on=page).location == page
        assert the_run(small_district) == replace(run, stop_asked_at=NOW)
        assert buttons(carla, page) == []
        assert "Stopping, and keeping the best so far." in said(carla, run)


class TestEnd:
    def test_page_tells_what_was_found_and_what_changed(
        self, carla: Visitor, small_district: Store
    ) -> None:
        run = over(
            small_district,
            RunState.DONE,
            headway=replace(HALFWAY, phase="", tier1_bound=12),
            points={"fit": 1_200, "equity": 0},
            counts={str(Change.FOUND): 60, str(Change.KEPT): 1, str(Change.NOBODY): 2},
            changed={str(Change.FOUND): ["robots", "gone"]},
        )
        words = said(carla, run)
        for sentence in (
            "12 of 14 requests have somebody.",
            "Filled requests: proven, no plan fills more.",
            f"60 requests now have a proposal {a_request().title} gone and 58 more",
            "1 proposal stayed as it was 2 requests have nobody yet",
            "Knows the topic1,200",
            "Go to the proposals",
        ):
            assert sentence in words
        links = [link.get("href") for link in carla.page(f"{RUNS}/{run.key}").iter("a")]
        assert {BOARD, f"{BOARD}/robots", RUNS} <= set(links)

    @pytest.mark.parametrize(
        ("state", "changes", "sentence"),
        [
            (
                RunState.FAILED,
                {"trouble": {"error": "SolverFailed", "sentence": "It was killed."}},
                "The search did not work. It was killed.",
            ),
            (
                RunState.FAILED,
                {"trouble": {"error": "ZeroDivisionError", "sentence": ""}},
                "The search did not work. It is our fault. Nothing was changed.",
            ),
            (RunState.CANCELLED, {}, "It was stopped before anybody was found."),
            (RunState.CANCELLED, {"counts": {"found": 1}}, "The best plan so far was kept."),
            (RunState.ABANDONED, {"attempt": 3}, "We tried 3 times. Nothing was changed."),
        ],
    )
    def test_other_ends_are_told_and_a_new_one_is_offered(
        self,
        carla: Visitor,
        small_district: Store,
        state: RunState,
        changes: dict[str, Any],
        sentence: str,
    ) -> None:
        run = over(small_district, state, **changes)
        assert sentence in said(carla, run)
        assert buttons(carla, f"{RUNS}/{run.key}") == ["Propose again"]

    def test_abandoned_run_leads_to_the_one_that_follows(
        self, carla: Visitor, small_district: Store
    ) -> None:
        run = begun(small_district)
        put(small_district, abandoned(run, at=NOW, followed_by="r2"), was=run)
        assert "We began again. See the new search" in said(carla, run)
        assert buttons(carla, f"{RUNS}/{run.key}") == []


class TestHistory:
    def test_latest_runs_are_listed(self, carla: Visitor, small_district: Store) -> None:
        over(small_district, RunState.DONE, headway=HALFWAY)
        row = row_of(carla)
        assert row == [
            "Sat 21 November, 09:00",
            "Carla Diaz",
            "Done",
            "12 of 14 requests have somebody",
            "1 minute",
        ]

    def test_nights_are_told_from_people(self, carla: Visitor, small_district: Store) -> None:
        run = runs.new_run(asked_by=runs.NIGHTLY, at=NOW, seconds=60.0)
        with small_district.write() as work:
            work.runs.add(run)
        assert row_of(carla)[1:] == ["The nightly check", "Waiting", "–", "–"]
        assert "Asked for by the nightly check," in said(carla, run)

    def test_list_can_be_taken_along(self, small_district: Store, carla: Visitor) -> None:
        over(small_district, RunState.DONE, headway=HALFWAY)
        (line,) = carla.get(f"{RUNS}.csv").text.splitlines()[1:]
        assert line.endswith('"Carla Diaz","Done","14","12","90"')

    def test_empty_list_says_so(self, carla: Visitor) -> None:
        assert "Nobody has looked for speakers yet." in main_text(carla.page(RUNS))


def test_viewer_looks_but_begins_and_stops_nothing(
    small_district: Store, signed_in_as: SignIn
) -> None:
    run, vera = begun(small_district, headway=HALFWAY), signed_in_as(VIEWER)
    for path in (BOARD, RUNS, f"{RUNS}/{run.key}"):
        assert "Propose now" not in buttons(vera, path)
        assert "Stop and keep the best so far" not in buttons(vera, path)
    assert vera.send(RUNS, on="/activity").status_code == 404
    assert vera.send(f"{RUNS}/{run.key}/stop", on="/activity").status_code == 404
    assert the_run(small_district) == run


@pytest.mark.parametrize("email", [TEACHER, OTHER_TEACHER, VOLUNTEER])
def test_runs_do_not_exist_for_others(
    small_district: Store, signed_in_as: SignIn, email: str
) -> None:
    run, visitor = begun(small_district), signed_in_as(email)
    assert visitor.get(RUNS).status_code == 404
    assert visitor.get(f"{RUNS}/{run.key}").status_code == 404


def test_run_that_does_not_exist_is_not_found(carla: Visitor) -> None:
    assert carla.get(f"{RUNS}/r9").status_code == 404
    assert carla.send(f"{RUNS}/r9/stop", on=RUNS).status_code == 404


def test_leases_are_reckoned_by_real_time() -> None:
    assert abs(real_time() - datetime.now(UTC)) < timedelta(minutes=1)
