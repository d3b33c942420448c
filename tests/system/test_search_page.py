"""The page of a search follows it by itself in a real browser, with scripts and without."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from scheduler.domain.runs import Headway, RunState, ended, taken
from tests.builders import COORDINATOR
from tests.system.site import Site
from tests.system.test_browser import page_of, site

__all__ = ["site"]

PATIENCE_MILLISECONDS = 20_000

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_search_is_begun_watched_and_ends_before_ones_eyes(
    site: Site, browser: Browser, scripts: bool
) -> None:
    world = site.world
    page = page_of(site, browser, COORDINATOR, scripts=scripts)
    page.set_default_timeout(PATIENCE_MILLISECONDS)
    page.goto(f"{site.address}/proposals")
    page.get_by_role("button", name="Propose now").click()
    expect(page.get_by_role("status").filter(has_text="timetable")).to_be_visible()
    with world.store.write() as work:
        waiting = work.runs.open()
        assert waiting is not None
        until = datetime.now(UTC) + timedelta(minutes=5)
        begun = taken(waiting, owner="w", at=world.now, alive_until=until)
        begun = replace(begun, headway=Headway("tier 1", 0.5, 14, 12, 12, 14))
        assert work.runs.save(begun, was=waiting)
    patience = PATIENCE_MILLISECONDS
    expect(page.get_by_text("12 of 14 requests have somebody")).to_be_visible(timeout=patience)
    page.get_by_role("button", name="Stop and keep the best so far").click()
    expect(page.get_by_text("Stopping, and keeping the best so far")).to_be_visible()
    with world.store.write() as work:
        done = replace(ended(begun, RunState.CANCELLED, at=world.now), counts={"found": 12})
        assert work.runs.save(done, was=begun)
    best = page.get_by_text("The best plan so far was kept")
    expect(best).to_be_visible(timeout=patience)
    page.get_by_role("link", name="Go to the proposals").click()
    expect(page.get_by_text("See what changed")).to_be_visible()
