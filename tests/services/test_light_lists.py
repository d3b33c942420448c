"""Lists that the database counts and cuts hold what reading everything would hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random

import pytest

from scheduler.domain.requests import RequestState
from scheduler.domain.volunteers import ClearanceState
from scheduler.services.directory import (
    PAGE,
    Care,
    VolunteerFilter,
    all_volunteers,
    volunteers,
)
from scheduler.services.following import PAGE as REQUESTS_ON_A_PAGE
from scheduler.services.following import Filter, Followed, all_requests, every_request
from scheduler.services.picture import load_district, memory_start
from scheduler.services.ports import ListedVolunteer
from scheduler.services.volunteer_lines import standing_of
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
        whole = tuple(every_request(world.store, actor=world.coordinator, wanted=wanted))
        for number in (1, 2):
            page = all_requests(world.store, actor=world.coordinator, wanted=wanted, number=number)
            skipped = (number - 1) * REQUESTS_ON_A_PAGE
            assert page.lines == whole[skipped : skipped + REQUESTS_ON_A_PAGE]
            assert page.found == len(whole)


@pytest.mark.each_engine
def test_requests_with_a_text_are_those_whose_names_hold_it(world: World) -> None:
    random = Random(5)
    names = ("Straße über_all", "Zoé's 100% Robots", "ROBOTS", "How — bridges")
    world.put_requests(
        *(
            random.choice((a_request, elsewhere))(
                key=f"R{number}",
                title=random.choice(names),
                topic=random.choice(("robotics", "engineering", "long gone")),
                classroom="",
            )
            for number in range(40)
        ),
        a_request(key="R40"),
    )
    everything = tuple(every_request(world.store, actor=world.coordinator))
    texts = ("STRASSE", "ß", "e über", "r_a", "0% rob", "zoe", "zoé's", "bot", "gone", "ne s", "—")
    for text in (*texts, "r3", "robotics ", "lena", "birch omar", "nobody", "%", "5a", "l l"):
        found = every_request(world.store, actor=world.coordinator, wanted=Filter(text=text))
        assert tuple(found) == tuple(each for each in everything if holds(each, text)), text


def holds(each: Followed, text: str) -> bool:
    """Tell whether the names of a request, in a row, hold the text."""
    names = (each.request.title, each.school_name, each.class_name, each.teacher_name)
    topics = (each.request.topic, *each.topic.names)
    return text.casefold() in " ".join((each.request.key, *topics, *names)).casefold()


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


@pytest.mark.each_engine
def test_volunteers_are_narrowed_as_the_whole_list_would_be(world: World) -> None:
    random, today = Random(4), world.now.date()
    day = today + timedelta(days=30)
    ends = (None, today - timedelta(days=1), day, day + timedelta(days=1))
    world.put_volunteers(
        *(
            a_volunteer(
                email=f"v{number}@x.example",
                organization=random.choice((a_volunteer().organization, "")),
                clearances=tuple(
                    a_clearance(
                        expires=random.choice(ends),
                        state=random.choice(list(ClearanceState)),
                        approved=random.choice((today, today, None)),
                        school=random.choice(("", "", "maple")),
                    )
                    for _ in range(random.choice((0, 1, 2)))
                ),
            )
            for number in range(80)
        )
    )
    with world.store.read() as work:
        listed = partial(work.listings.volunteers, now=world.now, since=world.now)
        everybody = listed()
        theirs, ending = listed(organization="robots"), listed(ending_by=day)
    lasts = {each.email: standing_of(each.clearances, today=today)[1] for each in everybody}
    assert theirs == tuple(each for each in everybody if each.organization == "robots")
    assert ending == tuple(e for e in everybody if (last := lasts[e.email]) and last <= day)
    assert 0 < len(ending) < len(everybody)
