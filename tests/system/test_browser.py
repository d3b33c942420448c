"""The main job in a real browser, by taps: ask, approve, answer from the mail, read the feed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from scheduler.config import Settings
from scheduler.domain.requests import RequestState
from scheduler.domain.visits import VisitState
from scheduler.factory import create_app
from scheduler.services.feeds import FeedSettings
from scheduler.services.sign_in import link_for
from scheduler.storage.database import connect, db
from scheduler.web.desk import EXTENSION
from tests.builders import COORDINATOR, TEACHER, VOLUNTEER
from tests.services.world import KEY, open_world, two_more_volunteers
from tests.system.site import Site, line, path_in

PHONE = {"width": 320, "height": 640}
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path, browser: Browser) -> Iterator[Site]:
    """Yield a site that a browser can reach, with nothing asked for yet."""
    engine = connect(sqlite_url)
    world = open_world(engine)
    world.put_requests(replace(world.request(), state=RequestState.WITHDRAWN))
    settings = Settings(instance=tmp_path, database_url=sqlite_url, secret_key=KEY, feed_key=KEY)
    app = create_app(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    app.extensions[EXTENSION] = replace(
        app.extensions[EXTENSION],
        clock=lambda: world.now,
        base_url=address,
        feeds=FeedSettings(KEY, address),
    )
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Site(world, app, address)
    for context in browser.contexts:
        context.close()
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()
    engine.dispose()


def page_of(site: Site, browser: Browser, email: str = "", *, scripts: bool = True) -> Page:
    """Return a phone's page; signed in through the mailed link where an address is given."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=scripts)
    page = context.new_page()
    if email:
        token = link_for(site.world.store, email, now=site.world.now)
        page.goto(f"{site.address}/login/{token}")
        page.locator("main").get_by_role("button").click()
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_visit_is_asked_for_approved_answered_and_seen_in_the_calendar(
    site: Site, browser: Browser, scripts: bool
) -> None:
    world = site.world
    teacher = page_of(site, browser, TEACHER, scripts=scripts)
    teacher.get_by_role("link", name="Ask for a speaker").first.click()
    teacher.get_by_label("What should the visit be about?").fill("How do robots walk?")
    teacher.get_by_label("Which topic is nearest?").select_option(label="Robotics")
    teacher.locator("label", has_text="10:40").nth(1).click()
    teacher.get_by_role("button", name="Send request").click()
    assert "We have your request" in teacher.locator("main").inner_text()
    key = teacher.url.rpartition("/")[2]

    world.propose()
    coordinator = page_of(site, browser, COORDINATOR, scripts=scripts)
    coordinator.goto(f"{site.address}/proposals")
    coordinator.get_by_role("button", name="Approve 1 selected").click()
    assert "1 approved" in coordinator.locator("main, .bulk-bar").first.inner_text()
    site.pass_time(minutes=10)

    (invitation,) = site.inbox(VOLUNTEER)
    volunteer = page_of(site, browser, scripts=scripts)
    volunteer.goto(site.address + path_in(invitation, "/r/"))
    assert world.visits_of(key)[0].state is VisitState.INVITED
    volunteer.get_by_role("button", name="Yes, I").click()
    (visit,) = world.visits_of(key)
    assert visit.state is VisitState.CONFIRMED

    for page in (teacher, coordinator, volunteer):
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    mine = page_of(site, browser, VOLUNTEER, scripts=scripts)
    mine.goto(f"{site.address}/calendars")
    mine.get_by_role("button", name="Make my calendar link").click()
    address = mine.locator("input[readonly]").input_value()
    calendar = mine.request.get(address).text().replace("\r\n ", "")
    assert line(calendar, "UID") == [visit.uid]
    assert line(calendar, "STATUS") == ["CONFIRMED"]


def test_free_speakers_are_counted_while_the_form_is_filled_in(
    site: Site, browser: Browser
) -> None:
    teacher = page_of(site, browser, TEACHER)
    teacher.goto(f"{site.address}/requests/new")
    words = teacher.locator("#request-so-far")
    words.get_by_text("Say what it should be about").wait_for()
    teacher.get_by_label("Which topic is nearest?").select_option(label="Robotics")
    words.get_by_text("1 speaker fits this topic").wait_for()
    teacher.locator("label", has_text="1 free").first.click()
    words.get_by_text("on Tue 8 Dec").wait_for()
    assert teacher.locator("#lessons-shown input:checked").count() == 1
    site.world.put_volunteers(*two_more_volunteers())
    teacher.get_by_label("By video call").check()
    teacher.locator("label", has_text="3 free").first.wait_for()
    assert teacher.locator("#lessons-shown input:checked").count() == 1
