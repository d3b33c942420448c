"""Parts of pages that are replaced in place, and what happens when that cannot be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.district import COORDINATOR
from tests.browser.pages import names_in
from tests.browser.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.timeout(240)]


@pytest.fixture
def week(fresh_site: Served, browser: Browser) -> Iterator[Page]:
    """Yield a volunteer's week, marked so that a new page is told from a changed one."""
    with fresh_site.context(browser, names_in(fresh_site)["volunteer"]) as context:
        page = context.new_page()
        page.goto("/availability")
        page.evaluate("window.isSamePage = true")
        yield page


def tick(page: Page) -> None:
    """Tick a box, or take its tick away."""
    page.get_by_label("Friday, Afternoon").click()


def is_same_page(page: Page) -> bool:
    """Tell whether the page is the one that was opened."""
    return bool(page.evaluate("window.isSamePage === true"))


def test_tick_is_saved_in_place(week: Page) -> None:
    before = week.get_by_label("Friday, Afternoon").is_checked()
    tick(week)
    week.get_by_text("Saved").first.wait_for()
    assert is_same_page(week)
    week.reload()
    assert week.get_by_label("Friday, Afternoon").is_checked() is not before


def test_answer_without_the_part_takes_the_whole_page(week: Page) -> None:
    week.context.clear_cookies()
    tick(week)
    week.get_by_role("heading", level=1).filter(has_not_text="When I can visit").wait_for()
    assert week.locator("main").count() == 1
    assert week.locator("main main").count() == 0


def test_form_is_sent_the_ordinary_way_where_no_answer_comes(week: Page) -> None:
    def only_pages(route: Route) -> None:
        if route.request.resource_type == "document":
            route.continue_()
        else:
            route.abort()

    before = week.get_by_label("Friday, Afternoon").is_checked()
    week.route("**/availability*", only_pages)
    with week.expect_navigation():
        tick(week)
    assert not is_same_page(week)
    assert week.get_by_label("Friday, Afternoon").is_checked() is not before


def test_row_of_the_queue_opens_in_place_and_ticks_stay(site: Served, browser: Browser) -> None:
    with site.context(browser, COORDINATOR) as context:
        board = context.new_page()
        board.goto("/proposals")
        board.evaluate("window.isSamePage = true")
        ticked = board.locator("[data-group=ready]:checked")
        before = ticked.count()
        ticked.first.uncheck()
        row = board.locator("[data-row]").nth(3)
        row.click()
        board.wait_for_url(f"**/proposals/{row.get_attribute('data-row')}")
        board.locator("#open h2", has_text=row.inner_text()).wait_for()
        assert is_same_page(board)
        assert ticked.count() == before - 1
        assert row.get_attribute("aria-current") == "true"
        assert board.evaluate("document.activeElement.dataset.row") == row.get_attribute("data-row")


def test_filter_of_requests_changes_list_and_count_in_place(site: Served, browser: Browser) -> None:
    with site.context(browser, COORDINATOR) as context:
        page = context.new_page()
        page.goto("/all-requests")
        page.evaluate("window.isSamePage = true")
        page.get_by_role("searchbox").fill("xyzzy")
        page.get_by_role("button", name="Show", exact=True).click()
        page.locator(".page-head").get_by_text("0 requests found.").wait_for()
        assert page.get_by_text("No request passes this filter.").is_visible()
        assert is_same_page(page)


def test_tools_of_the_queue_lie_in_a_fold_on_a_phone_alone(site: Served, browser: Browser) -> None:
    with site.context(browser, COORDINATOR, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/proposals")
        fold, order = page.get_by_text("Sort, filter and more"), page.get_by_label("Order")
        assert (fold.is_visible(), order.is_visible()) == (False, True)
        page.set_viewport_size({"width": 390, "height": 844})
        assert (fold.is_visible(), order.is_visible()) == (True, False)
        fold.click()
        assert order.is_visible()


def test_slash_leads_to_the_search_of_every_coordinators_page(
    site: Served, browser: Browser
) -> None:
    with site.context(browser, COORDINATOR) as context:
        window = context.new_page()
        for path, field in (("/proposals", "text"), ("/people", "text"), ("/today", "q")):
            window.goto(path)
            window.keyboard.press("/")
            assert window.evaluate("document.activeElement.id") == field
        window.goto("/more")
        window.keyboard.press("/")
        window.wait_for_url("**/search")
