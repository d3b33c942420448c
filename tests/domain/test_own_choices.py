"""What people choose about their mail, which times they offer, and how they join, as values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from scheduler.domain.districts import Term
from scheduler.domain.errors import IllegalTransition
from scheduler.domain.joining import Joining, JoiningState, accept, confirm, decline, volunteer_of
from scheduler.domain.mail_choices import MailChoices, MailKind, Pace
from scheduler.domain.other_times import OfferState, TimeOffer, decide
from scheduler.domain.own_weeks import FormerWeek, WeekCheck, last_term, week_on
from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import Format
from tests.builders import NOW, TORONTO, VOLUNTEER, a_volunteer, a_week, moment

JOINING = Joining(
    key="one",
    email=VOLUNTEER,
    name="Amara",
    level_by_topic={"bridges": 2},
    grades=frozenset({1}),
    languages=("fr",),
    formats=frozenset({Format.VIRTUAL}),
    asked_at=NOW,
    asked_from="somewhere",
)


def test_proof_of_the_address_forgets_the_sender() -> None:
    waiting = confirm(JOINING, at=NOW)
    assert (waiting.state, waiting.asked_from) == (JoiningState.WAITING, "")
    assert confirm(waiting, at=NOW + timedelta(days=1)) == waiting


def test_nobody_is_decided_on_before_the_proof_or_twice() -> None:
    waiting = confirm(JOINING, at=NOW)
    for joining in (JOINING, accept(waiting, by="carla", at=NOW)):
        with pytest.raises(IllegalTransition):
            accept(joining, by="carla", at=NOW)
        with pytest.raises(IllegalTransition):
            decline(joining, by="carla", at=NOW)


def test_who_was_a_volunteer_before_keeps_clearance_and_week() -> None:
    before = a_volunteer(is_active=False)
    back = volunteer_of(JOINING, present=before)
    assert (back.clearances, back.weekly, back.limits) == (
        before.clearances,
        before.weekly,
        before.limits,
    )
    assert (back.level_by_topic, back.is_active) == ({"bridges": 2}, True)


def test_change_of_a_visit_always_comes_at_once() -> None:
    with pytest.raises(ValueError, match="cannot come"):
        MailChoices(VOLUNTEER, {MailKind.CHANGE: Pace.DAILY})
    with pytest.raises(ValueError, match="cannot come"):
        MailChoices(VOLUNTEER, {MailKind.INVITATION: Pace.NEVER})


def test_what_was_not_chosen_comes_at_once() -> None:
    choices = MailChoices(VOLUNTEER, {MailKind.REMINDER: Pace.NEVER})
    paces = [choices.pace(kind) for kind in (MailKind.REMINDER, MailKind.CHANGE, MailKind.DIGEST)]
    assert paces == [Pace.NEVER, Pace.AT_ONCE, Pace.DAILY]


def test_offer_says_something_and_is_decided_once() -> None:
    offer = TimeOffer("key", "visit", VOLUNTEER, (), "Fridays", NOW)
    with pytest.raises(ValueError, match="names a time"):
        replace(offer, words=" ")
    with pytest.raises(ValueError, match="at most 3"):
        replace(offer, starts=tuple(NOW + timedelta(days=n) for n in range(4)))
    taken = decide(offer, state=OfferState.TAKEN, at=NOW, by="carla")
    with pytest.raises(IllegalTransition):
        decide(taken, state=OfferState.KEPT, at=NOW, by="carla")


@pytest.mark.parametrize(
    ("days", "asked_days", "must"),
    [(89, None, False), (90, None, True), (90, 1, False), (200, 91, True), (200, 150, False)],
)
def test_week_is_asked_about_after_ninety_days_and_not_again_at_once(
    days: int, asked_days: int | None, must: bool
) -> None:
    asked_at = None if asked_days is None else NOW + timedelta(days=asked_days)
    check = WeekCheck(VOLUNTEER, NOW, asked_at)
    assert check.must_be_asked(NOW + timedelta(days=days)) is must


def test_last_term_is_the_latest_that_is_over() -> None:
    fall = Term("Fall", DateRange(date(2026, 9, 8), date(2026, 12, 18)))
    winter = Term("Winter", DateRange(date(2027, 1, 4), date(2027, 3, 12)))
    found = [last_term((winter, fall), day) for day in (date(2026, 12, 18), date(2027, 2, 1))]
    assert found == [None, fall]


def test_week_of_a_day_is_the_first_that_ended_after_it() -> None:
    mornings, days = a_week(time(8), time(12)), a_week(time(8), time(16))
    former = (
        FormerWeek(VOLUNTEER, moment("2027-01-10 09:00"), days),
        FormerWeek(VOLUNTEER, moment("2026-12-18 09:00"), mornings),
    )
    found = [
        week_on(former, day, timezone=TORONTO)
        for day in (date(2026, 12, 17), date(2026, 12, 18), date(2027, 1, 10))
    ]
    assert found == [mornings, days, None]
