"""School time is seen before it counts, stored as a whole, and takes no visit away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from scheduler.calendars.busy import PassedOver
from scheduler.domain.districts import Term
from scheduler.domain.periods import DateRange
from scheduler.domain.proposals import ProposalState
from scheduler.domain.schooldays import BellPeriod, BellSchedule, Closure
from scheduler.domain.visits import VisitState
from scheduler.services.closed_days import ClosedVisit
from scheduler.services.school_time import Preview, preview, read_file, school_time, use
from scheduler.services.school_time_changes import DayTypeChange, Difference
from scheduler.services.school_time_reading import FileNotTaken, FileReading, Line
from scheduler.services.school_time_words import Meaning
from tests.actors import CARLA
from tests.builders import DAY, TORONTO, YEAR, a_district, a_proposal, a_visit
from tests.calendars.files import a_file, an_event, at
from tests.services.world import World

BREAK = Closure("", DateRange(date(2026, 12, 21), date(2027, 1, 3)), "Winter break")
LEAK = Closure("maple", DateRange(date(2027, 2, 1), date(2027, 2, 1)), "Leak")


def days(first: date, last: date | None = None) -> DateRange:
    """Return days from first to last, or the one day."""
    return DateRange(first, last or first)


def line(closure: Closure) -> Line:
    """Return the line that says this closure."""
    return Line(closure.days, closure.name, school=closure.school)


def keep(world: World, *closures: Closure) -> None:
    """Make the closures exactly these."""
    with world.store.write() as work:
        work.districts.put_closures(closures)


def closures(world: World) -> tuple[Closure, ...]:
    """Return the closures as they are stored."""
    with world.store.read() as work:
        return work.districts.closures()


def used(world: World, *lines: Line, removes: tuple[Closure, ...] = ()) -> Preview:
    """Store what these lines change."""
    return use(world.store, lines, actor=CARLA, now=world.now, removes=removes)


def seen(world: World, *lines: Line, removes: tuple[Closure, ...] = ()) -> Preview:
    """Return what these lines would change."""
    return preview(world.store, lines, actor=CARLA, now=world.now, removes=removes)


class TestReading:
    def read(self, world: World, octets: bytes) -> FileReading:
        """Return what a coordinator's file says."""
        return read_file(world.store, octets, actor=CARLA)

    def test_calendar_is_understood_entry_by_entry(self, world: World) -> None:
        octets = a_file(
            an_event("DTSTART;VALUE=DATE:20261221", "DTEND;VALUE=DATE:20270104", "SUMMARY:Break"),
            an_event("DTSTART;VALUE=DATE:20261204", "SUMMARY:PA Day: no school"),
            an_event("DTSTART;VALUE=DATE:20270625", "SUMMARY:Last day of school"),
            an_event(at("20261209T180000", "20261209T200000"), "SUMMARY:Concert"),
        )
        assert self.read(world, octets) == FileReading(
            (
                Line(days(date(2026, 12, 4)), "PA Day: no school", is_guess=True),
                Line(BREAK.days, "Break", Meaning.NOTHING, is_guess=True),
                Line(
                    days(date(2027, 6, 25)), "Last day of school", Meaning.LAST_DAY, is_guess=True
                ),
            ),
            (PassedOver("Concert", "It has hours. Only entries that last whole days count."),),
        )

    def test_closures_of_a_bundle_are_read_row_by_row(self, world: World) -> None:
        octets = (
            b"school,first_date,last_date,name\n"
            b",2026-12-21,2027-01-03,Winter break\n"
            b"maple,2027-02-01,2027-02-01,Leak\n"
            b"elm,2027-02-01,2027-02-01,Leak\n"
            b",2027-02-31,2027-02-31,Nonsense\n"
        )
        found = self.read(world, octets)
        assert found.lines == (line(BREAK), line(LEAK))
        assert [each.component for each in found.passed_over] == ["Row 4", "Row 5", "Row 5"]
        assert found.passed_over[0].reason == "There is no school “elm” here."

    def test_day_types_of_a_bundle_belong_to_a_schedule(self, world: World) -> None:
        keep_day_types(world)
        octets = (
            b"bell_schedule,date,day_type\nhigh,2026-12-08,A\nhigh,2026-12-09,C\nlow,2026-12-08,A\n"
        )
        found = self.read(world, octets)
        assert found.lines == (
            Line(days(DAY), "A", Meaning.DAY_TYPE, schedule="high", day_type="A"),
        )
        assert [each.reason for each in found.passed_over] == [
            "“high” has no day type “C”.",
            "There is no bell schedule “low” here.",
        ]

    @pytest.mark.parametrize(
        ("octets", "sentence"),
        [
            (b"", "This file is empty."),
            (b"x" * 2_000_001, "This file is too large. School time fits into 2 MB."),
            (b"school,first_date,last_date,name\n", "This file has no rows."),
            (b"one,two\n1,2\n", "The first row must name the columns"),
        ],
    )
    def test_file_that_says_nothing_is_refused(
        self, world: World, octets: bytes, sentence: str
    ) -> None:
        with pytest.raises(FileNotTaken) as refusal:
            self.read(world, octets)
        assert refusal.value.sentence.startswith(sentence)


class TestChanges:
    def test_looking_stores_nothing(self, world: World) -> None:
        assert seen(world, line(BREAK)).difference == Difference(added=(BREAK,))
        assert closures(world) == ()

    def test_using_stores_and_a_second_time_changes_nothing(self, world: World) -> None:
        used(world, line(BREAK), line(LEAK))
        assert closures(world) == (BREAK, LEAK)
        assert used(world, line(BREAK), line(LEAK)).difference == Difference(same=2)

    def test_closure_of_the_same_name_nearby_is_moved(self, world: World) -> None:
        keep(world, BREAK)
        longer = replace(BREAK, days=DateRange(date(2026, 12, 18), date(2027, 1, 3)))
        assert used(world, line(longer)).difference == Difference(changed=((BREAK, longer),))
        assert closures(world) == (longer,)

    def test_closure_of_the_same_days_is_renamed(self, world: World) -> None:
        keep(world, BREAK)
        renamed = replace(BREAK, name="Holidays")
        assert used(world, line(renamed)).difference == Difference(changed=((BREAK, renamed),))

    def test_what_a_file_lacks_stays_unless_it_is_ticked(self, world: World) -> None:
        other = Closure("", days(date(2026, 12, 4)), "PA Day")
        spring = Closure("", days(date(2027, 3, 15)), "Spring break")
        keep(world, other, LEAK, spring)
        told = (line(BREAK), line(Closure("", days(date(2026, 11, 30)), "Election")))
        assert seen(world, *told).difference.lacking == (other,)
        used(world, *told)
        assert other in closures(world)
        assert used(world, *told, removes=(other, spring)).difference.removed == (other,)
        assert other not in closures(world)
        assert {LEAK, spring} <= set(closures(world))

    def test_first_and_last_day_make_the_year(self, world: World) -> None:
        last = Line(days(date(2027, 6, 28)), "Last day", Meaning.LAST_DAY)
        found = used(world, last).difference
        assert found.year == DateRange(YEAR.first, date(2027, 6, 28))
        shown = school_time(world.store, actor=CARLA, now=world.now)
        assert shown is not None
        assert shown.known.district.year == found.year

    def test_new_term_replaces_the_one_of_its_name(self, world: World) -> None:
        old = Term("Term 1", DateRange(date(2026, 9, 8), date(2026, 12, 1)))
        second = Term("Term 2", DateRange(date(2027, 1, 4), date(2027, 6, 25)))
        with world.store.write() as work:
            work.districts.put(a_district(terms=(old, second)))
        new = DateRange(date(2026, 9, 8), date(2026, 12, 18))
        used(world, Line(new, "Term 1", Meaning.TERM))
        with world.store.read() as work:
            district = work.districts.get()
        assert district is not None
        assert district.terms == (Term("Term 1", new), second)

    def test_day_types_are_added_to_those_of_other_dates(self, world: World) -> None:
        keep_day_types(world)
        told = Line(days(DAY), "Day B", Meaning.DAY_TYPE, schedule="high", day_type="B")
        assert used(world, told).difference.day_types == (DayTypeChange("high", DAY, "A", "B"),)
        with world.store.read() as work:
            schedule = work.districts.bell_schedules()["high"]
        assert schedule.day_type_by_date == {DAY: "B", date(2026, 12, 9): "B"}

    def test_line_without_meaning_changes_nothing(self, world: World) -> None:
        assert used(world, Line(days(DAY), "Concert", Meaning.NOTHING)).difference.is_empty


class TestVisits:
    closed = Closure("", days(DAY), "Snow")

    def closed_visits(self, world: World) -> tuple[ClosedVisit, ...]:
        """Return the visits on days without school."""
        page = school_time(world.store, actor=CARLA, now=world.now)
        assert page is not None
        return page.visits

    def test_visit_on_a_closed_day_is_listed_and_stays(self, world: World) -> None:
        visit = a_visit()
        with world.store.write() as work:
            work.visits.add((visit,))
        expected = ClosedVisit(
            uid=visit.uid,
            request="robots",
            title=world.request().title,
            school="maple",
            school_name="Maple School",
            day=DAY,
            start=visit.period.start,
            timezone=TORONTO,
            state=VisitState.INVITED,
            closure="Snow",
        )
        assert self.closed_visits(world) == ()
        assert seen(world, line(self.closed)).visits == (expected,)
        assert used(world, line(self.closed)).visits == (expected,)
        assert self.closed_visits(world) == (expected,)
        assert world.visits_of() == (visit,)
        assert world.mail_of(visit) == ()

    @pytest.mark.parametrize("state", [VisitState.CANCELLED, VisitState.HAPPENED])
    def test_visit_that_is_off_or_over_needs_nobody(self, world: World, state: VisitState) -> None:
        with world.store.write() as work:
            work.visits.add((a_visit(state=state),))
        assert used(world, line(self.closed)).visits == ()

    def test_day_outside_the_year_has_no_school_and_no_closures_name(self, world: World) -> None:
        with world.store.write() as work:
            work.visits.add((a_visit(),))
        ends = Line(days(date(2026, 12, 1)), "Last day", Meaning.LAST_DAY)
        (found,) = used(world, ends).visits
        assert (found.day, found.closure) == (DAY, "")

    def test_closure_of_another_school_concerns_nobody_here(self, world: World) -> None:
        with world.store.write() as work:
            work.visits.add((a_visit(),))
        assert used(world, line(replace(self.closed, school="birch"))).visits == ()

    def test_pending_proposal_of_a_closed_day_becomes_stale(self, world: World) -> None:
        world.put_proposals(a_proposal())
        seen(world, line(self.closed))
        assert state_of(world) is ProposalState.PENDING
        used(world, line(BREAK))
        assert state_of(world) is ProposalState.PENDING
        used(world, line(self.closed))
        assert state_of(world) is ProposalState.STALE


def state_of(world: World) -> ProposalState:
    """Return how the one proposal stands."""
    proposal = world.proposal()
    assert proposal is not None
    return proposal.state


def keep_day_types(world: World) -> None:
    """Add a schedule with the day types A and B."""
    periods = tuple(BellPeriod(name, "P1", time(9), time(10)) for name in ("A", "B"))
    with world.store.write() as work:
        work.districts.put_bell_schedules(
            (BellSchedule("high", periods, {DAY: "A", date(2026, 12, 9): "B"}),)
        )
