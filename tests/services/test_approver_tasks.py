"""An approver's task: one mail per run to each who decides, true at the moment it is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from scheduler.domain.errors import IllegalTransition
from scheduler.domain.mail_choices import MailChoices, MailKind, Pace
from scheduler.domain.people import RoleName
from scheduler.domain.runs import Run
from scheduler.services import approver_tasks, runs
from scheduler.services.approver_tasks import give_tasks, write_tasks
from scheduler.services.records import OutboxRow, OutboxState
from tests.builders import COORDINATOR, DAY, NOW, a_person, a_request, a_volunteer, moment
from tests.services.searchers import SILENCE, Searches, work
from tests.services.test_delivery import PostOffice, text_of
from tests.services.world import BRUNO, World, elsewhere

COLLEAGUE = "cleo@schools.example"
EVERYBODY = sorted((COORDINATOR, COLLEAGUE))
NIGHT, MORNING = moment("2026-11-22 03:00"), moment("2026-11-22 07:00")


@pytest.fixture
def office(world: World) -> World:
    """A world with two coordinators, one who has left, and a request that nobody can serve."""
    with world.store.write() as work:
        for email, is_active in ((COLLEAGUE, True), ("gone@schools.example", False)):
            person = a_person(RoleName.COORDINATOR, email=email, name="Cleo", is_active=is_active)
            work.people.put((person,))
    world.put_requests(elsewhere(language="uk"))
    return world


def propose_nightly(world: World) -> Run:
    """Let the timetable propose as it does by night; return the run."""
    assert world.timetable.propose_nightly() is True
    return latest(world)


def propose_by_hand(world: World) -> Run:
    """Let the coordinator ask for proposals on the page, and have them worked out."""
    now = world.now
    runs.ask(world.store, actor=world.coordinator, now=now, lease_now=now)
    work(world)
    return latest(world)


def latest(world: World) -> Run:
    with world.store.read() as work:
        return work.runs.recent(limit=1)[0]


def tasks(world: World, *found: Run) -> dict[str, OutboxRow]:
    """Return by recipient the mail that tells of these runs, or of the latest."""
    with world.store.read() as work:
        rows = work.outbox.of_subjects(f"run:{run.key}" for run in found or (latest(world),))
    assert len({row.recipient for row in rows}) == len(rows)
    return {row.recipient: row for row in rows}


def states(world: World, *found: Run) -> dict[str, OutboxState]:
    return {email: row.state for email, row in tasks(world, *found).items()}


def tell(world: World) -> list[str]:
    """Let the timetable do what is due, mail last; return who was told of proposals."""
    world.timetable.tick()
    told = [mail for mail in world.transport.sent if "/proposals" in text_of(mail)]
    world.transport.sent.clear()
    return sorted(mail.recipient for mail in told)


def choose(world: World, pace: Pace) -> None:
    with world.store.write() as work:
        work.mail_doors.choose(MailChoices(COORDINATOR, {MailKind.TASK: pace}))


@pytest.mark.each_engine
def test_night_that_found_somebody_is_told_to_each_who_decides_in_the_morning(
    office: World,
) -> None:
    office.now = NIGHT
    propose_nightly(office)
    assert states(office) == dict.fromkeys(EVERYBODY, OutboxState.HELD)
    assert tell(office) == []
    office.now = MORNING
    assert tell(office) == EVERYBODY
    assert tell(office) == []


def test_who_asked_for_a_run_is_looking_at_it_already(office: World) -> None:
    propose_by_hand(office)
    assert tell(office) == [COLLEAGUE]


def test_mail_says_what_the_board_says(office: World) -> None:
    office.put_requests(a_request("2026-12-15 P3", key="later"))
    propose_nightly(office)
    give_tasks(office.store, now=office.now, gazetteer=office.gazetteer)
    assert tasks(office)[COLLEAGUE].facts == {
        "role": "coordinator",
        "waiting": 2,
        "clear": 2,
        "nobody": 1,
        "first_day": DAY,
    }


def test_proposal_that_another_would_fit_as_well_is_not_clear(office: World) -> None:
    office.put_volunteers(a_volunteer(), a_volunteer(email=BRUNO, name="Bruno Silva"))
    propose_nightly(office)
    give_tasks(office.store, now=office.now, gazetteer=office.gazetteer)
    facts = tasks(office)[COLLEAGUE].facts
    assert (facts["waiting"], facts["clear"]) == (1, 0)


def test_what_stopped_holding_overnight_needs_a_look(office: World) -> None:
    office.now = NIGHT
    propose_nightly(office)
    assert tell(office) == []
    office.put_volunteers(a_volunteer(languages=("fr",)))
    office.now = MORNING
    give_tasks(office.store, now=office.now, gazetteer=office.gazetteer)
    facts = tasks(office)[COLLEAGUE].facts
    assert (facts["waiting"], facts["clear"]) == (1, 0)


def test_long_queue_is_counted_and_not_judged(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approver_tasks, "MOST_JUDGED", 1)
    office.put_requests(a_request("2026-12-15 P3", key="later"))
    propose_nightly(office)
    give_tasks(office.store, now=office.now, gazetteer=office.gazetteer)
    assert tasks(office)[COLLEAGUE].facts == {
        "role": "coordinator",
        "waiting": 2,
        "nobody": 1,
        "first_day": date(2026, 12, 8),
    }


def test_decided_before_the_morning_nobody_is_told(office: World) -> None:
    office.now = NIGHT
    propose_nightly(office)
    assert tell(office) == []
    office.approve("robots")
    office.now = MORNING
    assert tell(office) == []
    assert states(office) == dict.fromkeys(EVERYBODY, OutboxState.SUPERSEDED)


def test_who_decides_no_longer_by_the_morning_is_not_told(office: World) -> None:
    office.now = NIGHT
    propose_nightly(office)
    with office.store.write() as work:
        work.people.put((a_person(RoleName.VIEWER, email=COLLEAGUE, name="Cleo"),))
    office.now = MORNING
    assert tell(office) == [COORDINATOR]
    assert states(office) == {
        COORDINATOR: OutboxState.SENT,
        COLLEAGUE: OutboxState.SUPERSEDED,
    }


def test_later_run_overtakes_what_still_waits_of_an_earlier_one(office: World) -> None:
    office.now = NIGHT
    first = propose_nightly(office)
    office.now = moment("2026-11-22 05:00")
    office.put_requests(a_request("2026-12-15 P3", key="later"))
    second = propose_by_hand(office)
    assert states(office, first) == {
        COORDINATOR: OutboxState.HELD,
        COLLEAGUE: OutboxState.SUPERSEDED,
    }
    assert states(office, second) == {COLLEAGUE: OutboxState.HELD}
    office.now = MORNING
    assert tell(office) == EVERYBODY


def test_what_was_sent_is_not_overtaken(office: World) -> None:
    first = propose_nightly(office)
    assert tell(office) == EVERYBODY
    office.put_requests(a_request("2026-12-15 P3", key="later"))
    office.wait(days=1)
    propose_nightly(office)
    assert states(office, first) == dict.fromkeys(EVERYBODY, OutboxState.SENT)
    assert tell(office) == EVERYBODY


def test_night_that_found_nothing_new_is_silent(office: World) -> None:
    propose_nightly(office)
    tell(office)
    office.wait(days=1)
    assert propose_nightly(office).counts == {"kept": 1, "nobody": 1}
    assert tasks(office) == {}


def test_run_is_told_of_once_however_often_it_is_written(office: World) -> None:
    run = propose_nightly(office)
    with office.store.write() as work:
        assert write_tasks(work, run) == 0
    assert states(office) == dict.fromkeys(EVERYBODY, OutboxState.HELD)


def test_run_that_was_taken_over_tells_nobody(office: World) -> None:
    def be_given_up() -> None:
        office.now += SILENCE
        runs.ask(office.store, actor=office.coordinator, now=office.now, lease_now=office.now)

    asked = runs.ask(office.store, actor=office.coordinator, now=NOW, lease_now=NOW)
    with pytest.raises(IllegalTransition):
        work(office, solve=Searches(meanwhile=be_given_up), lease_clock=lambda: NOW)
    assert tasks(office, asked) == {}


@pytest.mark.parametrize(
    ("pace", "hour"), [(Pace.AT_ONCE, "09:00"), (Pace.DAILY, "15:00"), (Pace.NEVER, "")]
)
def test_coordinator_chooses_how_soon(office: World, pace: Pace, hour: str) -> None:
    choose(office, pace)
    propose_nightly(office)
    told = []
    for each in ("09:00", "12:00", "15:00"):
        office.now = moment(f"2026-11-21 {each}")
        told += [each] * tell(office).count(COORDINATOR)
    assert told == ([hour] if hour else [])


SERVER_BACK = moment("2026-11-21 18:00")


def wait_out_a_dead_server(world: World) -> None:
    """Find somebody, and have no mail taken until the evening."""
    propose_nightly(world)
    dead = PostOffice(code_by_recipient=dict.fromkeys(EVERYBODY, 421))
    replace(world.timetable, transport=dead).tick()
    assert states(world) == dict.fromkeys(EVERYBODY, OutboxState.DUE)
    assert len(dead.refused) == len(EVERYBODY)
    world.now = SERVER_BACK


def test_mail_that_waited_for_its_server_counts_what_waits_when_it_is_sent(office: World) -> None:
    wait_out_a_dead_server(office)
    office.put_requests(a_request("2026-12-15 P3", key="later"))
    office.propose()
    assert tell(office) == EVERYBODY
    assert {row.facts["waiting"] for row in tasks(office).values()} == {2}


def test_mail_that_waited_for_its_server_is_not_sent_once_all_is_decided(office: World) -> None:
    wait_out_a_dead_server(office)
    office.approve("robots")
    assert tell(office) == []
    assert states(office) == dict.fromkeys(EVERYBODY, OutboxState.SUPERSEDED)
