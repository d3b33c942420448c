"""Solve in a process of its own, so that whoever asks never loads the solver.

The child is given the problem and nothing else: no database, no settings. One pipe leads to it.
Milestones and the plan come back through it, the wish to stop goes out, and a child whose pipe
breaks has lost its parent and ends at once.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import Event, Thread
from traceback import format_exception

from scheduler.domain.errors import SearchStopped, SolverFailed
from scheduler.matching.problem import Problem
from scheduler.matching.proposal import Cancelled, Milestone, Plan, Progress

STOP_PATIENCE_SECONDS = 10.0
OVERDUE_SECONDS = 300.0
POLL_SECONDS = 0.1
ENDING = (signal.SIGINT, signal.SIGTERM)
NO_MEMORY = "The search needs more memory than this machine has."


def solve_apart(
    problem: Problem,
    seconds: float,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    is_cancelled: Cancelled | None = None,
) -> Plan:
    """Return the plan found by a child process, which ends with it.

    ``progress`` and ``is_cancelled`` are called in this process, the latter ten times a second.
    A cancelled child hands over the best plan it has; one that does not within seconds is
    killed, and so is one that is minutes late.

    Raises:
        SearchStopped: if it was cancelled and had no plan in time.
        SolverFailed: if the child was killed or never ended; and whatever ``solve`` raises.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_search, args=(theirs,), daemon=True)
    _start(child)
    theirs.close()
    try:
        ours.send((problem, seconds, seed))
        return _answer(
            ours, seconds + OVERDUE_SECONDS, progress=progress, is_cancelled=is_cancelled
        )
    except (EOFError, ConnectionError):
        raise SolverFailed(_how_it_died(child)) from None
    finally:
        ours.close()
        child.kill()
        child.join()
        child.close()


def _start(child: SpawnProcess) -> None:
    """Start it deaf to the keyboard and to whoever ends a whole service at once.

    What becomes of the child its parent says. It is born deaf: what came while it still starts
    would end it.
    """
    # Starting the tracker, as the first child does otherwise, lets the signals in again.
    resource_tracker.ensure_running()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        child.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _answer(
    pipe: Connection,
    overdue_seconds: float,
    *,
    progress: Progress | None,
    is_cancelled: Cancelled | None,
) -> Plan:
    overdue_at = time.monotonic() + overdue_seconds
    kill_at: float | None = None
    while True:
        if pipe.poll(POLL_SECONDS):
            match pipe.recv():
                case Plan() as plan:
                    return plan
                case Milestone() as milestone if progress:
                    progress(milestone)
                case Exception() as error:
                    raise error
        now = time.monotonic()
        if kill_at is None and is_cancelled and is_cancelled():
            kill_at = now + STOP_PATIENCE_SECONDS
            # Who was done a moment ago is gone, and its plan is in the pipe.
            with suppress(ConnectionError):
                pipe.send(None)
        if kill_at is not None and now >= kill_at:
            raise SearchStopped("The search was stopped before it had a plan.")
        if now >= overdue_at:
            raise SolverFailed("The search was still not done long after its time.")


def _how_it_died(child: SpawnProcess) -> str:
    child.join(STOP_PATIENCE_SECONDS)
    if child.exitcode == -signal.SIGKILL:
        return f"The search was killed from outside. {NO_MEMORY}"
    return f"The search ended without an answer (status {child.exitcode})."


def _search(pipe: Connection) -> None:
    # This process is short and makes no cycles; collecting would only walk the facts again.
    gc.disable()
    problem, seconds, seed = pipe.recv()
    wish_to_stop = Event()
    Thread(target=_listen, args=(pipe, wish_to_stop.set), daemon=True).start()
    pipe.send(
        _outcome(
            problem,
            seconds=seconds,
            seed=seed,
            progress=pipe.send,
            is_cancelled=wish_to_stop.is_set,
        )
    )


def _listen(pipe: Connection, stop: Callable[[], None]) -> None:
    try:
        while True:
            pipe.recv()
            stop()
    except (EOFError, OSError):
        os._exit(1)


def _outcome(
    problem: Problem, *, seconds: float, seed: int, progress: Progress, is_cancelled: Cancelled
) -> Plan | Exception:
    try:
        from scheduler.matching.solve import solve

        return solve(
            problem, seconds=seconds, seed=seed, progress=progress, is_cancelled=is_cancelled
        )
    except MemoryError:
        return SolverFailed(NO_MEMORY)
    except Exception as error:
        return _sendable(error)


def _sendable(error: Exception) -> Exception:
    """Return the error with its traceback in words; one that cannot travel becomes a sentence."""
    words = "".join(format_exception(error))
    error.add_note(words)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        stranger = SolverFailed(f"The search failed: {error}")
        stranger.add_note(words)
        return stranger
    return error
