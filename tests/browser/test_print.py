"""What comes out of the printer: the words on A4, and none of what only a screen needs."""

from __future__ import annotations

import io
from unicodedata import normalize

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.browser.measures import wider_than_the_window
from tests.browser.pages import OFFICE, VOLUNTEER, Page, opened, role_of
from tests.browser.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.timeout(240)]
# A4 less margins of 1 cm, at 96 px to the inch.
PAPER = {"width": 718, "height": 1047}
PRINTED = (
    Page("visits", "/visits", VOLUNTEER),
    Page("day sheet", "/day?day={busy_day}", OFFICE),
    Page("visit plan", "{plan}", VOLUNTEER),
)


@pytest.mark.parametrize("page", PRINTED, ids=str)
def test_paper_holds_the_words_and_no_navigation(
    site: Served, browser: Browser, page: Page
) -> None:
    with site.context(browser, role_of(page, site), viewport=PAPER) as context:
        window = opened(page, site, context)
        window.emulate_media(media="print", color_scheme="dark")
        words_for_listeners = "document.querySelectorAll('.hidden-text')"
        window.evaluate(f"{words_for_listeners}.forEach((each) => each.remove())")
        shown = window.locator("main").inner_text()
        hidden = window.locator("header nav, footer, .bottom-bar, .skip-link, .filters")
        assert [each.inner_text() for each in hidden.all() if each.is_visible()] == []
        assert wider_than_the_window(window) == []
        assert window.evaluate("getComputedStyle(document.body).color") == "rgb(27, 41, 37)"
        paper = PdfReader(io.BytesIO(window.pdf(format="A4")))
    printed = " ".join(" ".join(sheet.extract_text() for sheet in paper.pages).split())
    missing = [line for line in shown.splitlines() if squeezed(line) not in squeezed(printed)]
    assert missing == []
    assert "Sign out" not in printed


def squeezed(text: str) -> str:
    """Return a text without what paper adds or takes: spaces, joiners of words, ligatures."""
    return "".join(normalize("NFKC", text).replace("\N{WORD JOINER}", "").split())
