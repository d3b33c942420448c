"""Every page of the table: no barrier axe-core can find, room on a phone, a focus to follow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import barriers
from tests.browser.measures import (
    clipped_texts,
    hidden_focus,
    movements,
    small_targets,
    unframed,
    wider_than_the_window,
)
from tests.browser.pages import PAGES, SHORT, Page, opened, role_of
from tests.browser.serving import Served

PHONE = {"width": 320, "height": 640}
# Not shown on every page: one of each stands among the components.
ALL_COMPONENTS = next(page for page in PAGES if page.name == "components")
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def pages(short: frozenset[str] = SHORT) -> list[object]:
    """Return the table; all but the short form of it belongs to the full run."""
    return [
        pytest.param(page, id=page.name, marks=() if page.name in short else pytest.mark.full)
        for page in PAGES
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", pages())
def test_page_has_no_barrier(site: Served, browser: Browser, page: Page, theme: str) -> None:
    with site.context(browser, role_of(page, site), color_scheme=theme) as context:
        window = opened(page, site, context)
        assert barriers(window) == []


@pytest.mark.parametrize("page", pages())
def test_page_fits_a_small_phone(site: Served, browser: Browser, page: Page) -> None:
    with site.context(browser, role_of(page, site), viewport=PHONE) as context:
        window = opened(page, site, context)
        assert wider_than_the_window(window) == []
        assert small_targets(window) == []
        assert barriers(window) == []
        assert clipped_texts(window) == []


@pytest.mark.parametrize("page", pages(SHORT - {"components"}))
@pytest.mark.parametrize("width", [320, 1280])
def test_focus_can_be_followed(site: Served, browser: Browser, page: Page, width: int) -> None:
    viewport = {"width": width, "height": 640}
    with site.context(browser, role_of(page, site), viewport=viewport) as context:
        assert hidden_focus(opened(page, site, context), most=400) == []


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
