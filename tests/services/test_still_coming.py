"""Still coming? Asked, asked again, and then left to a coordinator; a yes ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler.domain.mail_rules import MailRules
from scheduler.domain.visits import Visit, VisitState
from scheduler.services import reminders
from scheduler.services.invitations import open_invitation, reply
from scheduler.services.records import OutboxState
from scheduler.services.today import today
from scheduler.services.tokens import answer_token
from scheduler.services.warm import Warm
from tests.builders import VOLUNTEER, moment
from tests.services.test_delivery import deliver
from tests.services.world import KEY, World

FIRST = moment("2026-12-03 15:00")
SECOND = moment("2026-12-04 15:00")
LEFT = moment("2026-12-07 08:00")


def certain(world: World) -> Visit:
    """Have Amara say yes to Tuesday, weeks before."""
    (visit,) = world.invite()
    return world.answer(visit, VOLUNTEER, True)


def rules(world: World, **changes: Any) -> None:
    """Let the district decide."""
    with world.store.write() as work:
        work.mail_doors.put_rules(replace(MailRules(), **changes))


def asked(world: World, visit: Visit, *moments: datetime) -> list[tuple[str, OutboxState]]:
    """Let the clock come by at these moments; return each question's number with its state."""
    for world.now in moments:
        reminders.write_due(world.store, now=world.now)
    rows = [row for row in world.mail_of(visit) if row.purpose == "still_coming"]
    assert {row.recipient for row in rows} <= {VOLUNTEER}
    return [(row.key.split("/")[1], row.state) for row in rows]


def silent(world: World) -> list[str]:
    """Return who a coordinator reads to have said nothing."""
    seen = today(
        world.store,
        warm=Warm(),
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )
    assert seen is not None
    return [each.speaker.email for each in seen.unheard]


def ask_twice(world: World) -> Visit:
    """Ask Amara, ask her again, and wait for the morning after."""
    visit = certain(world)
    for world.now in (FIRST, SECOND):
        reminders.write_due(world.store, now=world.now)
        deliver(world)
    world.now = LEFT
    return visit


class TestAsking:
    @pytest.mark.each_engine
    def test_guest_is_asked_on_the_third_day_of_school_before_and_on_the_next(
        self, world: World
    ) -> None:
        visit = certain(world)
        assert asked(world, visit, FIRST - timedelta(minutes=1)) == []
        assert asked(world, visit, FIRST, FIRST + timedelta(hours=9)) == [
            ("still_coming:1", OutboxState.DUE)
        ]
        assert asked(world, visit, SECOND, LEFT, LEFT + timedelta(hours=6)) == [
            ("still_coming:1", OutboxState.DUE),
            ("still_coming:2", OutboxState.DUE),
        ]

    def test_stop_past_the_first_leaves_the_second(self, world: World) -> None:
        visit = certain(world)
        assert asked(world, visit, SECOND + timedelta(hours=2)) == [
            ("still_coming:2", OutboxState.DUE)
        ]

    def test_stop_past_both_sends_none_and_lists_what_came_too_late(self, world: World) -> None:
        visit = certain(world)
        late = [("still_coming:2", OutboxState.EXPIRED)]
        assert asked(world, visit, LEFT, LEFT + timedelta(hours=1)) == late

    def test_switch_and_days_are_the_districts(self, world: World) -> None:
        visit = certain(world)
        rules(world, asks_still_coming=False)
        assert asked(world, visit, FIRST, SECOND, LEFT) == []
        rules(world, still_coming_days=2)
        assert asked(world, visit, SECOND) == [("still_coming:1", OutboxState.DUE)]

    def test_fresh_yes_is_believed(self, world: World) -> None:
        (visit,) = world.invite()
        world.now = FIRST - timedelta(days=6)
        world.answer(visit, VOLUNTEER, True)
        assert asked(world, visit, FIRST, SECOND) == []

    def test_who_has_not_answered_at_all_is_not_asked_this(self, world: World) -> None:
        (visit,) = world.invite()
        assert asked(world, visit, FIRST, SECOND) == []

    def test_question_that_was_answered_on_its_way_is_not_sent(self, world: World) -> None:
        visit = certain(world)
        asked(world, visit, FIRST)
        token = answer_token(visit.uid, VOLUNTEER, key=KEY)
        reply(world.store, token, says_yes=True, now=FIRST, key=KEY)
        deliver(world)
        assert asked(world, visit) == [("still_coming:1", OutboxState.SUPERSEDED)]


class TestAnswering:
    @pytest.mark.each_engine
    def test_yes_ends_it_and_moves_no_calendar(self, world: World) -> None:
        visit = certain(world)
        asked(world, visit, FIRST)
        token = answer_token(visit.uid, VOLUNTEER, key=KEY)
        assert open_invitation(world.store, token, now=FIRST, key=KEY).is_asked_again
        later = FIRST + timedelta(hours=1)
        assert not reply(world.store, token, says_yes=True, now=later, key=KEY).is_asked_again
        (after,) = world.visits_of()
        (booking,) = visit.bookings
        assert after == replace(visit, bookings=(replace(booking, answered_at=later),))
        assert asked(world, visit, SECOND, LEFT) == [("still_coming:1", OutboxState.DUE)]

    def test_yes_that_nobody_asked_for_changes_nothing(self, world: World) -> None:
        visit = certain(world)
        token = answer_token(visit.uid, VOLUNTEER, key=KEY)
        reply(world.store, token, says_yes=True, now=FIRST, key=KEY)
        assert world.visits_of() == (visit,)

    def test_no_is_a_drop_out_and_a_stand_in_is_looked_for(self, world: World) -> None:
        visit = certain(world)
        asked(world, visit, FIRST)
        token = answer_token(visit.uid, VOLUNTEER, key=KEY)
        reply(world.store, token, says_yes=False, now=FIRST, key=KEY)
        with world.store.read() as work:
            (search,) = work.stand_ins.of_visits((visit.uid,))
        assert (search.dropped, search.is_on) == (VOLUNTEER, True)
        assert asked(world, visit, SECOND)[1:] == []


class TestSilence:
    @pytest.mark.each_engine
    def test_who_was_asked_twice_in_vain_is_on_the_coordinators_list(self, world: World) -> None:
        visit = ask_twice(world)
        assert silent(world) == [VOLUNTEER]
        assert world.visits_of()[0].state is VisitState.CONFIRMED
        world.now = LEFT - timedelta(minutes=1)
        assert silent(world) == []
        world.now = visit.period.start
        assert silent(world) == []

    def test_yes_takes_them_off_the_list(self, world: World) -> None:
        visit = ask_twice(world)
        token = answer_token(visit.uid, VOLUNTEER, key=KEY)
        reply(world.store, token, says_yes=True, now=LEFT, key=KEY)
        assert silent(world) == []

    def test_who_never_got_the_second_mail_is_not_on_it(self, world: World) -> None:
        visit = certain(world)
        asked(world, visit, FIRST, SECOND, LEFT)
        assert silent(world) == []
