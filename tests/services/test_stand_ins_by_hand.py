"""Stand-ins whom a coordinator finds, guests who change their minds, visits that are moved."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from scheduler.domain.errors import ConstraintViolated, IllegalTransition, Unknown
from scheduler.domain.stand_ins import SearchState
from scheduler.domain.visits import Booking, Visit, VisitState, join
from scheduler.services.coming_back import come_back
from scheduler.services.invitations import Before
from scheduler.services.ports import Work
from scheduler.services.records import OutboxRow
from scheduler.services.stand_in_answers import (
    AskStanding,
    enter_yes,
)
from scheduler.services.stand_in_rounds import Advanced, advance_stand_ins
from scheduler.services.stand_ins import ask_further
from scheduler.services.tokens import answer_token
from scheduler.services.visits import move
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
)
from tests.services.seeking import (
    ELIO,
    FAYE,
    OFFICE,
    advance,
    ask_of,
    certain_visit,
    drop_out,
    search_of,
    standing,
    stop,
    told,
    yes,
)
from tests.services.test_delivery import text_of
from tests.services.world import BRUNO, CHLOE, KEY, World, elsewhere


@pytest.fixture
def confirmed(world: World) -> Visit:
    """Return a confirmed visit of Amara's in 17 days, with five others who could come."""
    return certain_visit(world)


class TestByHand:
    def enter(self, world: World, visit: Visit, email: str) -> None:
        enter_yes(
            world.store,
            search_of(world, visit).key,
            email,
            actor=world.coordinator,
            now=world.now,
            gazetteer=world.gazetteer,
        )

    @pytest.mark.parametrize("email", [BRUNO, FAYE, FAYE.upper()])
    @pytest.mark.parametrize("is_stopped", [False, True])
    def test_yes_by_telephone_is_entered_whether_we_asked_or_not(
        self, world: World, confirmed: Visit, email: str, is_stopped: bool
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        if is_stopped:
            stop(world, confirmed)
        self.enter(world, confirmed, email)
        (visit,) = world.visits_of()
        assert (visit.state, visit.volunteers) == (VisitState.CONFIRMED, (email.lower(),))
        search = search_of(world, visit)
        assert (search.state, search.ended_by) == (SearchState.FOUND, email.lower())
        assert told(world, visit, "stand_in_found", "stand_in_arrives") == [
            ("stand_in_arrives", OFFICE),
            ("stand_in_found", TEACHER),
        ]
        assert standing(world, visit, CHLOE) is AskStanding.FOUND

    def test_nobody_is_entered_who_is_busy_unknown_or_too_late(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        at_the_same_hour = replace(
            confirmed, uid="elsewhere", request="bridges", bookings=(Booking(FAYE),), hosts=()
        )
        world.put_requests(elsewhere())
        with world.store.write() as work:
            work.visits.add((at_the_same_hour,))
        with pytest.raises(ConstraintViolated):
            self.enter(world, confirmed, FAYE)
        with pytest.raises(Unknown):
            self.enter(world, confirmed, "nobody@robots.example")
        self.enter(world, confirmed, BRUNO)
        with pytest.raises(IllegalTransition):
            self.enter(world, confirmed, CHLOE)
        assert world.visits_of()[0].volunteers == (BRUNO,)

    def test_search_that_was_stopped_asks_nobody_but_keeps_the_school_from_waiting_in_vain(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        stop(world, confirmed)
        world.now = confirmed.period.start - timedelta(hours=24)
        assert advance(world) == Advanced(plans_sent=1)
        assert advance(world) == Advanced()
        world.now = confirmed.period.start - timedelta(hours=2)
        assert advance(world) == Advanced(ended=1)
        assert search_of(world, confirmed).state is SearchState.NOBODY
        assert told(world, confirmed, "stand_in_plan_b", "cancellation") == [
            *(("cancellation", each) for each in sorted((COORDINATOR, TEACHER, OFFICE))),
            ("stand_in_plan_b", TEACHER),
            ("stand_in_plan_b", OFFICE),
        ]

    def test_plan_b_says_who_looks(self, world: World, confirmed: Visit) -> None:
        world.now = confirmed.period.start - timedelta(hours=30)
        drop_out(world, confirmed)
        world.now = confirmed.period.start - timedelta(hours=14)
        advance(world)
        assert {row.facts["is_sought"] for row in plans(world, confirmed)} == {True}
        stop(world, confirmed)
        assert {row.facts["is_sought"] for row in plans(world, confirmed)} == {False}
        world.post()
        (text,) = (
            text_of(mail)
            for mail in world.transport.sent
            if mail.recipient == TEACHER and "plan B" in mail.message["Subject"]
        )
        assert "We look for somebody ourselves" in text
        assert "We go on asking" not in text

    def test_plan_b_after_a_stop_says_that_a_coordinator_looks(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        stop(world, confirmed)
        world.now = confirmed.period.start - timedelta(hours=24)
        advance(world)
        assert {row.facts["is_sought"] for row in plans(world, confirmed)} == {False}

    def test_office_hears_of_the_yes_of_somebody_who_was_invited_by_hand(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        stop(world, confirmed)
        with world.store.write() as work:
            joined = join(world.visits_of()[0], (Booking(ELIO),), at=world.now)
            work.visits.save((joined,))
        assert told(world, confirmed, "stand_in_arrives") == []
        world.answer(confirmed, ELIO, True)
        assert told(world, confirmed, "stand_in_arrives") == [("stand_in_arrives", OFFICE)]
        assert advance(world) == Advanced(ended=1)
        assert search_of(world, confirmed).state is SearchState.OVERTAKEN

    def test_school_reads_one_plan_b_though_a_search_was_stopped_before_another(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        stop(world, confirmed)
        with world.store.write() as work:
            joined = join(world.visits_of()[0], (Booking(ELIO),), at=world.now)
            work.visits.save((joined,))
        world.answer(confirmed, ELIO, True)
        world.answer(confirmed, ELIO, False)
        world.now = confirmed.period.start - timedelta(hours=24)
        assert advance(world).plans_sent == 1

    def test_wish_for_more_people_in_the_midst_of_a_look_is_not_lost(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        world.now = confirmed.period.start - timedelta(hours=24)
        with world.store.write() as work:
            waits = replace(search_of(world, confirmed), next_at=world.now + timedelta(hours=4))
            work.stand_ins.put((waits,))
        pressed = PressedMeanwhile(world, waits.key)
        done = advance_stand_ins(pressed, now=world.now, gazetteer=world.gazetteer)
        assert done == Advanced(plans_sent=1)
        assert advance(world) == Advanced(asked=2)


@dataclass
class PressedMeanwhile:
    """The real store, in which a coordinator asks for more people before the first writing."""

    world: World
    key: str
    is_pressed: bool = False

    def read(self) -> AbstractContextManager[Work]:
        return self.world.store.read()

    def write(self) -> AbstractContextManager[Work]:
        if not self.is_pressed:
            self.is_pressed = True
            store, actor = self.world.store, self.world.coordinator
            ask_further(store, self.key, actor=actor, now=self.world.now)
        return self.world.store.write()


def plans(world: World, visit: Visit) -> tuple[OutboxRow, ...]:
    """Return the mails that bring the plan B."""
    return tuple(row for row in world.mail_of(visit) if row.purpose == "stand_in_plan_b")


class TestChangedMinds:
    def come_back(self, world: World, visit: Visit) -> None:
        token = answer_token(visit.uid, VOLUNTEER, key=KEY)
        come_back(world.store, token, now=world.now, key=KEY, gazetteer=world.gazetteer)

    def test_school_hears_that_the_first_guest_comes_after_all_and_nobody_else_is_asked(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        world.post()
        self.come_back(world, confirmed)
        assert search_of(world, confirmed).state is SearchState.OVERTAKEN
        since = [row for row in world.mail_of(confirmed) if row.created_at == world.now]
        assert sorted((row.purpose, row.recipient) for row in since if row.state == "due") == [
            ("confirmation", VOLUNTEER),
            ("confirmation_teacher", COORDINATOR),
            ("confirmation_teacher", TEACHER),
            ("confirmation_teacher", OFFICE),
        ]
        assert standing(world, confirmed, BRUNO) is AskStanding.FOUND
        assert advance(world) == Advanced()

    def test_nobody_reads_in_the_morning_that_we_look_for_whom_we_found_at_night(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        self.come_back(world, confirmed)
        waits = {row.purpose for row in world.mail_of(confirmed) if row.is_waiting}
        assert waits.isdisjoint({"stand_in_looking", "stand_in_ask"})
        world.answer(confirmed, VOLUNTEER, False)
        advance(world)
        yes(world, confirmed, BRUNO)
        waits = {row.purpose for row in world.mail_of(confirmed) if row.is_waiting}
        assert waits.isdisjoint({"stand_in_looking", "stand_in_ask"})
        assert "stand_in_found" in waits

    def test_question_marks_what_was_moved_since_it_was_asked(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        world.post()
        assert ask_of(world, confirmed, BRUNO).before is None
        world.wait(hours=1)
        later = confirmed.period.start + timedelta(days=2)
        move(
            world.store,
            confirmed.uid,
            start=later,
            actor=world.coordinator,
            now=world.now,
            gazetteer=world.gazetteer,
        )
        world.release()
        shown = ask_of(world, confirmed, BRUNO)
        assert shown.before == Before(confirmed.period, confirmed.room)
        assert shown.sheet.visit.period.start == later
        yes(world, confirmed, BRUNO)
        assert ask_of(world, confirmed, BRUNO).before is None
