"""Stand-ins: after a drop-out others are asked in waves, and the first yes has the place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from scheduler.domain.errors import IllegalTransition, NotAllowed, Unknown
from scheduler.domain.requests import RequestState
from scheduler.domain.stand_ins import AskAnswer, Rules, SearchState
from scheduler.domain.visits import Visit, VisitState
from scheduler.services.access import Actor
from scheduler.services.delivery import deliver_due
from scheduler.services.stand_in_answers import (
    AskStanding,
    open_ask,
    say_no,
    step_in,
)
from scheduler.services.stand_in_rounds import Advanced
from scheduler.services.stand_ins import keep_rules, stand_ins, stop_search
from scheduler.services.tokens import stand_in_token
from scheduler.services.visits import cancel
from tests.builders import (
    COORDINATOR,
    TEACHER,
    VOLUNTEER,
    a_request,
    moment,
    period,
)
from tests.services.seeking import (
    DORA,
    ELIO,
    FAYE,
    OFFICE,
    advance,
    asked,
    asks_of,
    certain_visit,
    drop_out,
    link,
    search_of,
    standing,
    told,
    yes,
)
from tests.services.world import BRUNO, CHLOE, KEY, World, elsewhere, two_more_volunteers


@pytest.fixture
def confirmed(world: World) -> Visit:
    """Return a confirmed visit of Amara's in 17 days, with five others who could come."""
    return certain_visit(world)


class TestDropOut:
    def test_three_are_asked_the_best_first(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        assert advance(world) == Advanced(asked=3)
        assert asked(world, confirmed) == [BRUNO, CHLOE, DORA]
        assert advance(world) == Advanced()

    def test_teacher_and_office_hear_at_once_and_the_visit_stays(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        (visit,) = world.visits_of()
        assert (visit.uid, visit.state, visit.volunteers) == (
            confirmed.uid,
            VisitState.INVITED,
            (),
        )
        assert world.request().state is RequestState.OPEN
        assert told(world, visit, "declined", "stand_in_looking", "taken_out", "reopened") == [
            ("declined", COORDINATOR),
            ("stand_in_looking", TEACHER),
            ("stand_in_looking", OFFICE),
            ("taken_out", VOLUNTEER),
        ]

    def test_early_no_goes_back_to_the_proposals_and_a_late_one_does_not(
        self, world: World
    ) -> None:
        (visit,) = world.invite()
        world.answer(visit, VOLUNTEER, False)
        with world.store.read() as work:
            assert work.stand_ins.of_visits((visit.uid,)) == ()
        world.put_volunteers(*two_more_volunteers())
        late = next(each for each in world.invite() if each.occupies)
        world.now = late.period.start - timedelta(days=6)
        world.answer(late, late.volunteers[0], False)
        assert search_of(world, late).is_on

    def test_whoever_is_booked_elsewhere_is_not_asked(self, world: World, confirmed: Visit) -> None:
        world.put_requests(elsewhere(preferred=(BRUNO,)))
        (other,) = world.invite("bridges")
        drop_out(world, confirmed)
        advance(world)
        assert other.volunteers[0] not in asked(world, confirmed)

    def test_short_notice_keeps_nobody_from_being_asked(
        self, world: World, confirmed: Visit
    ) -> None:
        world.now = confirmed.period.start - timedelta(days=2)
        drop_out(world, confirmed)
        assert advance(world).asked == 3


class TestWaves:
    def test_next_wave_is_asked_once_the_first_ran_out(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        world.wait(hours=23)
        assert advance(world) == Advanced()
        world.wait(hours=1)
        assert advance(world) == Advanced(asked=2)
        assert asked(world, confirmed)[3:] == [ELIO, FAYE]
        world.wait(hours=24)
        assert advance(world) == Advanced()

    def test_wave_of_the_night_has_its_time_from_the_morning_on(
        self, world: World, confirmed: Visit
    ) -> None:
        world.now = moment("2026-12-06 22:00")
        drop_out(world, confirmed)
        advance(world)
        world.now = moment("2026-12-07 10:30")
        assert advance(world) == Advanced()
        world.now = moment("2026-12-07 11:40")
        assert advance(world) == Advanced(asked=2, plans_sent=1)

    def test_wave_that_said_no_is_not_waited_for(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        for email in (BRUNO, CHLOE, DORA):
            say_no(world.store, link(world, confirmed, email), now=world.now, key=KEY)
        assert advance(world) == Advanced(asked=2)

    def test_whoever_was_asked_last_waits_for_their_turn_however_well_they_fit(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        yes(world, confirmed, BRUNO)
        world.answer(confirmed, BRUNO, False)
        world.wait(hours=1)
        advance(world)
        # Chloé and Dora were asked an hour ago, Elio and Faye never.
        assert asked(world, confirmed) == [ELIO, FAYE, CHLOE]

    def test_whoever_said_no_is_not_asked_again(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        say_no(world.store, link(world, confirmed, CHLOE), now=world.now, key=KEY)
        yes(world, confirmed, BRUNO)
        world.answer(confirmed, BRUNO, False)
        advance(world)
        assert asked(world, confirmed) == [ELIO, FAYE, DORA]

    def test_number_of_people_is_the_districts(self, world: World, confirmed: Visit) -> None:
        keep_rules(world.store, Rules(at_a_time=1), actor=world.coordinator, now=world.now)
        drop_out(world, confirmed)
        assert advance(world).asked == 1


class TestYes:
    def test_first_yes_wins_and_keeps_the_entry(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        assert yes(world, confirmed, CHLOE) is AskStanding.COMING
        (visit,) = world.visits_of()
        assert (visit.uid, visit.state, visit.volunteers) == (
            confirmed.uid,
            VisitState.CONFIRMED,
            (CHLOE,),
        )
        assert visit.sequence == confirmed.sequence + 2
        assert world.request().state is RequestState.BOOKED
        assert standing(world, visit, BRUNO) is AskStanding.FOUND
        with pytest.raises(IllegalTransition):
            yes(world, visit, BRUNO)
        assert search_of(world, visit).state is SearchState.FOUND

    def test_second_yes_of_the_same_person_is_nothing(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        yes(world, confirmed, CHLOE)
        mails = len(world.mail_of(confirmed))
        assert yes(world, confirmed, CHLOE) is AskStanding.COMING
        assert len(world.mail_of(confirmed)) == mails

    def test_everyone_concerned_hears_of_it(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        yes(world, confirmed, CHLOE)
        purposes = ("stand_in_found", "stand_in_arrives")
        assert told(world, confirmed, *purposes) == [
            ("stand_in_arrives", OFFICE),
            ("stand_in_found", TEACHER),
        ]
        assert ("confirmation", CHLOE) in told(world, confirmed, "confirmation")

    def test_no_may_become_a_yes_while_the_place_is_free(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        advance(world)
        said = say_no(world.store, link(world, confirmed, CHLOE), now=world.now, key=KEY)
        assert said.standing is AskStanding.SAID_NO
        assert yes(world, confirmed, CHLOE) is AskStanding.COMING
        assert {ask.email: ask.answer for ask in asks_of(world, confirmed)}[CHLOE] is AskAnswer.YES

    def test_link_of_one_person_is_no_link_of_another(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        for wrong in (
            stand_in_token(search_of(world, confirmed).key, FAYE, key=KEY),
            stand_in_token("another:1", BRUNO, key=KEY),
            link(world, confirmed, BRUNO)[:-1],
            "\0",
            "",
        ):
            with pytest.raises(Unknown):
                open_ask(world.store, wrong, now=world.now, key=KEY)

    @pytest.mark.each_engine
    def test_race_has_one_winner(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        begin, outcomes = Barrier(3), []

        def run(email: str) -> None:
            token = link(world, confirmed, email)
            begin.wait()
            try:
                step_in(world.store, token, now=world.now, key=KEY, gazetteer=world.gazetteer)
                outcomes.append("won")
            except IllegalTransition:
                outcomes.append("late")

        racers = [Thread(target=run, args=(email,)) for email in (BRUNO, CHLOE, DORA)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        assert sorted(outcomes) == ["late", "late", "won"]
        assert len(world.visits_of()[0].volunteers) == 1


class TestEnd:
    def test_with_a_day_left_the_plan_b_goes_out_once(self, world: World, confirmed: Visit) -> None:
        plan = "Robots at home: https://lessons.example/robots"
        keep_rules(world.store, Rules(plan_b=plan), actor=world.coordinator, now=world.now)
        drop_out(world, confirmed)
        world.now = confirmed.period.start - timedelta(hours=24)
        assert advance(world).plans_sent == 1
        assert advance(world).plans_sent == 0
        deliver_due(world.store, now=world.now, transport=world.transport, head=world.letterhead)
        mail = next(
            s.message for s in world.transport.sent if "plan B" in str(s.message["Subject"])
        )
        body = mail.get_body(("plain",))
        assert body is not None
        assert plan in body.get_content()

    def test_school_reads_the_plan_b_for_a_monday_on_friday(
        self, world: World, confirmed: Visit
    ) -> None:
        (visit,) = world.visits_of()
        monday = replace(visit, period=period("2026-12-14 10:40-11:30"))
        with world.store.write() as work:
            work.visits.save((monday,))
        drop_out(world, monday)
        advance(world)
        world.now = moment("2026-12-11 14:59")
        assert advance(world).plans_sent == 0
        world.now = moment("2026-12-11 15:00")
        assert advance(world).plans_sent == 1

    def test_visit_that_nobody_steps_into_is_called_off_in_time(
        self, world: World, confirmed: Visit
    ) -> None:
        drop_out(world, confirmed)
        world.now = confirmed.period.start - timedelta(hours=2)
        assert advance(world) == Advanced(plans_sent=1, ended=1)
        (visit,) = world.visits_of()
        assert (visit.state, search_of(world, visit).state) == (
            VisitState.CANCELLED,
            SearchState.NOBODY,
        )
        assert told(world, visit, "cancellation") == [
            ("cancellation", each) for each in sorted((COORDINATOR, TEACHER, OFFICE))
        ]

    def test_office_that_reckons_with_a_guest_hears_that_none_comes(
        self, world: World, confirmed: Visit
    ) -> None:
        world.now = confirmed.period.start - timedelta(days=3)
        cancel(world.store, confirmed.uid, reason="Snow", actor=world.coordinator, now=world.now)
        offices = [r for r in world.mail_of(confirmed) if r.recipient == OFFICE]
        assert [(r.purpose, r.facts["role"]) for r in offices] == [("cancellation", "office")]

    def test_search_ends_with_the_visit(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        cancel(world.store, confirmed.uid, reason="Snow", actor=world.coordinator, now=world.now)
        assert standing(world, confirmed, BRUNO) is AskStanding.NOT_NEEDED
        assert advance(world) == Advanced(ended=1)
        assert search_of(world, confirmed).state is SearchState.OVERTAKEN

    def test_coordinator_may_stop_it_and_nobody_else(self, world: World, confirmed: Visit) -> None:
        drop_out(world, confirmed)
        advance(world)
        key = search_of(world, confirmed).key
        with pytest.raises(NotAllowed):
            stop_search(world.store, key, actor=Actor(TEACHER, "Lena"), now=world.now)
        stop_search(world.store, key, actor=world.coordinator, now=world.now)
        assert standing(world, confirmed, BRUNO) is AskStanding.NOT_NEEDED
        asks = [row.state for row in world.mail_of(confirmed) if row.purpose == "stand_in_ask"]
        assert set(map(str, asks)) == {"superseded"}
        world.wait(days=2)
        assert advance(world) == Advanced()
        (line,) = stand_ins(world.store, actor=world.coordinator, now=world.now).lines
        assert line.story.search.state is SearchState.STOPPED
        begun = confirmed.period.start
        assert stand_ins(world.store, actor=world.coordinator, now=begun).lines == ()


def test_panel_goes_on_and_one_yes_fills_the_gap(world: World) -> None:
    world.put_requests(a_request(speakers=2))
    world.put_volunteers(*two_more_volunteers())
    (visit,) = world.invite()
    first, second = visit.volunteers
    world.answer(visit, first, True)
    world.answer(visit, second, True)
    world.answer(visit, first, False)
    advance(world)
    (left,) = {VOLUNTEER, BRUNO, CHLOE} - {first, second}
    assert asked(world, visit) == [left]
    yes(world, visit, left)
    (after,) = world.visits_of()
    assert (after.state, set(after.volunteers)) == (VisitState.CONFIRMED, {second, left})
    assert replace(search_of(world, visit), state=SearchState.LOOKING).is_on
