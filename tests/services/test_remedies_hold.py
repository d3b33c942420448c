"""Every remedy of a run, carried out on a copy, fills its request beside all that is proposed.

Judged by the plain checker, on a district from which volunteers were taken away until requests
stay empty.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest

from scheduler.demo.moving import materialise
from scheduler.domain.assignments import Assignment
from scheduler.domain.periods import minute_of
from scheduler.domain.proposals import Unassigned
from scheduler.matching.checker import check
from scheduler.services.access import Actor
from scheduler.services.alterations import ANOTHER_LESSON
from scheduler.services.bundles import import_bundle
from scheduler.services.proposing import Sought, seek, understand
from scheduler.services.reasons import advice_kept
from scheduler.services.snapshots import problem_of
from scheduler.storage.database import connect, sessions, upgrade
from scheduler.storage.unit_of_work import SqlStore
from tests.benchmarks.large_bundle import write_large_bundle
from tests.databases import sqlite_database
from tests.services.carried_out import carried_out
from tests.services.world import NoGazetteer, solve_quickly

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)


def a_district(folder: Path, *, is_large: bool) -> SqlStore:
    """Return a store with the made-up district, or a city's."""
    url = sqlite_database(folder)
    upgrade(url)
    store = SqlStore(sessions(connect(url)))
    bundle = folder / "bundle"
    bundle.mkdir()
    if is_large:
        write_large_bundle(bundle)
    else:
        materialise(bundle, TODAY)
    import_bundle(store, bundle, actor=Actor.operator(), now=NOW)
    return store


def thinned(store: SqlStore, *, seed: int, keep: float) -> None:
    """Leave only some volunteers active, and let the clearances of some others end."""
    random = Random(seed)
    with store.write() as work:
        for person in work.volunteers.all().values():
            changed = replace(person, is_active=person.is_active and random.random() < keep)
            if random.random() < 0.3:
                changed = replace(changed, clearances=())
            work.volunteers.put((changed,))


def checked(sought: Sought, plan: tuple[Assignment, ...], entry: Unassigned) -> int:
    """Check every remedy of one entry; return how many there are."""
    advice = advice_kept(entry)
    assert advice is not None
    for remedy in advice.remedies:
        picture = carried_out(sought.picture, entry.request, remedy=remedy)
        problem = problem_of(picture, gazetteer=NoGazetteer())
        start = minute_of(remedy.start)
        others = [each for each in plan if each.demand_id not in remedy.displaces]
        filled = [*others, Assignment(entry.request, start, remedy.team)]
        assert not check(problem, filled).violations, remedy
    assert advice.remedies or (advice.no_single_helps and ANOTHER_LESSON in advice.tried)
    return len(advice.remedies)


@pytest.mark.parametrize(
    ("seed", "keep", "is_large"),
    [
        (1, 0.5, False),
        *(pytest.param(seed, 0.4, False, marks=pytest.mark.full) for seed in range(2, 6)),
        pytest.param(
            1, 0.03, True, marks=[pytest.mark.full, pytest.mark.timeout(600)], id="a city"
        ),
    ],
)
def test_every_remedy_of_a_run_fills_its_request_once_carried_out(
    tmp_path: Path, seed: int, keep: float, is_large: bool
) -> None:
    store = a_district(tmp_path, is_large=is_large)
    thinned(store, seed=seed, keep=keep)
    sought = seek(store, now=NOW, gazetteer=NoGazetteer())
    plan = solve_quickly(sought.problem, 5.0)
    found = understand(sought, plan, now=NOW)
    assert found.nobody
    counts = [checked(sought, plan.assignments, entry) for entry in found.nobody[:40]]
    assert sum(counts) > 0
