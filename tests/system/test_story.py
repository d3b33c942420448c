"""The main job as its people live it: asked, proposed, approved, answered, confirmed, called off.

Through the real pages, the real engine, real storage on both databases, and mail and calendars
as they arrive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.services.records import FeedKind
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.databases import engine_on
from tests.services.world import BRUNO, open_world, two_more_volunteers
from tests.system.site import (
    Site,
    calendar_of,
    close_site,
    line,
    open_site,
    path_in,
    text_of,
)
from tests.web.conftest import main_text, parsed

ANSWERS = {
    "title": "How do robots walk?",
    "topic": "robotics",
    "classroom": "maple-5a",
    "lessons": ["2026-12-10 P3"],
    "format": "in_person",
    "kind": "talk",
    "speakers": "1",
    "sessions": "1",
    "every_days": "7",
}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """Yield the site of a small district, with nothing asked for yet."""
    world = open_world(engine_on(database_url))
    world.put_volunteers(*two_more_volunteers())
    robots = world.request()
    world.put_requests(replace(robots, state=RequestState.WITHDRAWN))
    opened = open_site(world, url=database_url, instance=tmp_path)
    yield opened
    close_site(opened)


def asked(site: Site) -> str:
    """Have the teacher ask on the page; return the request's key."""
    sent = site.browser(TEACHER).send("/requests/new", ANSWERS)
    assert sent.status_code == 303
    return str(sent.location).rpartition("/")[2]


def approved(site: Site, key: str) -> None:
    """Have the coordinator approve on the board, and the hold-back pass."""
    answer = site.browser(COORDINATOR).send(
        "/proposals/approve", {"proposal": key}, on="/proposals"
    )
    assert answer.status_code == 303
    site.pass_time(minutes=10)


@pytest.mark.each_engine
def test_request_becomes_a_confirmed_visit_in_everyones_calendar(site: Site) -> None:
    key = asked(site)
    world = site.world
    assert world.timetable.propose_nightly()
    assert "A name is found" in main_text(site.browser(TEACHER).page(f"/requests/{key}"))

    approved(site, key)
    (visit,) = world.visits_of(key)
    (invitation,) = site.inbox(VOLUNTEER)
    assert [message["Subject"][:6] for message in site.inbox(TEACHER)] == ["Asked:"]
    invited = calendar_of(invitation)
    assert line(invited, "METHOD") == ["REQUEST"]
    assert line(invited, "UID") == [visit.uid]
    for fact in ("Maple School", "12 Maple Street", "Ring at the front door", "5A", "Lena Fischer"):
        assert fact in text_of(invitation)
        assert fact in invited.replace("\\,", ",")
    assert line(site.calendar(FeedKind.VOLUNTEER, VOLUNTEER), "STATUS") == ["TENTATIVE"]

    link = path_in(invitation, "/r/")
    stranger = site.browser()
    for _ in range(3):
        assert stranger.get(link).status_code == 200
        assert stranger.head(link).status_code == 200
    assert world.visits_of(key) == (visit,)

    bare = link.partition("?")[0]
    assert stranger.send(bare, {"answer": "yes"}).status_code == 303
    assert stranger.send(bare, {"answer": "yes"}).status_code == 303
    site.pass_time(seconds=15)
    confirmation = site.inbox(VOLUNTEER)[1]
    assert confirmation["Subject"].startswith("Confirmed: Maple School, Thursday 10 December")
    assert line(calendar_of(confirmation), "SEQUENCE") == ["1"]
    assert len(site.inbox(VOLUNTEER)) == 2

    for kind, owner in (
        (FeedKind.VOLUNTEER, VOLUNTEER),
        (FeedKind.TEACHER, TEACHER),
        (FeedKind.SCHOOL, "maple"),
    ):
        calendar = site.calendar(kind, owner)
        assert line(calendar, "UID") == [visit.uid]
        assert line(calendar, "STATUS") == ["CONFIRMED"]
        assert line(calendar, "SEQUENCE") == ["1"]
        assert "DTSTART;TZID=America/Toronto:20261210T104000" in calendar


def test_visit_is_called_off_and_everyone_hears_of_it_once(site: Site) -> None:
    key = asked(site)
    world = site.world
    world.propose()
    approved(site, key)
    (visit,) = world.visits_of(key)
    world.answer(visit, VOLUNTEER, True)
    site.pass_time(minutes=1)

    called_off = site.browser(TEACHER).send(
        f"/requests/{key}/withdraw", {"reason": "The class is on a trip"}, on=f"/requests/{key}"
    )
    assert called_off.status_code == 303
    site.pass_time(minutes=1)
    site.pass_time(minutes=1)
    for email in (VOLUNTEER, TEACHER):
        news = [m for m in site.inbox(email) if "Cancelled" in m["Subject"]]
        assert len(news) == 1
        assert "The class is on a trip" in text_of(news[0])
        calendar = calendar_of(news[0])
        assert line(calendar, "METHOD") == ["CANCEL"]
        assert line(calendar, "SEQUENCE") == ["2"]
    feed = site.calendar(FeedKind.VOLUNTEER, VOLUNTEER)
    assert (line(feed, "UID"), line(feed, "STATUS")) == ([visit.uid], ["CANCELLED"])
    site.pass_time(days=31)
    assert line(site.calendar(FeedKind.VOLUNTEER, VOLUNTEER), "UID") == []


def test_no_leads_to_somebody_else_without_losing_the_request(site: Site) -> None:
    key = asked(site)
    world = site.world
    world.propose()
    approved(site, key)
    link = path_in(site.inbox(VOLUNTEER)[0], "/r/").partition("?")[0]
    answer = site.browser().send(link, {"answer": "no", "words": "I am away"})
    assert answer.status_code == 303
    site.pass_time(minutes=1)
    assert any("I am away" in text_of(message) for message in site.inbox(COORDINATOR))

    world.propose()
    approved(site, key)
    (second,) = (v for v in world.visits_of(key) if v.state is VisitState.INVITED)
    assert second.volunteers == (BRUNO,)
    assert "Bruno Silva" in main_text(site.browser(TEACHER).page(f"/requests/{key}"))
    old = site.browser().get(link)
    assert old.status_code in {200, 410}
    assert "Bruno" not in main_text(parsed(old.text))


def test_undo_on_the_board_is_as_if_nothing_had_happened(site: Site) -> None:
    key = asked(site)
    site.world.propose()
    coordinator = site.browser(COORDINATOR)
    coordinator.send("/proposals/approve", {"proposal": key}, on="/proposals")
    assert "Undo" in main_text(coordinator.page("/proposals"))
    taken_back = coordinator.send("/proposals/undo", {"request": key}, on="/proposals")
    assert taken_back.status_code == 303
    site.pass_time(minutes=15)
    assert site.world.visits_of(key) == ()
    assert site.inbox(VOLUNTEER) == []
