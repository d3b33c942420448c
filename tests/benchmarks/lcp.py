"""How soon the largest thing of a page is seen on a slow phone: LCP, in a real browser.

Run as ``python -m tests.benchmarks.lcp``: a cold view of every page of the browser tests' table,
at a CPU four times slower, 1.6 Mbit/s and 40 ms; what came late is looked at again, and the
median counts. Prints a table, slowest first.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from scheduler.storage.database import upgrade
from scheduler.web.warming import get_ready, warm_up
from tests.benchmarks.measuring import print_table
from tests.browser.district import fill
from tests.browser.pages import PAGES, Page, names_in, role_of
from tests.browser.serving import FLAGS, Served, served

BUDGET_MS = 1000.0
SLOWER = 4
DOWN_BYTES_A_SECOND = 1_600_000 / 8
LATENCY_MS = 40
LOOKS_AGAIN = 2
LARGEST = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => resolve(-1), 2000);
})"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page and the median moment at which its largest part was there."""

    page: Page
    ms: float


def largest_paint_ms(page: Page, site: Served, browser: Browser) -> float:
    """Return how many milliseconds after the tap the largest part of a page is seen, cold."""
    phone = {"width": 390, "height": 760}
    with site.context(browser, role_of(page, site), viewport=phone) as context:
        window = context.new_page()
        tools = context.new_cdp_session(window)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        tools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": LATENCY_MS,
                "downloadThroughput": DOWN_BYTES_A_SECOND,
                "uploadThroughput": DOWN_BYTES_A_SECOND,
            },
        )
        window.goto(page.path.format_map(names_in(site)), wait_until="load")
        return float(window.evaluate(LARGEST))


def seen(site: Served, browser: Browser) -> list[Seen]:
    """Return every page of the table that answers, slowest first."""
    looked_at = [page for page in PAGES if page.status == 200 and not page.presses]
    medians = [
        Seen(page, _median_ms(page, site, browser))
        for page in looked_at
        if page.name != "components"
    ]
    return sorted(medians, key=lambda each: -each.ms)


def _median_ms(page: Page, site: Served, browser: Browser) -> float:
    views = [largest_paint_ms(page, site, browser)]
    if views[0] > BUDGET_MS:
        views += [largest_paint_ms(page, site, browser) for _ in range(LOOKS_AGAIN)]
    return statistics.median(views)


def measure() -> list[Seen]:
    """Serve the district, look at every page, and return what was seen."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as tools:
        folder, database = Path(name), Path(name) / "made.sqlite3"
        upgrade(f"sqlite:///{database}")
        fill(f"sqlite:///{database}", folder)
        browser = tools.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            with served(database, folder) as site:
                # As the real server does before anybody can ask.
                get_ready(site.app)
                warm_up(site.app)
                return seen(site, browser)
        finally:
            browser.close()


if __name__ == "__main__":
    rows = [(each.page.name, f"{each.ms:.0f}") for each in measure()]
    print_table(("page", "LCP ms"), rows)
