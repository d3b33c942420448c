"""After ninety days we ask whether a week still holds: once, and never somebody who just spoke."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.districts import Term
from scheduler.domain.own_weeks import RIGHT_FOR
from scheduler.domain.periods import DateRange
from scheduler.services.announcements import STILL_RIGHT
from scheduler.services.availability import keep_as_it_is, my_week, save_week
from scheduler.services.ports import Store
from scheduler.services.reconfirming import ask_to_reconfirm
from tests.actors import AMARA, BEN
from tests.builders import NOW, VOLUNTEER, a_district
from tests.small_district import OTHER_VOLUNTEER


def asked(store: Store, *, days: float) -> int:
    with store.write() as work:
        return ask_to_reconfirm(work, NOW + timedelta(days=days))


def test_week_that_we_meet_is_asked_about_in_ninety_days_and_once(small_district: Store) -> None:
    counts = [asked(small_district, days=days) for days in (0, 89, 90.5, 91, 179, 181)]
    assert counts == [0, 0, 1, 0, 0, 1]
    with small_district.read() as work:
        rows = work.outbox.of_subjects(("availability",))
    assert [(row.purpose, row.recipient) for row in rows] == [(STILL_RIGHT, VOLUNTEER)] * 2


def test_change_and_a_plain_yes_count_as_a_word(small_district: Store) -> None:
    asked(small_district, days=0)
    save_week(small_district, ("mon-0800-1000",), actor=AMARA, now=NOW + timedelta(days=60))
    assert asked(small_district, days=120) == 0
    keep_as_it_is(small_district, actor=AMARA, now=NOW + timedelta(days=149))
    assert [asked(small_district, days=days) for days in (200, 240)] == [0, 1]


def test_who_left_or_gave_no_times_is_not_asked(small_district: Store) -> None:
    save_week(small_district, ("mon-0800-1000",), actor=BEN, now=NOW)
    save_week(small_district, (), actor=BEN, now=NOW)
    with small_district.write() as work:
        amara = work.volunteers.get(VOLUNTEER)
        assert amara is not None
        work.volunteers.put((replace(amara, is_active=False),))
    assert asked(small_district, days=91) == 0


def test_week_says_itself_when_it_is_old(small_district: Store) -> None:
    asked(small_district, days=0)
    fresh = my_week(small_district, actor=AMARA, now=NOW + timedelta(days=89))
    old = my_week(small_district, actor=AMARA, now=NOW + RIGHT_FOR)
    assert (fresh.is_stale, old.is_stale, old.right_since) == (False, True, NOW)


def test_week_of_the_last_term_can_be_had_back(small_district: Store) -> None:
    autumn = Term("Autumn", DateRange(date(2026, 9, 8), date(2026, 12, 18)))
    with small_district.write() as work:
        work.districts.put(a_district(terms=(autumn,)))
    after = NOW + timedelta(days=50)
    save_week(small_district, ("mon-0800-1000",), actor=BEN, now=NOW)
    same = my_week(small_district, actor=BEN, now=after)
    save_week(small_district, ("tue-0800-1000",), actor=BEN, now=after)
    save_week(small_district, (), actor=BEN, now=after + timedelta(hours=1))
    changed = my_week(small_district, actor=BEN, now=after + timedelta(hours=2))
    assert (same.last_term, changed.last_term) == (None, {"mon-0800-1000"})


def test_what_is_tried_out_on_one_day_is_not_kept(small_district: Store) -> None:
    for boxes in (("mon-0800-1000",), ("tue-0800-1000",), ("wed-0800-1000",)):
        save_week(small_district, boxes, actor=BEN, now=NOW)
    save_week(small_district, (), actor=BEN, now=NOW + timedelta(days=1))
    with small_district.read() as work:
        former = work.own_weeks.former(OTHER_VOLUNTEER)
    wednesday = (WeeklyAvailability(2, time(8), time(10)),)
    assert [week.weekly for week in former] == [(), wednesday]
