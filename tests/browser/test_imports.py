"""Files on their way into the district as a coordinator sees it, with scripts and without."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from scheduler.domain.imports import ImportState
from scheduler.services import importing
from scheduler.services.importing import ImportWorker
from tests.browser.district import COORDINATOR
from tests.browser.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SCHOOLS = b"school,name,latitude,longitude\nlighthouse,Lighthouse School,44.65,-63.57\n"


def work(site: Served) -> ImportState:
    """Let whoever runs the timetable work on what waits."""
    worker = ImportWorker("w", lambda: site.now, lambda: datetime.now(UTC))
    found = importing.work_one(site.store, worker=worker)
    assert found is not None
    return found.state


@pytest.mark.parametrize(
    "has_scripts", [True, pytest.param(False, marks=pytest.mark.full)], ids=["scripts", "none"]
)
def test_files_are_seen_then_imported_and_the_page_follows(
    fresh_site: Served, browser: Browser, has_scripts: bool
) -> None:
    with fresh_site.context(browser, COORDINATOR, java_script_enabled=has_scripts) as context:
        page = context.new_page()
        page.goto("/imports")
        page.get_by_label("Files", exact=True).set_input_files(
            {"name": "schools.csv", "mimeType": "text/csv", "buffer": SCHOOLS}
        )
        page.get_by_role("button", name="See what would change").click()
        page.get_by_text("You can leave this page").wait_for()
        assert work(fresh_site) is ImportState.READY
        # Nobody presses anything: the page comes to its next stage by itself.
        page.get_by_role("button", name="Import 1 row").click()
        page.get_by_text("You can leave this page").wait_for()
        page.reload()
        page.get_by_text("You can leave this page").wait_for()
        assert work(fresh_site) is ImportState.DONE
        page.get_by_text("1 new row").first.wait_for()
        page.goto("/schools")
        assert page.get_by_text("Lighthouse School").count() == 1
