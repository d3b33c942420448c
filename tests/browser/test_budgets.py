"""What a first view costs: bytes, requests, script, and how much the page shifts while it comes."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.browser.pages import PAGES, SHORT, opened, role_of
from tests.browser.pages import Page as Listed
from tests.browser.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
MOST_BYTES, MOST_SCRIPT, MOST_REQUESTS, MOST_SHIFT = 60_000, 25_000, 4, 0.02
SHIFT = """() => new Promise((resolve) => {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => setTimeout(() => resolve(total), 50));
})"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one view took, in bytes as gzip sends them."""

    total: int
    script: int
    requests: int
    shift: float
    elsewhere: tuple[str, ...]


def first_view(page: Listed, site: Served, context: BrowserContext) -> Cost:
    """Return what a page costs a browser that has never been here."""
    answers: list[Response] = []
    context.on("response", lambda answer: answers.append(answer))
    window = opened(page, site, context)
    window.wait_for_load_state("networkidle")
    sizes = {each.url: len(gzip.compress(each.body(), 9)) for each in answers if each.ok}
    return Cost(
        total=sum(sizes.values()),
        script=sum(size for url, size in sizes.items() if ".js" in url),
        requests=len(answers),
        shift=_shift(window),
        elsewhere=tuple(url for url in sizes if not url.startswith(site.address)),
    )


def _shift(window: Page) -> float:
    return float(window.evaluate(SHIFT))


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=() if page.name in SHORT else pytest.mark.full)
        for page in PAGES
        if page.status == 200 and not page.presses
    ],
)
def test_first_view_is_light(site: Served, browser: Browser, page: Listed) -> None:
    with site.context(browser, role_of(page, site), viewport={"width": 390, "height": 760}) as mine:
        cost = first_view(page, site, mine)
    assert cost.elsewhere == ()
    assert cost.requests <= MOST_REQUESTS
    assert cost.script <= MOST_SCRIPT
    assert cost.shift <= MOST_SHIFT
    # The page of components holds everything there is; nobody visits it.
    assert page.name == "components" or cost.total <= MOST_BYTES
