"""A volunteer's visits: in which list each one stands, and what is never shown."""

from __future__ import annotations

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import Booking, Partstat, VisitState, cancel
from scheduler.services.agenda import MyVisit, my_visits
from scheduler.services.ports import Store
from scheduler.services.tokens import answer_token
from tests.actors import AMARA
from tests.builders import NOW, VOLUNTEER, a_request, a_visit, period, some_bookings
from tests.small_district import OTHER_VOLUNTEER

KEY = b"k" * 32


def uids(visits: tuple[MyVisit, ...]) -> list[str]:
    return [mine.sheet.visit.uid for mine in visits]


def test_every_visit_stands_in_the_list_it_belongs_to(small_district: Store) -> None:
    said_yes = some_bookings(VOLUNTEER, partstat=Partstat.ACCEPTED)
    called_off = a_visit(uid="off", request="more", period=period("2026-12-10 10:40-11:30"))
    with small_district.write() as work:
        work.requests.put((a_request(key="more", state=RequestState.BOOKED),))
        work.visits.add(
            (
                a_visit(
                    uid="settled",
                    request="more",
                    period=period("2026-12-09 10:40-11:30"),
                    state=VisitState.CONFIRMED,
                    bookings=said_yes,
                ),
                called_off,
                a_visit(
                    uid="older",
                    request="more",
                    period=period("2026-10-06 10:40-11:30"),
                    state=VisitState.HAPPENED,
                ),
                a_visit(
                    uid="newer",
                    request="more",
                    period=period("2026-11-03 10:40-11:30"),
                    state=VisitState.MISSED,
                ),
                a_visit(
                    uid="held",
                    request="more",
                    period=period("2026-12-15 10:40-11:30"),
                    state=VisitState.HELD,
                ),
                a_visit(
                    uid="another's",
                    request="more",
                    period=period("2026-12-16 10:40-11:30"),
                    bookings=some_bookings(OTHER_VOLUNTEER),
                ),
            )
        )
        work.visits.save((cancel(called_off, reason="Snow", at=NOW),))
    mine = my_visits(small_district, actor=AMARA, now=NOW, key=KEY)
    assert (uids(mine.asked), uids(mine.coming), uids(mine.past)) == (
        [a_visit().uid],
        ["settled", "off"],
        ["newer", "older"],
    )


def test_invitation_carries_the_link_that_answers_it(small_district: Store) -> None:
    (invited,) = my_visits(small_district, actor=AMARA, now=NOW, key=KEY).asked
    assert invited.answer_token == answer_token(a_visit().uid, VOLUNTEER, key=KEY)


def test_visit_is_not_shown_to_who_said_no(small_district: Store) -> None:
    with small_district.write() as work:
        no = Booking(VOLUNTEER, Partstat.DECLINED, removed=True)
        work.visits.save((a_visit(bookings=(no,)),))
    mine = my_visits(small_district, actor=AMARA, now=NOW, key=KEY)
    assert (mine.asked, mine.coming, mine.past) == ((), (), ())


def test_invitation_nobody_answered_moves_down_when_the_visit_begins(
    small_district: Store,
) -> None:
    begun = a_visit().period.start
    mine = my_visits(small_district, actor=AMARA, now=begun, key=KEY)
    assert (uids(mine.asked), uids(mine.coming)) == ([], [a_visit().uid])
