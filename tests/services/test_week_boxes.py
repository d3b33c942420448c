"""The usual week as boxes: what is ticked, what stands beside, and that nothing gets lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.availability import WeeklyAvailability, expand
from scheduler.domain.day_parts import USUAL_PARTS, DayPart, make_a_day
from scheduler.domain.periods import DateRange
from scheduler.services.week_boxes import (
    DAYS,
    UsualTime,
    blocks_of,
    exact_times,
    filled,
    ticked,
    usual_times,
    weekly_minutes,
    with_block,
    with_ticked,
    without_block,
)

JANUARY = date(2027, 1, 4)
MARCH = date(2027, 3, 1)
BLOCKS = blocks_of(USUAL_PARTS)
FOUR_WEEKS = DateRange(date(2027, 1, 4), date(2027, 1, 31))


def block(weekday: int, start: int, end: int, **dates: date) -> WeeklyAvailability:
    return WeeklyAvailability(weekday, time(start), time(end), **dates)


def blocks() -> st.SearchStrategy[WeeklyAvailability]:
    quarters = st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True).map(sorted)
    return st.builds(
        lambda weekday, span, first, last: WeeklyAvailability(
            weekday, *(time(quarter // 4, quarter % 4 * 15) for quarter in span), first, last
        ),
        st.integers(0, 6),
        quarters,
        st.sampled_from((None, JANUARY)),
        st.sampled_from((None, MARCH)),
    )


def days_in_parts() -> st.SearchStrategy[tuple[DayPart, ...]]:
    """Draw two to six parts; some follow at once, some leave a break."""
    steps = st.lists(st.integers(0, 287), min_size=4, max_size=12, unique=True).map(sorted)
    return steps.map(
        lambda edges: tuple(
            DayPart(f"Part {n}", _clock(edges[n]), _clock(edges[n + 1]))
            for n in range(0, len(edges) - 1, 2 if len(edges) > 6 else 1)
        )
    )


def _clock(step: int) -> time:
    return time(step // 12, step % 12 * 5)


weeks = st.lists(blocks(), max_size=8)
boxes = st.frozensets(st.sampled_from(sorted(BLOCKS)))


def free(weekly: Iterable[WeeklyAvailability]) -> object:
    return expand(weekly, (), days=FOUR_WEEKS, timezone="America/Toronto")


def test_box_is_ticked_when_the_whole_of_it_is_free() -> None:
    week = (block(0, 8, 11), block(0, 11, 12), block(1, 9, 12))
    assert ticked(week, BLOCKS) == {"mon-0800-1000", "mon-1000-1200", "tue-1000-1200"}


def test_box_that_is_free_only_in_some_weeks_is_not_ticked() -> None:
    assert ticked((block(0, 8, 10, last=MARCH),), BLOCKS) == frozenset()


def test_what_does_not_fit_the_boxes_is_an_exact_time() -> None:
    dated = block(2, 8, 10, first=JANUARY)
    week = (block(0, 7, 11), block(5, 9, 12), dated)
    assert exact_times(week, BLOCKS) == (block(0, 7, 8), block(0, 10, 11), dated, block(5, 9, 12))


def test_ticking_boxes_replaces_boxes_and_keeps_exact_times() -> None:
    week = (block(0, 8, 10), block(1, 17, 19), block(2, 9, 10, last=MARCH))
    assert with_ticked(week, {"fri-0800-1000", "fri-1000-1200"}, blocks=BLOCKS) == (
        block(1, 17, 19),
        block(2, 9, 10, last=MARCH),
        block(4, 8, 12),
    )


@given(weeks, boxes)
def test_ticked_boxes_are_read_back_as_ticked(week: list[WeeklyAvailability], chosen: set[str]):
    assert ticked(with_ticked(week, chosen, blocks=BLOCKS), BLOCKS) >= chosen


@given(weeks, days_in_parts())
def test_saving_what_is_ticked_changes_nothing_anybody_notices(
    week: list[WeeklyAvailability], parts: tuple[DayPart, ...]
) -> None:
    blocks = blocks_of(parts)
    assert free(with_ticked(week, ticked(week, blocks), blocks=blocks)) == free(week)


@given(weeks, days_in_parts())
def test_boxes_of_any_parts_and_exact_times_are_the_whole_week_to_the_minute(
    week: list[WeeklyAvailability], parts: tuple[DayPart, ...]
) -> None:
    assert make_a_day(parts)
    blocks = blocks_of(parts)
    shown = (*exact_times(week, blocks), *(blocks[box] for box in ticked(week, blocks)))
    assert free(shown) == free(week)


@given(weeks, days_in_parts())
def test_clearing_leaves_the_exact_times(
    week: list[WeeklyAvailability], parts: tuple[DayPart, ...]
) -> None:
    blocks = blocks_of(parts)
    assert free(with_ticked(week, (), blocks=blocks)) == free(exact_times(week, blocks))


@given(weeks, blocks())
def test_time_that_was_added_and_removed_is_gone(
    week: list[WeeklyAvailability], added: WeeklyAvailability
) -> None:
    beside = [each for each in week if each.weekday != added.weekday]
    assert free(without_block(with_block(beside, added), added)) == free(beside)


def test_removing_a_time_cuts_it_out_of_a_longer_one() -> None:
    assert without_block((block(0, 7, 12),), block(0, 8, 9)) == (block(0, 7, 8), block(0, 9, 12))


def test_time_with_dates_is_removed_as_a_whole_and_alone() -> None:
    dated = block(0, 8, 12, first=JANUARY)
    assert without_block((block(0, 8, 12), dated), dated) == (block(0, 8, 12),)
    assert without_block((block(0, 8, 12), dated), block(0, 8, 12)) == (dated,)


@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ({"mon-0800-1000"}, "clear", set()),
        (
            {"wed-1200-1400"},
            "0800-1000",
            {"wed-1200-1400"} | {f"{day}-0800-1000" for day in DAYS},
        ),
        (
            {"mon-0800-1000", "mon-1000-1200", "mon-1200-1400", "mon-1400-1600", "tue-0800-1000"},
            "mon",
            {"tue-0800-1000"},
        ),
    ],
)
def test_line_is_filled_and_a_full_one_cleared(
    before: set[str], line: str, after: set[str]
) -> None:
    assert filled(before, line, parts=USUAL_PARTS) == after


def test_all_mornings_fill_everything_before_noon_and_never_clear() -> None:
    mornings = {box for box, each in BLOCKS.items() if each.end <= time(12)}
    once = filled({"mon-1200-1400"}, "mornings", parts=USUAL_PARTS)
    twice = filled(once, "mornings", parts=USUAL_PARTS)
    assert (once, twice) == (mornings | {"mon-1200-1400"},) * 2


def test_days_with_the_same_times_are_read_back_together() -> None:
    week = (block(3, 8, 10), block(0, 8, 10), block(1, 9, 12), block(1, 14, 16))
    assert usual_times(week, today=JANUARY) == (
        UsualTime((0, 3), ((time(8), time(10)),)),
        UsualTime((1,), ((time(9), time(12)), (time(14), time(16)))),
    )


def test_overlapping_times_count_once() -> None:
    assert weekly_minutes((block(0, 8, 10), block(0, 9, 11), block(1, 8, 9, last=MARCH))) == 180
