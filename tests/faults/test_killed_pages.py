"""A web process killed in the middle of an approval or an answer leaves all of it, or nothing."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from scheduler.domain.proposals import ProposedSpeaker
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import Format
from scheduler.storage.database import problems
from tests.builders import a_proposal, a_request, a_volunteer, period
from tests.databases import engine_on
from tests.faults import pages
from tests.processes import quick_processes
from tests.services.world import World, open_world

KILLS, FULL_KILLS = 1, 40
LONGEST_SECONDS = 0.6
PATIENCE_SECONDS = 60
ANSWERED_DAYS, APPROVED_DAYS = (7, 8, 9), (14, 15, 16)


@dataclass(frozen=True)
class Buttons:
    """What there is to press: proposals to approve, and whose answer a visit waits for."""

    approved: tuple[str, ...]
    answered: dict[str, str]


def some_buttons(world: World) -> Buttons:
    """Make a request for each day, with a volunteer of its own; those of the first are invited."""
    days = (*ANSWERED_DAYS, *APPROVED_DAYS)
    emails = {day: f"v{day}@robots.example" for day in days}
    requests = {day: a_request(f"2026-12-{day:02} P3", key=f"r{day}") for day in days}
    world.put_volunteers(*(a_volunteer(email=email, name=email) for email in emails.values()))
    world.put_requests(*requests.values())
    world.put_proposals(
        *(
            a_proposal(
                request=f"r{day}",
                speakers=(ProposedSpeaker(email, Format.IN_PERSON),),
                sessions=(period(f"2026-12-{day:02} 10:40-11:30"),),
            )
            for day, email in emails.items()
        )
    )
    world.approve(*(f"r{day}" for day in ANSWERED_DAYS))
    world.release()
    return Buttons(
        approved=tuple(f"r{day}" for day in APPROVED_DAYS),
        answered={world.visits_of(f"r{day}")[0].uid: emails[day] for day in ANSWERED_DAYS},
    )


def assert_all_or_nothing(world: World, url: str, buttons: Buttons) -> None:
    """Fail unless each approval has its visit and mail or neither, and the doctor is content."""
    assert problems(url) == ()
    with world.store.read() as work:
        requests = work.requests.many(buttons.approved)
    for key, request in requests.items():
        visits = world.visits_of(key)
        assert (request.state is RequestState.BOOKED) == (len(visits) == 1), key
        assert all(world.mail_of(visit) for visit in visits), key


def assert_kills_leave_nothing_half_done(
    world: World, url: str, folder: Path, *, kills: int
) -> None:
    """Kill a web process that often at any moment, then let one finish."""
    buttons, chance = some_buttons(world), random.Random(kills)
    for kill in range(kills + 1):
        ours, theirs = Pipe()
        process: Any = quick_processes().Process(
            target=pages.press_buttons,
            args=(url, folder),
            kwargs={"approved": buttons.approved, "answered": buttons.answered, "told": theirs},
        )
        process.start()
        assert ours.poll(PATIENCE_SECONDS)
        assert ours.recv() == "ready"
        if kill < kills:
            time.sleep(chance.random() * LONGEST_SECONDS)
            os.kill(process.pid, signal.SIGKILL)
        else:
            ours.send("finish")
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == (-signal.SIGKILL if kill < kills else 0)
        assert_all_or_nothing(world, url, buttons)
    assert [world.visits_of(key)[0].state for key in buttons.approved] == [VisitState.HELD] * 3
    with world.store.read() as work:
        answered = work.visits.many(buttons.answered)
    assert all(visit.bookings[0].partstat == "ACCEPTED" for visit in answered.values())


@pytest.mark.timeout(300)
def test_killed_page_leaves_nothing_half_done(sqlite_url: str, tmp_path: Path) -> None:
    world = open_world(engine_on(sqlite_url))
    assert_kills_leave_nothing_half_done(world, sqlite_url, tmp_path, kills=KILLS)


@pytest.mark.full
@pytest.mark.timeout(3000)
def test_page_killed_many_times_leaves_nothing_half_done(
    world: World, database_url: str, tmp_path: Path
) -> None:
    assert_kills_leave_nothing_half_done(world, database_url, tmp_path, kills=FULL_KILLS)
