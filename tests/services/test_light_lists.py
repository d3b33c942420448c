"""Lists that the database counts and cuts hold what reading everything would hold."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from scheduler.domain.requests import RequestState
from scheduler.services.directory import (
    PAGE,
    Care,
    VolunteerFilter,
    all_volunteers,
    standing_of,
    volunteers,
)
from scheduler.services.following import PAGE as REQUESTS_ON_A_PAGE
from scheduler.services.following import Filter, all_requests, every_request
from scheduler.services.picture import load_district, memory_start
from scheduler.services.ports import ListedVolunteer
from tests.builders import a_clearance, a_request, a_volunteer
from tests.services.world import World, elsewhere


@pytest.mark.each_engine
@pytest.mark.parametrize("seed", [1, 2])
def test_page_of_requests_is_cut_from_the_whole_list(world: World, seed: int) -> None:
    random = Random(seed)
    world.put_requests(
        *(
            random.choice((a_request, elsewhere))(
                key=f"R{number}", state=random.choice(list(RequestState))
            )
            for number in range(REQUESTS_ON_A_PAGE + 20)
        )
    )
    for wanted in (
        *(Filter(state=state) for state in ("", *RequestState, "nonsense")),
        *(Filter(school=school) for school in ("maple", "birch", "nowhere")),
        Filter(state="open", school="birch"),
    ):
        whole = every_request(world.store, actor=world.coordinator, wanted=wanted)
        for number in (1, 2):
            page = all_requests(world.store, actor=world.coordinator, wanted=wanted, number=number)
            skipped = (number - 1) * REQUESTS_ON_A_PAGE
            assert page.lines == whole[skipped : skipped + REQUESTS_ON_A_PAGE]
            assert page.found == len(whole)


def test_volunteers_are_those_whom_reading_everybody_would_leave(world: World) -> None:
    random = Random(3)
    world.put_volunteers(
        *(
            a_volunteer(
                email=f"v{number}@x.example",
                name=random.choice(("Zoë", "Émile", "Ana", "Ánna")) + f" {number}",
                organization=random.choice((a_volunteer().organization, "")),
                level_by_topic=random.choice(({"robotics": 2}, {"engineering": 1}, {})),
                is_active=random.random() < 0.8,
                clearances=random.choice(((), (a_clearance(),))),
            )
            for number in range(PAGE + 15)
        )
    )
    world.invite()
    with world.store.read() as work:
        since = memory_start(load_district(work), world.now)
        everybody = work.listings.volunteers(now=world.now, since=since)
        zones = sorted({zone for each in everybody for zone in each.zones})
    today = world.now.date()
    plainly: tuple[tuple[VolunteerFilter, Callable[[ListedVolunteer], bool]], ...] = (
        (VolunteerFilter(), lambda each: each.is_active),
        (VolunteerFilter(care=Care.INACTIVE), lambda each: not each.is_active),
        (VolunteerFilter("anna"), lambda each: each.is_active and "Ánna" in each.name),
        (
            VolunteerFilter(topic="robotics"),
            lambda each: each.is_active and "robotics" in each.level_by_topic,
        ),
        (
            VolunteerFilter(care=Care.CLEARANCE),
            lambda each: each.is_active and standing_of(each.clearances, today=today)[0] != "held",
        ),
    )
    for asked, is_meant in plainly:
        meant = {each.email for each in everybody if is_meant(each)}
        page = volunteers(world.store, actor=world.coordinator, now=world.now, asked=asked)
        whole = all_volunteers(world.store, asked, actor=world.coordinator, now=world.now)
        assert {line.email for line in whole} == meant
        assert (page.lines, page.found) == (whole[:PAGE], len(meant))
        assert list(page.zones) == zones
