"""What was approved: one mail a day for each office, principal and coordinator."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.domain.people import RoleName
from scheduler.services import approvals
from scheduler.services.records import OutboxRow, OutboxState
from tests.builders import (
    COORDINATOR,
    VOLUNTEER,
    a_person,
    a_proposal,
    a_request,
    moment,
    period,
)
from tests.services.test_delivery import DAYS_MAIL, deliver, text_of
from tests.services.world import World, elsewhere

OFFICE, PRINCIPAL = "olive@schools.example", "pia@schools.example"
TODAY = "approved-2026-11-21"
DECEMBER_7, DECEMBER_14 = date(2026, 12, 7), date(2026, 12, 14)


@pytest.fixture
def staffed(world: World) -> World:
    """A world in which Maple School has an office and Birch School a principal."""
    with world.store.write() as work:
        work.people.put(
            (
                a_person(RoleName.OFFICE, email=OFFICE, name="Olive Stone"),
                a_person(RoleName.APPROVER, email=PRINCIPAL, name="Pia", schools=("birch",)),
            )
        )
    for key, day in (("robots", "08"), ("later", "15"), ("last", "17")):
        session = period(f"2026-12-{day} 10:40-11:30")
        world.put_requests(a_request(f"2026-12-{day} P3", key=key))
        world.put_proposals(a_proposal(request=key, sessions=(session,)))
    session = period("2026-12-10 10:40-11:30")
    world.put_requests(elsewhere(windows=a_request("2026-12-10 P3").windows))
    world.put_proposals(a_proposal(request="bridges", sessions=(session,)))
    return world


def summaries(world: World, subject: str = TODAY) -> dict[str, OutboxRow]:
    """Return the day's summaries by recipient; each has one at most."""
    with world.store.read() as work:
        rows = work.outbox.of_subjects((subject,))
    assert len({row.recipient for row in rows}) == len(rows)
    return {row.recipient: row for row in rows}


@pytest.mark.each_engine
def test_releases_of_a_day_add_up_to_one_mail_each(staffed: World) -> None:
    staffed.approve("robots")
    assert summaries(staffed) == {}
    staffed.release()
    first = summaries(staffed)
    assert {email: row.facts["weeks"] for email, row in first.items()} == {
        COORDINATOR: ((DECEMBER_7, 1),),
        OFFICE: ((DECEMBER_7, 1),),
    }
    staffed.approve("later")
    staffed.release()
    after = summaries(staffed)
    assert after[OFFICE].facts["weeks"] == ((DECEMBER_7, 1), (DECEMBER_14, 1))
    assert after[OFFICE].created_at == first[OFFICE].created_at
    staffed.now = DAYS_MAIL
    deliver(staffed)
    told = [mail.recipient for mail in staffed.transport.sent]
    assert (told.count(COORDINATOR), told.count(OFFICE)) == (1, 1)


def test_schools_hear_of_their_own_visits_and_coordinators_of_all(staffed: World) -> None:
    staffed.approve("bridges")
    staffed.release()
    own = summaries(staffed)
    assert own.keys() == {COORDINATOR, PRINCIPAL}
    assert own[PRINCIPAL].facts == {
        "weeks": ((DECEMBER_7, 1),),
        "schools": ("Birch School",),
        "on": "2026-12-07",
        "role": "office",
    }
    staffed.approve("later")
    staffed.release()
    assert summaries(staffed)[COORDINATOR].facts["schools"] == ("Birch School", "Maple School")
    assert summaries(staffed)[PRINCIPAL] == own[PRINCIPAL]


def test_approval_that_was_taken_back_is_told_to_nobody(staffed: World) -> None:
    staffed.approve("robots")
    soon = staffed.now + timedelta(minutes=2)
    approvals.undo(staffed.store, ("robots",), actor=staffed.coordinator, now=soon)
    staffed.release()
    assert summaries(staffed) == {}


def test_what_is_released_after_the_days_mail_is_told_the_next_day(staffed: World) -> None:
    staffed.now = DAYS_MAIL - timedelta(minutes=5)
    staffed.approve("robots")
    staffed.release()
    assert summaries(staffed) == {}
    assert summaries(staffed, "approved-2026-11-22").keys() == {COORDINATOR, OFFICE}


def test_summary_that_went_out_before_the_days_mail_stays_as_it_went_out(staffed: World) -> None:
    staffed.approve("robots")
    staffed.release()
    deliver(staffed, at_any_hour=True)
    staffed.approve("later")
    staffed.release()
    with staffed.store.read() as work:
        rows = work.outbox.of_subjects((TODAY,))
    own = [(row.state, row.facts["weeks"]) for row in rows if row.recipient == OFFICE]
    assert own == [
        (OutboxState.SENT, ((DECEMBER_7, 1),)),
        (OutboxState.DUE, ((DECEMBER_14, 1),)),
    ]


def test_mail_says_how_many_where_and_when(staffed: World) -> None:
    staffed.approve("robots")
    staffed.release()
    staffed.now = moment("2026-11-21 15:00")
    deliver(staffed)
    (mail,) = (mail for mail in staffed.transport.sent if mail.recipient == OFFICE)
    assert mail.message["Subject"] == "1 new visit: Maple School"
    text = text_of(mail)
    assert "Week of Mon 7 December: 1 visit" in text
    assert "https://visits.example/calendar?on=2026-12-07" in text
    assert VOLUNTEER not in text
