"""Every page of the table: no barrier axe-core can find, room on a phone, a focus to follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize
from playwright.sync_api import Page as Window

from tests.browser.axe import barriers
from tests.browser.measures import (
    clipped_texts,
    hidden_focus,
    lay_out_everything,
    movements,
    small_targets,
    unframed,
    wider_than_the_window,
)
from tests.browser.pages import PAGES, SHORT, Page, opened, role_of
from tests.browser.serving import Served

PHONE = ViewportSize(width=320, height=640)
DESK = ViewportSize(width=1280, height=800)
# Not shown on every page: one of each stands among the components.
ALL_COMPONENTS = next(page for page in PAGES if page.name == "components")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def windows(site: Served, browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Yield who has a browser open, by address; nothing fades in it while it is looked at."""
    contexts_by_email: dict[str, BrowserContext] = {}
    yield contexts_by_email
    for context in contexts_by_email.values():
        context.close()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(page, id=page.name, marks=() if page.name in SHORT else pytest.mark.full)
        for page in PAGES
    ],
)
def window(
    request: pytest.FixtureRequest,
    site: Served,
    browser: Browser,
    windows: dict[str, BrowserContext],
) -> Iterator[Window]:
    """Yield a page of the table, opened once for every look at it."""
    page: Page = request.param
    email = role_of(page, site)
    if email not in windows:
        windows[email] = site.context(browser, email, reduced_motion="reduce")
    standing = opened(page, site, windows[email])
    yield standing
    standing.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_has_no_barrier(window: Window, theme: Literal["light", "dark"]) -> None:
    window.set_viewport_size(DESK)
    window.emulate_media(color_scheme=theme)
    assert barriers(window) == []


def test_page_fits_a_small_phone(window: Window) -> None:
    window.set_viewport_size(PHONE)
    lay_out_everything(window)
    assert wider_than_the_window(window) == []
    assert small_targets(window) == []
    assert barriers(window) == []
    assert clipped_texts(window) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_focus_can_be_followed(window: Window, width: int) -> None:
    window.set_viewport_size(ViewportSize(width=width, height=640))
    assert hidden_focus(window) == []


def test_nothing_moves_for_who_asked_for_that(site: Served, browser: Browser) -> None:
    with site.context(browser, reduced_motion="reduce") as context:
        assert movements(opened(ALL_COMPONENTS, site, context)) == []


def test_chosen_and_not_chosen_differ_in_forced_colours(site: Served, browser: Browser) -> None:
    with site.context(browser, forced_colors="active") as context:
        window = opened(ALL_COMPONENTS, site, context)
        for part in (".tile", ".week-cell"):
            looks = {
                state: window.locator(f"{part}:has(input{state})").first.screenshot()
                for state in (":checked", ":not(:checked)")
            }
            assert looks[":checked"] != looks[":not(:checked)"], part
        framed = ".button, .control, .tile-face, .week-face"
        assert unframed(window, framed) == []


@pytest.mark.parametrize(
    ("markup", "measure"),
    [
        ('<img src="x">', barriers),
        (
            '<p class="a">so long a word that it cannot fit: ' + "m" * 400 + "</p>",
            wider_than_the_window,
        ),
        ('<button class="tiny">x</button>', small_targets),
        ('<p class="shut">Words that are cut off when they are spread out</p>', clipped_texts),
        ('<button class="plain">Go</button>', hidden_focus),
        ('<p class="moving">Moves</p>', movements),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_fault_would_be_found(browser: Browser, markup: str, measure: object) -> None:
    rules = (
        ".tiny { padding: 0; inline-size: 9px; block-size: 9px } .plain:focus { outline: none }"
        ".shut { overflow: hidden; block-size: 1lh; inline-size: 60ch; white-space: nowrap }"
        ".moving { transition: color 1s }"
    )
    with browser.new_context(viewport=PHONE) as context:
        window = context.new_page()
        head = f'<!doctype html><html lang="en"><title>t</title><style>{rules}</style>'
        window.set_content(f"{head}<main><h1>t</h1>{markup}</main>")
        assert callable(measure)
        assert measure(window) != []
