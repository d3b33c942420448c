"""Work on runs: take the one that waits, search, and keep what was found.

Whatever kills a worker, a run's proposals are kept whole together with its end, or not at all.
Whoever finds a run whose worker fell silent abandons it and tries again.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from scheduler.domain.errors import IllegalTransition, SearchStopped, trouble_of
from scheduler.domain.runs import (
    Change,
    Headway,
    Run,
    RunState,
    abandoned,
    ended,
    given_back,
    successor,
    taken,
)
from scheduler.matching.proposal import Plan
from scheduler.services.access import Actor, require_coordinator
from scheduler.services.approver_tasks import write_tasks
from scheduler.services.heartbeat import ALIVE_LASTS
from scheduler.services.ports import Clock, Gazetteer, Store, WatchedSolve, Work
from scheduler.services.proposals import Proposed, proposed_of
from scheduler.services.proposing import Found, Sought, keep, seek, understand
from scheduler.services.run_watch import Watch
from scheduler.services.runs import new_run, open_run, require_district

LISTED = 50


@dataclass(frozen=True, slots=True)
class Worker:
    """Who works on runs and with what; ``is_leaving`` says that the process is to end.

    ``lease_clock`` gives real time, also while the district rehearses another day.
    """

    owner: str
    clock: Clock
    lease_clock: Clock
    gazetteer: Gazetteer
    solve: WatchedSolve
    is_leaving: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Worked:
    """A run that was worked on, and what it proposed if anything was kept."""

    run: Run
    proposed: Proposed | None = None


def work_one(store: Store, *, worker: Worker) -> Worked | None:
    """Work on the run that waits, to its end; None if there is none.

    A worker that has to leave gives the run back to wait for another.

    Raises:
        SchedulerError: whatever the search fails with, once it is noted with the run.
    """
    run = _claimed(store, worker)
    return _worked(store, run, worker=worker, if_interrupted=_give_back) if run else None


def propose_at_once(
    store: Store,
    *,
    actor: Actor,
    worker: Worker,
    seconds: float,
    first: date | None = None,
    last: date | None = None,
) -> Worked | None:
    """Open a run and work on it to its end; None while another one is open.

    Raises:
        NotAllowed: unless the actor is a coordinator.
        Unknown: before a district was imported.
        InvalidPeriod: if the days end before they begin, or before today.
        SchedulerError: whatever the search fails with, once it is noted with the run.
    """
    require_coordinator(actor, deed="propose bookings")
    now = worker.clock()
    asked = new_run(asked_by=actor.email, at=now, seconds=seconds, first=first, last=last)
    run = _taken(asked, worker)
    with store.write() as work:
        require_district(work, run)
        is_ours = open_run(work, run, lease_now=worker.lease_clock())
    return _worked(store, run, worker=worker, if_interrupted=_cancel) if is_ours else None


def _claimed(store: Store, worker: Worker) -> Run | None:
    # Reading first keeps an idle worker from taking turns with those who write.
    with store.read() as work:
        run = work.runs.open()
    if run is None or not _can_be_had(run, worker):
        return None
    with store.write() as work:
        run = work.runs.open()
        if run and run.is_orphaned(worker.lease_clock()):
            run = _replaced(work, run, worker)
        if run is None or run.state is not RunState.WAITING:
            return None
        ours = _taken(run, worker)
        return ours if work.runs.save(ours, was=run) else None


def _can_be_had(run: Run, worker: Worker) -> bool:
    return run.state is RunState.WAITING or run.is_orphaned(worker.lease_clock())


def _taken(run: Run, worker: Worker) -> Run:
    until = worker.lease_clock() + ALIVE_LASTS
    return taken(run, owner=worker.owner, at=worker.clock(), alive_until=until)


def _replaced(work: Work, run: Run, worker: Worker) -> Run | None:
    """Abandon a run whose worker died, and open the one that follows, unless it was the last."""
    now = worker.clock()
    following = successor(run, key=uuid.uuid4().hex, at=now)
    gone = abandoned(run, at=now, followed_by=following.key if following else "")
    if not work.runs.save(gone, was=run) or following is None:
        return None
    return following if work.runs.add(following) else None


def _worked(
    store: Store, run: Run, *, worker: Worker, if_interrupted: Callable[[Run, Worker], Run]
) -> Worked:
    try:
        with Watch(store, run, lease_clock=worker.lease_clock) as watch:
            return _searched(store, run, worker=worker, watch=watch)
    except Exception as error:
        failed = ended(run, RunState.FAILED, at=worker.clock())
        _save(store, replace(failed, trouble=trouble_of(error)), was=run)
        raise
    except BaseException:
        _save(store, if_interrupted(run, worker), was=run)
        raise


def _searched(store: Store, run: Run, *, worker: Worker, watch: Watch) -> Worked:
    watch.begin("reading")
    sought = seek(
        store, now=worker.clock(), gazetteer=worker.gazetteer, first=run.first, last=run.last
    )
    watch.begin("columns", requests=len(sought.problem.demands))

    def is_to_stop() -> bool:
        return watch.is_stopped or watch.is_lost or worker.is_leaving()

    try:
        plan = worker.solve(
            sought.problem, run.seconds, progress=watch.note, is_cancelled=is_to_stop
        )
    except SearchStopped:
        unfinished = _give_back if worker.is_leaving() else _cancel
        return _save(store, unfinished(run, worker), was=run)
    if worker.is_leaving():
        return _save(store, _give_back(run, worker), was=run)
    watch.begin("explaining")
    found = understand(sought, plan, now=worker.clock())
    watch.begin("keeping")
    state = RunState.CANCELLED if watch.is_stopped else RunState.DONE
    return _kept(store, ended(run, state, at=worker.clock()), was=run, sought=sought, found=found)


def _kept(store: Store, run: Run, *, was: Run, sought: Sought, found: Found) -> Worked:
    with store.write() as work:
        changes = keep(work, sought, found)
        run = replace(
            run,
            headway=_end_of(sought, found),
            points=dict(found.plan.points),
            counts={str(change): n for change, n in Counter(changes.values()).items()},
            changed=_changed(changes),
        )
        if not work.runs.save(run, was=was):
            # Raised inside, so that nothing of a run that was taken over is kept.
            raise IllegalTransition(subject="run", state="abandoned", step=str(run.state))
        write_tasks(work, run)
    return Worked(run, proposed_of(sought, found))


def _end_of(sought: Sought, found: Found) -> Headway:
    plan: Plan = found.plan
    return Headway(
        share=1.0,
        requests=len(sought.problem.demands),
        filled=len(found.proposals),
        tier1_value=plan.tier1.value,
        tier1_bound=plan.tier1.bound,
        tier2_value=plan.tier2.value,
        tier2_bound=plan.tier2.bound,
    )


def _changed(changes: Mapping[str, Change]) -> dict[str, object]:
    """Return the first keys of each change worth reading about."""
    told = (Change.FOUND, Change.OTHER_PEOPLE, Change.OTHER_TIME, Change.LOST)
    keys = {change: sorted(k for k, c in changes.items() if c is change) for change in told}
    return {str(change): found[:LISTED] for change, found in keys.items() if found}


def _give_back(run: Run, worker: Worker) -> Run:
    return given_back(run)


def _cancel(run: Run, worker: Worker) -> Run:
    return ended(run, RunState.CANCELLED, at=worker.clock())


def _save(store: Store, run: Run, *, was: Run) -> Worked:
    with store.write() as work:
        work.runs.save(run, was=was)
        return Worked(work.runs.get(run.key) or run)
