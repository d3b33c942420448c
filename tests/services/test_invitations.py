"""Answering by the link from a mail: whose link it is, what it shows, and what an answer does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Partstat, Visit, VisitState, cancel
from scheduler.services.invitations import Invitation, Standing, open_invitation, reply
from scheduler.services.ports import Store
from scheduler.services.records import Mailbox
from scheduler.services.tokens import answer_token
from tests.builders import (
    COORDINATOR,
    NOW,
    VOLUNTEER,
    a_request,
    a_visit,
    moment,
    period,
    some_bookings,
)
from tests.small_district import OTHER_VOLUNTEER

KEY = b"k" * 32
UID = a_visit().uid
BEGIN, END = moment("2026-12-08 10:40"), moment("2026-12-08 11:30")


def link(uid: str = UID, email: str = VOLUNTEER) -> str:
    return answer_token(uid, email, key=KEY)


def seen(store: Store, token: str = "", *, now: datetime = NOW) -> Invitation:
    return open_invitation(store, token or link(), now=now, key=KEY)


def answered(store: Store, *, says_yes: bool, **more: object) -> Invitation:
    return reply(store, link(), says_yes=says_yes, now=NOW, key=KEY, **more)  # type: ignore[arg-type]


def visits_of(store: Store, request: str) -> tuple[Visit, ...]:
    with store.read() as work:
        return work.visits.of_requests((request,))


def uids(invitation: Invitation) -> list[str]:
    return [sheet.visit.uid for sheet in invitation.open_sheets]


@pytest.fixture
def series(small_district: Store) -> Store:
    """Three Wednesdays of one request, the volunteer asked for each."""
    with small_district.write() as work:
        work.requests.put((a_request(key="weeks", sessions=3, state=RequestState.BOOKED),))
        work.visits.add(
            a_visit(
                uid=f"week-{number}",
                request="weeks",
                session=number,
                period=period(f"2026-12-{day} 13:30-14:20"),
            )
            for number, day in ((1, "09"), (2, "16"), (3, "23"))
        )
    return small_district


def test_link_shows_the_visit(small_district: Store) -> None:
    invitation = seen(small_district)
    assert (invitation.person, invitation.standing) == (
        Mailbox("Amara Okafor", VOLUNTEER),
        Standing.ASKED,
    )
    assert (invitation.sheet.title, uids(invitation)) == ("Robots around us", [UID])


@pytest.mark.parametrize(
    "token",
    [
        "",
        "abc",
        "é.é",
        "AA.AA",
        link() + "x",
        link().upper(),
        link(email=OTHER_VOLUNTEER),
        link(uid="no such visit"),
        answer_token(UID, VOLUNTEER, key=b"another key" * 3),
    ],
)
def test_link_that_is_nobodys_is_unknown(small_district: Store, token: str) -> None:
    with pytest.raises(Unknown):
        open_invitation(small_district, token, now=NOW, key=KEY)


def test_visit_that_is_held_back_is_unknown(small_district: Store) -> None:
    with small_district.write() as work:
        held = a_visit(
            uid="held",
            request="bridges",
            state=VisitState.HELD,
            hosts=(),
            bookings=some_bookings(OTHER_VOLUNTEER),
        )
        work.visits.add((held,))
    with pytest.raises(Unknown):
        seen(small_district, link("held", OTHER_VOLUNTEER))


def test_looking_changes_nothing(small_district: Store) -> None:
    before = visits_of(small_district, "robots")
    for _ in range(3):
        seen(small_district)
    assert visits_of(small_district, "robots") == before


def test_yes_confirms_the_visit(small_district: Store) -> None:
    invitation = answered(small_district, says_yes=True)
    assert (invitation.standing, invitation.answered_at) == (Standing.ACCEPTED, NOW)
    assert [v.state for v in visits_of(small_district, "robots")] == [VisitState.CONFIRMED]


def test_no_tells_the_reason_and_reopens_the_request(small_district: Store) -> None:
    invitation = answered(small_district, says_yes=False, reason="It is too far")
    (visit,) = visits_of(small_district, "robots")
    with small_district.read() as work:
        request = work.requests.get("robots")
    assert invitation.standing is Standing.DECLINED
    assert invitation.contact == Mailbox("Carla Diaz", COORDINATOR)
    assert visit.booking_of(VOLUNTEER).reason == "It is too far"
    assert request is not None
    assert request.state is RequestState.OPEN


def test_yes_can_become_a_no(small_district: Store) -> None:
    answered(small_district, says_yes=True)
    assert answered(small_district, says_yes=False).standing is Standing.DECLINED


def test_yes_after_a_no_changes_nothing(small_district: Store) -> None:
    answered(small_district, says_yes=False)
    before = visits_of(small_district, "robots")
    assert answered(small_district, says_yes=True).standing is Standing.DECLINED
    assert visits_of(small_district, "robots") == before


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (BEGIN - timedelta(seconds=1), Standing.ASKED),
        (BEGIN, Standing.BEGUN),
        (END - timedelta(seconds=1), Standing.BEGUN),
        (END, Standing.OVER),
    ],
)
def test_link_ends_with_the_visit(small_district: Store, now: datetime, standing: Standing) -> None:
    assert seen(small_district, now=now).standing is standing


def test_answer_after_the_beginning_changes_nothing(small_district: Store) -> None:
    before = visits_of(small_district, "robots")
    late = reply(small_district, link(), says_yes=False, now=BEGIN, key=KEY)
    assert (late.standing, visits_of(small_district, "robots")) == (Standing.BEGUN, before)


def test_visit_that_was_called_off_says_so(small_district: Store) -> None:
    with small_district.write() as work:
        work.visits.save((cancel(a_visit(), reason="Snow day", at=NOW),))
    invitation = seen(small_district)
    assert (invitation.standing, invitation.sheet.visit.cancel_reason) == (
        Standing.CALLED_OFF,
        "Snow day",
    )


def test_volunteer_who_was_replaced_is_told(small_district: Store) -> None:
    swapped = tuple(replace(booking, removed=True) for booking in a_visit().bookings)
    with small_district.write() as work:
        work.visits.save((a_visit(bookings=swapped),))
    assert seen(small_district).standing is Standing.REPLACED


def test_volunteer_who_was_deactivated_has_no_link(small_district: Store) -> None:
    with small_district.write() as work:
        volunteer = work.volunteers.get(VOLUNTEER)
        assert volunteer is not None
        work.volunteers.put((replace(volunteer, is_active=False),))
    with pytest.raises(Unknown):
        seen(small_district)


def test_link_of_one_session_answers_for_the_whole_series(series: Store) -> None:
    token = link("week-2")
    assert uids(seen(series, token)) == ["week-1", "week-2", "week-3"]
    reply(series, token, says_yes=True, now=NOW, key=KEY)
    assert {visit.state for visit in visits_of(series, "weeks")} == {VisitState.CONFIRMED}


def test_no_to_one_day_of_a_series_keeps_the_others(series: Store) -> None:
    reply(series, link("week-1"), says_yes=True, now=NOW, key=KEY)
    left = reply(series, link("week-1"), says_yes=False, only=("week-2",), now=NOW, key=KEY)
    assert (left.standing, uids(left)) == (Standing.ACCEPTED, ["week-1", "week-3"])
    answers = [visit.booking_of(VOLUNTEER).partstat for visit in visits_of(series, "weeks")]
    assert answers == [Partstat.ACCEPTED, Partstat.DECLINED, Partstat.ACCEPTED]


def test_link_of_a_first_session_lives_until_the_last(series: Store) -> None:
    later = moment("2026-12-17 09:00")
    assert uids(seen(series, link("week-1"), now=later)) == ["week-3"]


def test_answer_never_reaches_another_request(series: Store) -> None:
    reply(series, link("week-1"), says_yes=False, only=(UID,), now=NOW, key=KEY)
    assert [v.state for v in visits_of(series, "robots")] == [VisitState.INVITED]
