"""A volunteer's own week: what is shown, what is saved, and that no visit is ever touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from scheduler.domain.availability import DaysAway, WeeklyAvailability
from scheduler.domain.day_parts import USUAL_PARTS, DayPart
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import Limits, Volunteer
from scheduler.services import availability
from scheduler.services.access import Actor
from scheduler.services.availability import MyWeek, my_week, save_week
from scheduler.services.ports import Store
from scheduler.services.records import Activity
from scheduler.services.settings import change_day_parts
from scheduler.services.week_boxes import UsualTime, blocks_of
from tests.actors import AMARA, BEN, CARLA, LENA
from tests.builders import NOW, TORONTO, VOLUNTEER, a_request, a_visit, period
from tests.small_district import OTHER_VOLUNTEER

EVENING = WeeklyAvailability(3, time(17), time(19))
SKIING = DateRange(date(2026, 12, 14), date(2026, 12, 18))


def volunteer(store: Store, email: str = OTHER_VOLUNTEER) -> Volunteer:
    with store.read() as work:
        found = work.volunteers.get(email)
    assert found is not None
    return found


def deeds(store: Store) -> list[str]:
    with store.read() as work:
        return [entry.deed for entry in work.activities.recent(limit=9)]


def test_whole_week_is_shown_with_the_visit_that_is_booked(small_district: Store) -> None:
    assert my_week(small_district, actor=AMARA, now=NOW) == MyWeek(
        timezone=TORONTO,
        today=date(2026, 11, 21),
        is_known=True,
        ticked=frozenset(blocks_of(USUAL_PARTS)),
        exact=(),
        usual=(UsualTime((0, 1, 2, 3, 4), ((time(8), time(16)),)),),
        minutes_a_week=5 * 8 * 60,
        limits=Limits(),
        away=(),
        day_by_booked_box={"tue-1000-1200": date(2026, 12, 8)},
        holds_until=date(2027, 6, 25),
    )


def test_nothing_told_is_unknown_and_not_never(small_district: Store) -> None:
    week = my_week(small_district, actor=BEN, now=NOW)
    assert (week.is_known, week.ticked, week.usual) == (False, frozenset(), ())


def test_visit_that_is_held_back_does_not_show_in_the_week(small_district: Store) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="more", state=RequestState.BOOKED),))
        held = a_visit(
            uid="held",
            request="more",
            state=VisitState.HELD,
            period=period("2026-12-09 10:40-11:30"),
        )
        work.visits.add((held,))
    week = my_week(small_district, actor=AMARA, now=NOW)
    assert week.day_by_booked_box == {"tue-1000-1200": date(2026, 12, 8)}


def test_box_shows_the_next_of_its_visits_by_the_volunteers_clock(small_district: Store) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="more", state=RequestState.BOOKED),))
        later = a_visit(uid="later", request="more", period=period("2026-12-15 10:40-11:30"))
        work.visits.add((later,))
        work.volunteers.put(
            (replace(volunteer(small_district, VOLUNTEER), timezone="America/Edmonton"),)
        )
    week = my_week(small_district, actor=AMARA, now=NOW)
    assert week.day_by_booked_box == {
        "tue-0800-1000": date(2026, 12, 8),
        "tue-1000-1200": date(2026, 12, 8),
    }


def test_what_is_over_is_not_shown_and_not_lost(small_district: Store) -> None:
    over = DaysAway(DateRange(date(2026, 10, 5), date(2026, 10, 9)))
    ended = WeeklyAvailability(0, time(8), time(10), last=date(2026, 11, 1))
    with small_district.write() as work:
        work.volunteers.put((replace(volunteer(small_district), away=(over,), weekly=(ended,)),))
    week = my_week(small_district, actor=BEN, now=NOW)
    assert (week.exact, week.away) == ((), ())
    save_week(small_district, ("mon-0800-1000",), actor=BEN, now=NOW)
    kept = volunteer(small_district)
    assert (kept.away, ended in kept.weekly) == ((over,), True)


def test_saving_ticks_boxes_and_sets_limits_and_is_written_down(small_district: Store) -> None:
    limits = Limits(max_km=25.0, max_per_month=4)
    save_week(small_district, ("mon-0800-1000", "mon-1000-1200"), actor=BEN, now=NOW, limits=limits)
    saved = volunteer(small_district)
    assert (saved.weekly, saved.limits) == ((WeeklyAvailability(0, time(8), time(12)),), limits)
    with small_district.read() as work:
        assert work.activities.recent(limit=1) == (
            Activity(NOW, OTHER_VOLUNTEER, "changed availability", f"volunteer:{OTHER_VOLUNTEER}"),
        )


def test_saving_the_same_again_writes_nothing_down(small_district: Store) -> None:
    for _ in range(2):
        save_week(small_district, ("mon-0800-1000",), actor=BEN, now=NOW)
    assert deeds(small_district) == ["changed availability"]


def test_week_that_fits_other_parts_of_the_day_no_more_is_shown_as_exact_times(
    small_district: Store,
) -> None:
    save_week(small_district, ("mon-0800-1000", "tue-0800-1000"), actor=BEN, now=NOW)
    before = volunteer(small_district).weekly
    parts = (DayPart("First", time(8), time(9, 30)), DayPart("Late", time(13), time(15)))
    change_day_parts(small_district, parts, actor=CARLA, now=NOW)
    week = my_week(small_district, actor=BEN, now=NOW)
    assert (week.parts, week.ticked) == (parts, {"mon-0800-0930", "tue-0800-0930"})
    assert week.exact == (
        WeeklyAvailability(0, time(9, 30), time(10)),
        WeeklyAvailability(1, time(9, 30), time(10)),
    )
    assert volunteer(small_district).weekly == before
    save_week(small_district, week.ticked, actor=BEN, now=NOW)
    assert volunteer(small_district).weekly == before


def test_box_that_the_day_has_no_more_is_unknown(small_district: Store) -> None:
    with pytest.raises(Unknown, match="no box “mon-0800-0930”"):
        save_week(small_district, ("mon-0800-0930",), actor=BEN, now=NOW)


def test_usual_parts_are_kept_as_nothing_of_its_own(small_district: Store) -> None:
    parts = (DayPart("First", time(8), time(9)), DayPart("Late", time(13), time(15)))
    for chosen in (parts, USUAL_PARTS):
        change_day_parts(small_district, chosen, actor=CARLA, now=NOW)
        assert my_week(small_district, actor=BEN, now=NOW).parts == chosen


@pytest.mark.parametrize(
    "parts",
    [
        USUAL_PARTS[:1],
        USUAL_PARTS[::-1],
        (DayPart("First", time(8), time(9)), DayPart("Late", time(8, 55), time(15))),
        (DayPart("First", time(8), time(9)), DayPart("First", time(9), time(15))),
        (DayPart("First", time(8), time(9)), DayPart("", time(9), time(15))),
        (DayPart("First", time(8, 3), time(9)), DayPart("Late", time(9), time(15))),
        tuple(DayPart(f"Part {n}", time(8 + n), time(9 + n)) for n in range(7)),
    ],
)
def test_parts_that_make_no_day_are_refused(
    small_district: Store, parts: tuple[DayPart, ...]
) -> None:
    with pytest.raises(Unknown, match="no day"):
        change_day_parts(small_district, parts, actor=CARLA, now=NOW)


def test_clearing_the_week_never_cancels_a_visit(small_district: Store) -> None:
    save_week(small_district, (), actor=AMARA, now=NOW)
    with small_district.read() as work:
        assert work.visits.get(a_visit().uid) == a_visit()
    assert my_week(small_district, actor=AMARA, now=NOW).day_by_booked_box == {
        "tue-1000-1200": date(2026, 12, 8)
    }


def test_exact_time_is_added_and_removed(small_district: Store) -> None:
    availability.add_time(small_district, EVENING, actor=BEN, now=NOW)
    assert my_week(small_district, actor=BEN, now=NOW).exact == (EVENING,)
    availability.remove_time(small_district, EVENING, actor=BEN, now=NOW)
    assert volunteer(small_district).weekly == ()


def test_days_away_are_added_once_and_removed(small_district: Store) -> None:
    for _ in range(2):
        availability.go_away(small_district, SKIING, actor=BEN, now=NOW)
    assert my_week(small_district, actor=BEN, now=NOW).away == (SKIING,)
    availability.come_back(small_district, SKIING, actor=BEN, now=NOW)
    assert volunteer(small_district).away == ()


@pytest.mark.parametrize(
    "actor",
    [
        LENA,
        Actor(VOLUNTEER, "Amara Okafor"),
        Actor("nobody@example.org", "Nobody", is_volunteer=True),
    ],
    ids=["teacher", "volunteer who was deactivated", "stranger"],
)
def test_only_a_volunteer_has_a_week(small_district: Store, actor: Actor) -> None:
    with pytest.raises(Unknown):
        my_week(small_district, actor=actor, now=NOW)
    with pytest.raises(Unknown):
        save_week(small_district, (), actor=actor, now=NOW)
