"""A class changes hands: offered, accepted, and everything to come goes along."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.errors import DoubleBooked, IllegalTransition, Unknown
from scheduler.domain.handovers import Handover, HandoverState
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState, hosts_of
from scheduler.services.access import Actor
from scheduler.services.handing_over import (
    offer_class,
    offered_class,
    offering,
    take_back,
    take_over,
    turn_down,
)
from scheduler.services.own_classes import own_classes
from scheduler.services.records import OutboxRow, OutboxState
from tests.actors import LENA, OMAR
from tests.builders import TEACHER, VOLUNTEER, a_person, a_request, a_visit
from tests.services.world import World

MIRA_EMAIL = "mira@schools.example"
MIRA = Actor(MIRA_EMAIL, "Mira Koch", is_teacher=True)


@pytest.fixture
def school(world: World) -> World:
    """Return the world with a colleague at Lena's school."""
    with world.store.write() as work:
        work.people.put((a_person(email=MIRA_EMAIL, name="Mira Koch"),))
    return world


def offer(world: World) -> Handover:
    (colleague,) = offering(world.store, "maple-5a", actor=LENA).colleagues
    return offer_class(
        world.store, "maple-5a", colleague=colleague.reference, actor=LENA, now=world.now
    )


def mails(world: World, purpose: str) -> list[tuple[str, str]]:
    world.post()
    with world.store.read() as work:
        subjects = [f"handover:{h}" for h in _keys(world)] + [v.uid for v in world.visits_of()]
        rows = work.outbox.of_subjects(subjects)
    return [(row.recipient, str(row.state)) for row in rows if row.purpose == purpose]


def _keys(world: World) -> list[str]:
    with world.store.read() as work:
        recent = work.activities.recent(limit=50)
    offers = [o.key for email in (TEACHER, MIRA_EMAIL) for o in _open(world, email)]
    return offers or [str(each.facts.get("offer")) for each in recent if "offer" in each.facts]


def _open(world: World, email: str) -> tuple[Handover, ...]:
    with world.store.read() as work:
        return work.handovers.open_ones(email)


def test_only_colleagues_of_the_same_school_are_offered(school: World) -> None:
    found = offering(school.store, "maple-5a", actor=LENA)
    assert [each.name for each in found.colleagues] == ["Mira Koch"]
    assert "@" not in found.colleagues[0].reference


def test_offer_is_mailed_to_the_colleague_and_shown_to_both(school: World) -> None:
    made = offer(school)
    assert mails(school, "hand_over") == [(MIRA_EMAIL, "sent")]
    (mine,) = own_classes(school.store, actor=LENA).classes
    assert (mine.offer, mine.offered_to) == (made.key, "Mira Koch")
    (offered,) = own_classes(school.store, actor=MIRA).offered
    assert (offered.key, offered.class_name, offered.giver) == (made.key, "5A", "Lena Fischer")


def test_class_requests_and_visits_go_along(school: World) -> None:
    (visit,) = school.invite()
    made = offer(school)
    shown = offered_class(school.store, made.key, actor=MIRA, now=school.now)
    assert ([r.key for r in shown.requests], shown.visits) == (["robots"], (visit,))
    take_over(school.store, made.key, actor=MIRA, now=school.now)
    hosts = hosts_of(teacher_email=MIRA_EMAIL, school="maple", classroom="maple-5a", room="12")
    assert school.request().teacher_email == MIRA_EMAIL
    assert school.visits_of() == (replace(visit, hosts=hosts),)
    with school.store.read() as work:
        assert work.districts.classes()["maple-5a"].teacher_email == MIRA_EMAIL


def test_speakers_and_the_former_teacher_are_told(school: World) -> None:
    (visit,) = school.invite()
    school.post()
    school.transport.sent.clear()
    made = offer(school)
    school.post()
    school.transport.sent.clear()
    take_over(school.store, made.key, actor=MIRA, now=school.now)
    school.post()
    subjects = {sent.recipient: sent.message["Subject"] for sent in school.transport.sent}
    assert subjects == {
        TEACHER: "Mira Koch has taken over class 5A",
        VOLUNTEER: "Mira Koch welcomes you: Tuesday 8 December, 10:40",
    }
    assert visit.state is VisitState.INVITED


def test_mail_that_waits_goes_to_the_new_teacher(school: World) -> None:
    school.propose()
    school.approve("robots")
    (held,) = school.visits_of()
    made = offer(school)
    take_over(school.store, made.key, actor=MIRA, now=school.now)
    waiting = [each for each in school.told(held) if each[0] == "announcement"]
    assert waiting == [
        ("announcement", TEACHER, "superseded"),
        ("announcement", MIRA_EMAIL, "held"),
    ] or waiting == [
        ("announcement", MIRA_EMAIL, "held"),
        ("announcement", TEACHER, "superseded"),
    ]
    school.release()
    school.post()
    assert [s.recipient for s in school.transport.sent if "Asked:" in s.message["Subject"]] == [
        MIRA_EMAIL
    ]


def test_what_is_over_stays_with_who_held_it(school: World) -> None:
    school.put_requests(a_request(key="past", state=RequestState.BOOKED))
    past = a_visit(uid="past", request="past", state=VisitState.HAPPENED)
    with school.store.write() as work:
        work.visits.add((past,))
    made = offer(school)
    school.now = past.period.end
    take_over(school.store, made.key, actor=MIRA, now=school.now)
    assert school.request("past").teacher_email == TEACHER
    assert school.visits_of("past") == (past,)
    assert school.request("robots").teacher_email == MIRA_EMAIL


def test_taker_with_a_visit_at_that_hour_is_refused_and_nothing_changes(school: World) -> None:
    (visit,) = school.invite()
    school.put_requests(a_request(key="hers", teacher_email=MIRA_EMAIL, classroom=""))
    hosts = hosts_of(teacher_email=MIRA_EMAIL, school="maple", classroom="", room="")
    with school.store.write() as work:
        work.visits.add((a_visit(uid="hers", request="hers", hosts=hosts, bookings=(), room=""),))
    made = offer(school)
    with pytest.raises(DoubleBooked):
        take_over(school.store, made.key, actor=MIRA, now=school.now)
    assert school.visits_of() == (visit,)
    assert _open(school, MIRA_EMAIL) == (made,)


def test_no_leaves_the_class_where_it_is_and_is_told(school: World) -> None:
    made = offer(school)
    turn_down(school.store, made.key, actor=MIRA, now=school.now)
    school.post()
    assert [s.message["Subject"] for s in school.transport.sent if s.recipient == TEACHER] == [
        "Mira Koch can’t take over class 5A"
    ]
    assert school.request().teacher_email == TEACHER


def test_offer_is_decided_once(school: World) -> None:
    made = offer(school)
    with pytest.raises(IllegalTransition):
        offer(school)
    assert take_back(school.store, made.key, actor=LENA, now=school.now).state is (
        HandoverState.TAKEN_BACK
    )
    for answer in (take_over, turn_down):
        with pytest.raises(IllegalTransition):
            answer(school.store, made.key, actor=MIRA, now=school.now)
    assert offer(school).state is HandoverState.OFFERED


def test_offer_taken_back_stops_its_mail_and_leaves_what_was_sent(school: World) -> None:
    made = offer(school)
    (row,) = mail_about(school, made)
    with school.store.write() as work:
        work.outbox.set_state((row.key,), state=OutboxState.SENT)
    take_back(school.store, made.key, actor=LENA, now=school.now)
    again = offer(school)
    take_back(school.store, again.key, actor=LENA, now=school.now)
    assert [each.state for each in (*mail_about(school, made), *mail_about(school, again))] == [
        OutboxState.SENT,
        OutboxState.SUPERSEDED,
    ]


def mail_about(world: World, made: Handover) -> tuple[OutboxRow, ...]:
    """Return the mail that tells of an offer."""
    with world.store.read() as work:
        return work.outbox.of_subjects((f"handover:{made.key}",))


def test_strangers_see_no_offer(school: World) -> None:
    made = offer(school)
    with pytest.raises(Unknown):
        offering(school.store, "maple-5a", actor=MIRA)
    with pytest.raises(Unknown):
        offered_class(school.store, made.key, actor=OMAR, now=school.now)
    for deed in (take_over, turn_down):
        with pytest.raises(Unknown):
            deed(school.store, made.key, actor=LENA, now=school.now)
    with pytest.raises(Unknown):
        take_back(school.store, made.key, actor=MIRA, now=school.now)
    with pytest.raises(Unknown):
        offer_class(school.store, "maple-5a", colleague="nobody", actor=LENA, now=school.now)
