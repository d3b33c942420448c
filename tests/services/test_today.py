"""What needs a coordinator: who is counted, who is listed, and who may look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.districts import Coordinates
from scheduler.domain.periods import DateRange
from scheduler.domain.proposals import Unassigned
from scheduler.domain.requests import RequestState
from scheduler.domain.schooldays import Closure
from scheduler.domain.visits import Booking, Partstat, VisitState
from scheduler.domain.volunteers import Clearance, ClearanceState
from scheduler.services.directory import Care, volunteers
from scheduler.services.ports import Store
from scheduler.services.records import OutboxRow, OutboxState
from scheduler.services.today import EndingClearance, Today, ending_clearances, today
from scheduler.services.warm import Warm
from tests.actors import CARLA
from tests.builders import (
    NOW,
    VOLUNTEER,
    a_clearance,
    a_proposal,
    a_request,
    a_visit,
    a_volunteer,
    moment,
    period,
)

DAY = date(2026, 11, 21)
YES = (Booking(VOLUNTEER, Partstat.ACCEPTED),)
A_CALENDAR = BusyCalendar(
    key="one",
    owner=VOLUNTEER,
    added_at=NOW,
    busy=(),
    known_until=DAY + timedelta(days=400),
    read_at=NOW,
    address="https://calendar.example/amara.ics",
)


class NoGazetteer:
    """A gazetteer that knows no postal code."""

    def locate(self, postal_code: str, *, country: str) -> Coordinates | None:
        """Return None for every code."""
        return None


def needed(store: Store, *, now: datetime = NOW) -> Today:
    found = today(store, warm=Warm(), actor=CARLA, now=now, gazetteer=NoGazetteer())
    assert found is not None
    return found


def failed(subject: str, purpose: str, **changes: object) -> OutboxRow:
    row = OutboxRow(f"{subject}/{purpose}", subject, purpose, VOLUNTEER, NOW, NOW)
    return replace(row, state=OutboxState.FAILED, **changes)  # type: ignore[arg-type]


def test_invitation_without_an_answer_is_listed_until_the_visit_begins(
    small_district: Store,
) -> None:
    (silence,) = needed(small_district).silences
    assert (silence.speaker.name, silence.sheet.visit) == ("Amara Okafor", a_visit())
    assert needed(small_district, now=a_visit().period.start).silences == ()


def test_visits_on_days_that_were_closed_since_are_counted(small_district: Store) -> None:
    day = a_visit().period.start.date()
    assert needed(small_district).closed == 0
    with small_district.write() as work:
        work.districts.put_closures((Closure("", DateRange(day, day), "Snow"),))
    assert needed(small_district).closed == 1
    assert needed(small_district, now=a_visit().period.start).closed == 0
    with small_district.write() as work:
        work.visits.save((a_visit(state=VisitState.CANCELLED),))
    assert needed(small_district).closed == 0


def test_proposal_that_holds_is_ready_and_a_broken_one_is_not(small_district: Store) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="free"), a_request(key="taken", state=RequestState.OPEN)))
        work.proposals.put(
            (
                a_proposal(request="free", sessions=(period("2026-12-08 10:40-11:30"),)),
                a_proposal(request="taken", sessions=(period("2026-12-09 10:40-11:30"),)),
            )
        )
        work.visits.remove((a_visit().uid,))
    assert needed(small_district).ready == 1


def test_only_open_requests_count_as_nobody_yet(small_district: Store) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="gone", state=RequestState.WITHDRAWN),))
        work.proposals.put_unassigned(
            Unassigned(key, "topic_match", (), {}, NOW) for key in ("bridges", "gone")
        )
    assert needed(small_district).nobody == 1


def test_visits_today_are_those_of_the_districts_day(small_district: Store) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="more", state=RequestState.BOOKED),))
        work.visits.add(
            a_visit(uid=day, request="more", state=VisitState.CONFIRMED, period=period(when))
            for day, when in (
                ("yesterday", "2026-11-20 23:00-23:50"),
                ("today", "2026-11-21 23:00-23:50"),
                ("tomorrow", "2026-11-22 00:00-00:50"),
            )
        )
    late = moment("2026-11-21 23:30")
    assert late.astimezone(UTC).date() == date(2026, 11, 22)
    found = needed(small_district, now=late)
    assert (found.day, [sheet.visit.uid for sheet in found.visits]) == (DAY, ["today"])


def test_mail_that_failed_is_listed_while_it_matters(small_district: Store) -> None:
    with small_district.write() as work:
        work.requests.put((a_request(key="more", state=RequestState.BOOKED),))
        past = a_visit(uid="past", request="more", period=period("2026-10-06 10:40-11:30"))
        work.visits.add((past,))
        coming = failed(a_visit().uid, "invitation")
        link = failed("sign-in", "sign_in", created_at=NOW + timedelta(minutes=1))
        sent = replace(failed(a_visit().uid, "change"), state=OutboxState.SENT)
        work.outbox.add((coming, link, sent, failed("past", "invitation")))
    assert needed(small_district).failed_mail == (link, coming)


@pytest.mark.parametrize("subject", ["roster-2026-W50", "message:7", "approved-2026-11-21"])
def test_mail_about_no_visit_that_failed_is_listed_for_two_weeks(
    small_district: Store, subject: str
) -> None:
    mail = failed(subject, "roster")
    with small_district.write() as work:
        work.outbox.add((mail, failed("joining:7", "join_confirm")))
    assert needed(small_district, now=NOW + timedelta(days=13)).failed_mail == (mail,)
    assert needed(small_district, now=NOW + timedelta(days=14)).failed_mail == ()


@pytest.mark.parametrize(
    ("last_day", "is_listed"),
    [
        (DAY - timedelta(days=1), False),
        (DAY, True),
        (DAY + timedelta(days=30), True),
        (DAY + timedelta(days=31), False),
        (None, False),
    ],
)
def test_clearance_is_listed_in_its_last_thirty_days(
    last_day: date | None, is_listed: bool
) -> None:
    volunteer = a_volunteer(clearances=(a_clearance(expires=last_day),))
    found = ending_clearances((volunteer,), today=DAY)
    assert bool(found) is is_listed


SOON = a_clearance(expires=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("other", "is_listed"),
    [
        (a_clearance(expires=date(2027, 12, 1)), False),
        (a_clearance(expires=None), False),
        (a_clearance(expires=date(2027, 12, 1), school="maple"), True),
        (a_clearance(expires=date(2027, 12, 1), state=ClearanceState.PENDING), True),
        (a_clearance(expires=date(2027, 12, 1), approved=None), True),
    ],
    ids=["renewed", "without end", "one school only", "still pending", "never approved"],
)
def test_clearance_that_another_follows_is_not_listed(other: Clearance, is_listed: bool) -> None:
    volunteer = a_volunteer(clearances=(SOON, other))
    expected = EndingClearance(VOLUNTEER, "Amara Okafor", "police_check", date(2026, 12, 1))
    assert ending_clearances((volunteer,), today=DAY) == ((expected,) if is_listed else ())


def test_clearance_of_someone_inactive_is_not_listed() -> None:
    assert ending_clearances((a_volunteer(clearances=(SOON,), is_active=False),), today=DAY) == ()


@pytest.mark.each_engine
@pytest.mark.parametrize(
    ("calendar", "count"),
    [
        (A_CALENDAR, 0),
        (replace(A_CALENDAR, read_at=NOW - timedelta(hours=24)), 0),
        (replace(A_CALENDAR, read_at=NOW - timedelta(hours=25)), 1),
        (replace(A_CALENDAR, problem="The site did not answer."), 1),
        (replace(A_CALENDAR, address="", read_at=NOW - timedelta(days=9)), 0),
        (replace(A_CALENDAR, known_until=DAY), 0),
        (replace(A_CALENDAR, address="", known_until=DAY - timedelta(days=1)), 1),
    ],
)
def test_volunteers_whose_calendars_are_out_of_date_are_counted_as_listed(
    small_district: Store, calendar: BusyCalendar, count: int
) -> None:
    with small_district.write() as work:
        work.busy_calendars.add(calendar)
        work.busy_calendars.add(replace(calendar, key="another"))
    listed = volunteers(small_district, actor=CARLA, now=NOW, care=Care.CALENDAR)
    assert (needed(small_district).old_calendars, len(listed.lines)) == (count, count)


SINCE = a_visit().period.end


@pytest.mark.parametrize(
    ("changes", "is_listed"),
    [
        ({"bookings": ()}, True),
        ({"bookings": (), "state": VisitState.MISSED}, True),
        ({"state": VisitState.MISSED}, True),
        ({"state": VisitState.HELD}, True),
        ({"bookings": YES, "state": VisitState.MISSED}, False),
        ({"bookings": YES, "state": VisitState.HAPPENED}, False),
        ({"bookings": (), "state": VisitState.CANCELLED}, False),
    ],
    ids=["nobody", "nobody, closed", "no answer", "not asked", "said so", "happened", "off"],
)
def test_visit_that_began_without_a_certain_guest_is_listed_for_a_week(
    small_district: Store, changes: Mapping[str, Any], is_listed: bool
) -> None:
    with small_district.write() as work:
        work.visits.remove((a_visit().uid,))
        work.visits.add((a_visit(**changes),))
    moments = (a_visit().period.start, SINCE + timedelta(days=6, hours=23))
    listed = [needed(small_district, now=each).uncertain for each in moments]
    assert [bool(each) for each in listed] == [is_listed, is_listed]
    assert needed(small_district, now=a_visit().period.start - timedelta(1)).uncertain == ()
    assert needed(small_district, now=SINCE + timedelta(days=7)).uncertain == ()
