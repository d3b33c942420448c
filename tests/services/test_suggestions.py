"""Suggestions and counts follow every change, and are those of the plain rules at any moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Thread

import pytest

from scheduler.domain.availability import DaysAway
from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.districts import Coordinates
from scheduler.domain.errors import Unknown
from scheduler.domain.periods import DateRange, moment_of
from scheduler.domain.requests import ClassroomRequest, RangeWindow, RequestState
from scheduler.domain.topics import Topic
from scheduler.domain.visits import VisitState
from scheduler.domain.volunteers import BusySource, Format, Limits
from scheduler.matching.explain import explain
from scheduler.services import visits
from scheduler.services.asking import reference_of
from scheduler.services.free_people import FreeCounts, count_free, free_counts
from scheduler.services.journal import KEPT, trim_journal
from scheduler.services.picture import load_picture
from scheduler.services.snapshots import demand_of, problem_of
from scheduler.services.suggestions import SuggestedSpeaker, for_request
from scheduler.services.telling import reasons_of
from scheduler.services.warm import Warm
from tests.actors import VERA
from tests.builders import (
    VOLUNTEER,
    a_clearance,
    a_district,
    a_request,
    a_school,
    a_topic_tree,
    a_volunteer,
    a_week,
    period,
)
from tests.services.world import BRUNO, CHLOE, World, elsewhere, two_more_volunteers


def suggested(world: World, warm: Warm, key: str = "robots") -> tuple[SuggestedSpeaker, ...]:
    """Return what the warm table suggests."""
    return for_request(
        world.store,
        key,
        warm=warm,
        actor=world.coordinator,
        now=world.now,
        gazetteer=world.gazetteer,
    )


def suggested_plainly(world: World, key: str = "robots") -> tuple[SuggestedSpeaker, ...]:
    """Return the same by the plain rules, everybody's calendar worked out."""
    with world.store.read() as work:
        picture = load_picture(work, now=world.now, requests=(key,))
    problem = problem_of(picture, gazetteer=world.gazetteer)
    return tuple(
        SuggestedSpeaker(
            reference_of(each.speaker_id),
            each.speaker_id,
            picture.volunteers[each.speaker_id].name,
            moment_of(each.start),
            each.points,
            each.points_by_term,
            reasons_of(each.findings),
        )
        for each in explain(problem, key).candidates
    )


def counted(world: World, warm: Warm, request: ClassroomRequest) -> tuple[FreeCounts, FreeCounts]:
    """Return the count of the warm table and that of the plain rules."""
    with world.store.read() as work:
        picture = load_picture(work, now=world.now, requests=(request.key,))
        options = demand_of(picture, request).options
        with warm.at(work, now=world.now, gazetteer=world.gazetteer) as district:
            found = count_free(
                work,
                district,
                request,
                options=options,
                now=world.now,
                gazetteer=world.gazetteer,
            )
    plain = free_counts(picture, request, options=options, gazetteer=world.gazetteer)
    return found, plain


def names(found: tuple[SuggestedSpeaker, ...]) -> list[str]:
    """Return the addresses, best first."""
    return [each.email for each in found]


def make_busy(world: World) -> None:
    span = period("2026-12-08 11:40-12:00")
    busy = BusySource(b"", (span, period("2026-12-10 09:00-12:00")), date(2026, 12, 31))
    world.put_volunteers(
        a_volunteer(busy=busy, limits=Limits(buffer_minutes=11)),
        replace(two_more_volunteers()[0], busy=busy, limits=Limits(buffer_minutes=10)),
    )


def let_the_calendar_end(world: World) -> None:
    ended = BusySource(b"", (), date(2026, 12, 7))
    world.put_volunteers(a_volunteer(busy=ended))


def lend_a_calendar(world: World) -> None:
    busy = (period("2026-12-08 10:00-10:41"),)
    lent = BusyCalendar("lent", VOLUNTEER, world.now, busy, date(2026, 12, 31), world.now)
    ending = BusyCalendar("ending", BRUNO, world.now, (), date(2026, 12, 7), world.now)
    with world.store.write() as work:
        work.busy_calendars.add(lent)
        work.busy_calendars.add(ending)


def put_topics(world: World) -> None:
    with world.store.write() as work:
        work.districts.put_topics(
            a_topic_tree(Topic("engineering"), Topic("robotics"), Topic("sea"))
        )


def put_district(world: World, **changes: object) -> None:
    with world.store.write() as work:
        work.districts.put(a_district(**changes))


def move_the_school(world: World) -> None:
    far = a_school(coordinates=replace(a_school().coordinates, latitude=44.9))
    with world.store.write() as work:
        work.districts.put_schools((far,))


def book_elsewhere(world: World) -> None:
    world.put_requests(elsewhere(preferred=(VOLUNTEER,)))
    world.propose()
    with world.store.read() as work:
        has_plan = "bridges" in work.proposals.all()
    if has_plan:
        world.approve("bridges")


EDITS: dict[str, Callable[[World], None]] = {
    "somebody joins": lambda w: w.put_volunteers(a_volunteer(email="zoe@x.example", name="Zoe")),
    "somebody stops": lambda w: w.put_volunteers(a_volunteer(is_active=False)),
    "other times": lambda w: w.put_volunteers(a_volunteer(weekly=a_week(time(10, 41), time(16)))),
    "no known times": lambda w: w.put_volunteers(a_volunteer(weekly=())),
    "times that touch": lambda w: w.put_volunteers(
        a_volunteer(weekly=(*a_week(time(8), time(11)), *a_week(time(11), time(16))))
    ),
    "days away": lambda w: w.put_volunteers(
        a_volunteer(away=(DaysAway(DateRange(date(2026, 12, 8), date(2026, 12, 9))),))
    ),
    "another zone": lambda w: w.put_volunteers(a_volunteer(timezone="America/Vancouver")),
    "busy": make_busy,
    "calendars lent": lend_a_calendar,
    "calendar that ended": let_the_calendar_end,
    "clearance that ended": lambda w: w.put_volunteers(
        a_volunteer(clearances=(a_clearance(expires=date(2026, 12, 7)),))
    ),
    "clearance for one school": lambda w: w.put_volunteers(
        a_volunteer(clearances=(a_clearance(school="birch"),))
    ),
    "radius": lambda w: w.put_volunteers(a_volunteer(limits=Limits(max_km=1.0))),
    "radius, by video": lambda w: w.put_requests(a_request(format=Format.EITHER)),
    "notice": lambda w: w.put_volunteers(a_volunteer(limits=Limits(notice_days=18))),
    "topics": put_topics,
    "weights": lambda w: put_district(w, weights={"fit": 0, "travel": 9}),
    "slower roads": lambda w: put_district(w, speed_kmh=10.0),
    "another zone of the district": lambda w: put_district(w, timezone="America/Halifax"),
    "school moves": move_the_school,
    "visit elsewhere": book_elsewhere,
}


@pytest.mark.parametrize("edit", EDITS)
def test_suggestions_follow_each_change(world: World, edit: str) -> None:
    world.put_volunteers(*two_more_volunteers())
    warm = Warm()
    assert names(suggested(world, warm)) == [VOLUNTEER, BRUNO, CHLOE]
    EDITS[edit](world)
    plain = suggested_plainly(world)
    assert suggested(world, warm) == plain == suggested(world, Warm())
    found, by_rules = counted(world, warm, world.request())
    assert found == by_rules


@pytest.mark.each_engine
def test_visit_that_is_booked_moved_and_called_off_is_followed(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(elsewhere())
    warm = Warm()
    assert VOLUNTEER in names(suggested(world, warm, "bridges"))
    (visit,) = world.invite()
    booked = suggested(world, warm, "bridges")
    assert visit.volunteers[0] not in names(booked)
    assert booked == suggested_plainly(world, "bridges")
    visits.cancel(world.store, visit.uid, reason="Snow", actor=world.coordinator, now=world.now)
    free = suggested(world, warm, "bridges")
    assert visit.volunteers[0] in names(free)
    assert free == suggested_plainly(world, "bridges")


def test_booking_that_nobody_heard_of_leaves_no_trace(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(elsewhere())
    world.propose()
    warm = Warm()
    before = suggested(world, warm, "bridges")
    world.approve("robots")
    assert suggested(world, warm, "bridges") != before
    with world.store.write() as work:
        work.visits.remove(visit.uid for visit in work.visits.of_requests(("robots",)))
        work.requests.put((a_request(),))
    assert suggested(world, warm, "bridges") == before == suggested_plainly(world, "bridges")


def test_who_said_no_is_not_suggested_again(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    warm = Warm()
    (visit,) = world.invite()
    (email,) = visit.volunteers
    world.answer(visit, email, says_yes=False)
    found = suggested(world, warm)
    assert email not in names(found)
    assert found == suggested_plainly(world)


def test_notice_counts_from_today_each_day_anew(world: World) -> None:
    warm = Warm()
    world.put_volunteers(a_volunteer(limits=Limits(notice_days=7)))
    for _ in range(13):
        assert suggested(world, warm) == suggested_plainly(world)
        world.wait(days=1)
    assert suggested(world, warm) == ()


def test_visits_of_last_year_stop_counting(world: World) -> None:
    put_district(world, year=None)
    warm = Warm()
    (visit,) = world.invite()
    world.answer(visit, VOLUNTEER, says_yes=True)
    world.now = visit.period.end + timedelta(days=365)
    world.put_requests(
        a_request("2027-12-21 P3", key="later"), replace(world.request(), state=RequestState.BOOKED)
    )
    (told,) = suggested(world, warm, "later")
    assert told.points_by_term["fairness"] == -15
    world.wait(days=2)
    (told,) = suggested(world, warm, "later")
    assert told.points_by_term["fairness"] == 0
    assert (told,) == suggested_plainly(world, "later")


def test_time_beyond_the_horizon_gets_the_same_answer_the_plain_way(world: World) -> None:
    world.put_volunteers(
        a_volunteer(clearances=(a_clearance(expires=date(2030, 1, 1)),)), *two_more_volunteers()
    )
    put_district(world, year=None)
    warm = Warm()
    far = a_request("2027-11-23 P3", key="far")
    world.put_requests(far)
    found = suggested(world, warm, "far")
    assert names(found)[:1] == [VOLUNTEER]
    assert found == suggested_plainly(world, "far")
    counts, plain = counted(world, warm, far)
    assert counts == plain


def test_range_of_days_is_counted_start_by_start(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    days = RangeWindow(DateRange(date(2026, 12, 1), date(2026, 12, 18)))
    found, plain = counted(
        world, Warm(), a_request(windows=(days,), classroom="", duration_minutes=45)
    )
    assert found == plain
    assert len(found.free_by_start) > 14


def test_one_start_can_be_asked_about(world: World) -> None:
    world.put_requests(a_request("2026-12-08 P3", "2026-12-10 P3"))
    thursday = period("2026-12-10 10:40-11:30").start

    def starts(start: datetime | None) -> list[datetime]:
        found = for_request(
            world.store,
            "robots",
            warm=Warm(),
            actor=VERA,
            now=world.now,
            gazetteer=world.gazetteer,
            start=start,
        )
        return [each.start for each in found]

    assert starts(None) == [period("2026-12-08 10:40-11:30").start]
    assert starts(thursday) == [thursday]
    assert starts(thursday + timedelta(minutes=1)) == []


def test_what_is_not_there_is_unknown(world: World) -> None:
    with pytest.raises(Unknown):
        suggested(world, Warm(), "nothing")


@pytest.mark.each_engine
def test_followed_again_after_more_was_forgotten_than_it_had_seen(world: World) -> None:
    warm = Warm()
    suggested(world, warm)
    world.put_volunteers(*two_more_volunteers())
    world.put_volunteers(a_volunteer(is_active=False))
    with world.store.write() as work:
        work.journal.forget(before=datetime(2100, 1, 1, tzinfo=world.now.tzinfo))
    assert suggested(world, warm) == suggested_plainly(world)


class TornMap:
    """A gazetteer that cannot be read while it is torn."""

    is_torn = False

    def locate(self, postal_code: str, *, country: str) -> Coordinates | None:
        """Return the same point for every code."""
        if self.is_torn:
            raise LookupError
        return Coordinates(43.6532, -79.3832)


def test_failure_on_the_way_leaves_no_half_followed_table(world: World) -> None:
    warm, torn = Warm(), TornMap()
    world.gazetteer = torn  # type: ignore[assignment]
    suggested(world, warm)
    world.put_volunteers(
        *two_more_volunteers(), a_volunteer(coordinates=None, postal_code="M5V 2T6")
    )
    torn.is_torn = True
    with pytest.raises(LookupError):
        suggested(world, warm)
    torn.is_torn = False
    assert suggested(world, warm) == suggested_plainly(world)
    assert names(suggested(world, warm)) == [VOLUNTEER, BRUNO, CHLOE]


def test_threads_share_one_table(world: World) -> None:
    world.put_volunteers(*two_more_volunteers())
    warm, found = Warm(), list[list[str]]()
    askers = [Thread(target=lambda: found.append(names(suggested(world, warm)))) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert found == [[VOLUNTEER, BRUNO, CHLOE]] * 4


@pytest.mark.each_engine
def test_two_processes_follow_each_other(world: World) -> None:
    one, other = Warm(), Warm()
    assert suggested(world, one) == suggested(world, other)
    world.put_volunteers(*two_more_volunteers())
    assert suggested(world, one) == suggested(world, other) == suggested_plainly(world)
    (visit,) = world.invite()
    assert visit.state is VisitState.INVITED
    assert suggested(world, one) == suggested(world, other) == suggested_plainly(world)


@pytest.mark.each_engine
def test_journal_is_trimmed_and_who_follows_every_day_misses_nothing(world: World) -> None:
    warm = Warm()
    suggested(world, warm)
    world.put_volunteers(*two_more_volunteers())
    written = datetime.now(UTC)
    assert trim_journal(world.store, at=written + KEPT - timedelta(hours=1)) == 0
    assert names(suggested(world, warm)) == [VOLUNTEER, BRUNO, CHLOE]
    assert trim_journal(world.store, at=written + KEPT + timedelta(hours=1)) > 1
    world.put_volunteers(a_volunteer(is_active=False))
    assert names(suggested(world, warm)) == [BRUNO, CHLOE]
