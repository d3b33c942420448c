"""Asking on a slow line: what arrives late neither takes an answer away nor stays unseen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.pages import TEACHER, names_in
from tests.browser.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.timeout(120)]
SAID = "The answer that came late"


@pytest.fixture
def page(site: Served, browser: Browser) -> Iterator[Page]:
    """Yield the page on which a teacher asks."""
    with site.context(browser, TEACHER.format_map(names_in(site))) as context:
        page = context.new_page()
        page.goto("/requests/new")
        yield page


def hold(page: Page) -> list[Route]:
    """Hold back what the page asks of the server from now on, and return it as it comes."""
    held: list[Route] = []
    page.route("**/requests/new/free", lambda route: held.append(route))
    return held


def let_go(page: Page, held: list[Route]) -> None:
    """Answer all that was held back with other lessons."""
    for route in held:
        route.fulfill(content_type="text/html", body=f'<div id="lessons-shown">{SAID}</div>')
    page.wait_for_timeout(200)


def wait_until_asked(page: Page, held: list[Route]) -> None:
    """Wait until the page asked the server."""
    for _ in range(50):
        page.wait_for_timeout(100)
        if held:
            return
    raise AssertionError("The page asked nothing.")


def test_press_in_a_part_counts_although_its_answer_comes_meanwhile(page: Page) -> None:
    # Some browsers do not give the focus to a box that is pressed.
    page.evaluate("addEventListener('mousedown', (event) => event.preventDefault())")
    held = hold(page)
    page.get_by_label("What should the visit be about?").fill("How do robots walk?")
    wait_until_asked(page, held)
    lesson = page.locator("label.lesson").first
    lesson.hover()
    page.mouse.down()
    let_go(page, held)
    page.mouse.up()
    assert lesson.locator("input").is_checked()


def test_answer_for_a_part_in_use_is_shown_when_it_is_left(page: Page) -> None:
    held = hold(page)
    page.get_by_label("What should the visit be about?").fill("How do robots walk?")
    page.locator("label.lesson input").last.focus()
    wait_until_asked(page, held)
    let_go(page, held)
    assert SAID not in page.locator("#lessons-shown").inner_text()
    page.keyboard.press("Tab")
    expect(page.locator("#lessons-shown")).to_have_text(SAID)


def test_words_of_a_suggestion_are_asked_about_too(page: Page) -> None:
    held = hold(page)
    page.locator("[data-fills]").first.click()
    wait_until_asked(page, held)
    let_go(page, held)
    expect(page.locator("#lessons-shown")).to_have_text(SAID)
