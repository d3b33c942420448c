"""People who join, weeks, offers and mail choices come back as they were kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.errors import Unknown
from scheduler.domain.joining import Joining, JoiningState, confirm
from scheduler.domain.mail_choices import MailChoices, MailKind, Pace
from scheduler.domain.mail_rules import MailRules
from scheduler.domain.other_times import OfferState, TimeOffer, decide
from scheduler.domain.own_weeks import FormerWeek, WeekCheck
from scheduler.domain.volunteers import Format
from scheduler.services.ports import MailDoor, Store
from tests.builders import COORDINATOR, NOW, VOLUNTEER, a_visit, a_volunteer, moment
from tests.storage.district import BRUNO, CHLOE

JOINING = Joining(
    key="one",
    email="new@example.org",
    name="Noor Ali",
    level_by_topic={"robotics": 2},
    grades=frozenset({3, 4}),
    languages=("en", "fr"),
    formats=frozenset({Format.IN_PERSON}),
    asked_at=NOW,
    words="Bridges, mostly.",
    asked_from="somewhere",
)
LATER = NOW + timedelta(hours=1)


def test_joining_is_read_as_it_was_written_and_changed(store: Store) -> None:
    with store.write() as work:
        work.joinings.put((JOINING,))
        assert work.joinings.get("one") == JOINING
        work.joinings.put((confirm(JOINING, at=LATER),))
    with store.read() as work:
        assert work.joinings.get("one") == confirm(JOINING, at=LATER)
        assert work.joinings.get("two") is None


def test_joinings_are_found_by_state_address_and_sender(store: Store) -> None:
    other = replace(JOINING, key="two", asked_at=LATER)
    waiting = confirm(replace(JOINING, key="three", email="x@example.org"), at=LATER)
    with store.write() as work:
        work.joinings.put((other, JOINING, waiting))
    with store.read() as work:
        assert work.joinings.of_email(JOINING.email) == (JOINING, other)
        assert work.joinings.in_states((JoiningState.WAITING,)) == (waiting,)
        assert work.joinings.count_from("somewhere", since=NOW) == 2
        assert work.joinings.count_from("somewhere", since=LATER) == 1


def test_only_old_unproven_addresses_are_forgotten(store: Store) -> None:
    waiting = confirm(replace(JOINING, key="two"), at=NOW)
    fresh = replace(JOINING, key="three", asked_at=LATER)
    with store.write() as work:
        work.joinings.put((JOINING, waiting, fresh))
        assert work.joinings.forget_unconfirmed(LATER) == 1
    with store.read() as work:
        assert work.joinings.of_email(JOINING.email) == (waiting, fresh)


def test_checks_are_kept_for_volunteers_alone(store: Store) -> None:
    check = WeekCheck(VOLUNTEER, NOW)
    asked = WeekCheck(BRUNO, LATER, asked_at=LATER)
    with store.write() as work:
        work.own_weeks.put_checks((check, WeekCheck(BRUNO, NOW)))
        work.own_weeks.put_checks((asked,))
    with store.read() as work:
        everyone = (VOLUNTEER, BRUNO, CHLOE)
        assert work.own_weeks.checks(everyone) == {VOLUNTEER: check, BRUNO: asked}
        assert work.own_weeks.right_before(LATER) == (check,)
        assert work.own_weeks.unchecked() == (CHLOE,)
    with pytest.raises(Unknown), store.write() as work:
        work.own_weeks.put_checks((WeekCheck(COORDINATOR, NOW),))


def test_nobody_inactive_or_without_a_week_is_asked(store: Store) -> None:
    with store.write() as work:
        work.own_weeks.put_checks((WeekCheck(VOLUNTEER, NOW),))
        work.volunteers.put(
            (a_volunteer(is_active=False), a_volunteer(email=BRUNO, name="Bruno", weekly=()))
        )
    with store.read() as work:
        assert (work.own_weeks.right_before(LATER), work.own_weeks.unchecked()) == ((), (CHLOE,))


def test_former_weeks_come_back_by_their_end(store: Store) -> None:
    block = WeeklyAvailability(1, time(9), time(12, 30), date(2026, 9, 1), None)
    second = FormerWeek(VOLUNTEER, LATER, (block,))
    first = FormerWeek(VOLUNTEER, NOW, ())
    with store.write() as work:
        for week in (second, first):
            work.own_weeks.add_former(week)
    with store.read() as work:
        assert work.own_weeks.former(VOLUNTEER) == (first, second)
        assert work.own_weeks.former(BRUNO) == ()


def test_offer_is_read_as_it_was_written_and_decided(store: Store) -> None:
    offer = TimeOffer("offer", a_visit().uid, VOLUNTEER, (moment("2026-12-09 10:40"),), "", NOW)
    taken = decide(offer, state=OfferState.TAKEN, at=LATER, by=COORDINATOR)
    with store.write() as work:
        work.visits.add((a_visit(),))
        work.time_offers.put((offer,))
        assert work.time_offers.in_state(OfferState.WAITING) == (offer,)
        work.time_offers.put((taken,))
    with store.read() as work:
        assert work.time_offers.get("offer") == taken
        assert work.time_offers.of_visits((a_visit().uid,)) == (taken,)
        assert work.time_offers.in_state(OfferState.WAITING) == ()


def test_mail_choices_and_links_belong_to_people(store: Store) -> None:
    choices = MailChoices(VOLUNTEER, {MailKind.REMINDER: Pace.NEVER})
    with store.write() as work:
        work.mail_doors.choose(MailChoices(VOLUNTEER, {MailKind.REMINDER: Pace.DAILY}))
        work.mail_doors.choose(choices)
        work.mail_doors.open("mail", {"first": VOLUNTEER, "nobody": "nobody@example.org"})
        work.mail_doors.open("week", {"third": VOLUNTEER})
        work.mail_doors.open("mail", {"second": VOLUNTEER})
    with store.read() as work:
        assert work.mail_doors.choices((VOLUNTEER, BRUNO)) == {VOLUNTEER: choices}
        tokens = ("first", "second", "third", "nobody")
        found = [work.mail_doors.behind("mail", token) for token in tokens]
    assert found == [None, MailDoor(VOLUNTEER), None, None]
    with pytest.raises(Unknown), store.write() as work:
        work.mail_doors.choose(MailChoices("nobody@example.org"))


def test_link_of_an_earlier_generation_has_ended_whenever_it_was_kept(store: Store) -> None:
    with store.write() as work:
        work.mail_doors.open("mail", {"first": VOLUNTEER, "other": BRUNO})
        work.people.end_links(VOLUNTEER)
        work.mail_doors.open("week", {"late": VOLUNTEER})
        assert work.mail_doors.behind("week", "late") == MailDoor(VOLUNTEER, has_ended=True)
        work.mail_doors.open("week", {"new": VOLUNTEER}, generations={VOLUNTEER: 1})
    with store.read() as work:
        assert work.mail_doors.behind("mail", "first") == MailDoor(VOLUNTEER, has_ended=True)
        assert work.mail_doors.behind("mail", "other") == MailDoor(BRUNO)
        assert work.mail_doors.behind("week", "new") == MailDoor(VOLUNTEER)


def test_rules_of_a_district_are_the_usual_ones_until_it_decides(store: Store) -> None:
    with store.read() as work:
        assert work.mail_doors.rules() == MailRules()
    for rules in (MailRules(reminder_days=2), MailRules(asks_still_coming=False, let_go_days=0)):
        with store.write() as work:
            work.mail_doors.put_rules(rules)
        with store.read() as work:
            assert work.mail_doors.rules() == rules
