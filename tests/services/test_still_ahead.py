"""What has passed is not offered any more, to the engine and on pages alike."""

from __future__ import annotations

from tests.builders import VOLUNTEER, a_request, a_visit, moment, some_bookings
from tests.services.pictures import demand, minutes
from tests.services.world import World


def test_start_that_has_passed_is_not_offered(world: World) -> None:
    asked = a_request("2026-12-08 P3", "2026-12-10 P3")
    first, second = minutes("2026-12-08 10:40-11:30")[0], minutes("2026-12-10 10:40-11:30")[0]
    for now, offered in (("10:39", [first, second]), ("10:40", [second])):
        world.now = moment(f"2026-12-08 {now}")
        found = demand(world, request=asked)
        assert [option.start for option in found.options] == offered


def test_gap_in_a_visit_that_has_begun_is_not_filled_any_more(world: World) -> None:
    world.now = a_visit().period.start
    asked, alone = a_request(speakers=2), a_visit(bookings=some_bookings(VOLUNTEER))
    assert demand(world, request=asked, visits=(alone,)).options == ()
