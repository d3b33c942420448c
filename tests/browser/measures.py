"""What can be measured on a page that stands in a browser: room, targets, focus, movement.

Every function returns a list of complaints, empty where all is well, so that a failing test says
at once which elements are meant.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

# Source: WCAG 2.2, 1.4.12.
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important } p { margin-block-end: 2em !important }"
)
# A row below the window is laid out when it comes near; whoever measures wants all of them.
EVERYTHING = "* { content-visibility: visible !important }"
MAIN_ACTIONS = ".button, .bottom-bar button, .control, .tile, .week-cell, .stepper button"


def wider_than_the_window(page: Page) -> list[str]:
    """Return what sticks out sideways, the page itself first."""
    return _measured(page, "wide")


def small_targets(page: Page) -> list[str]:
    """Return targets under 24 px, and main actions under 44 px; links within text may be small.

    Source: WCAG 2.2, 2.5.8, without its exception for spacing.
    """
    return _measured(page, "small", MAIN_ACTIONS)


def lay_out_everything(page: Page) -> None:
    """Lay out what lies far below the window too, so that it has a size."""
    _measured(page, "spread", EVERYTHING)


def clipped_texts(page: Page) -> list[str]:
    """Spread the text as readers may, and return what is cut off then or sticks out sideways."""
    _measured(page, "spread", SPACING)
    found = _measured(page, "cut") + wider_than_the_window(page)
    _measured(page, "unspread")
    return found


def hidden_focus(page: Page, *, most: int = 400) -> list[str]:
    """Walk through the page by Tab and return the stops where the focus cannot be seen.

    At every stop the element, or the label that draws it, must show an outline at least 2 px
    thick, lie inside the window, and not be covered at its middle.
    """
    _measured(page, "begin")
    complaints: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        wrong: str | None = page.evaluate("window.measures.stop()")
        if wrong is None:
            return complaints
        if wrong:
            complaints.append(wrong)
    return [*complaints, f"more than {most} stops"]


def stop_at(page: Page) -> str:
    """Return what is wrong with the focus in the next frame, empty where it can be seen."""
    _measured(page, "wide")
    wrong: str | None = page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => done(window.measures.look())))"
    )
    return wrong or ""


def movements(page: Page) -> list[str]:
    """Return what moves or fades on the page."""
    return _measured(page, "moving")


def unframed(page: Page, parts: str) -> list[str]:
    """Return those of the parts that have no border, which forced colours would need."""
    return _measured(page, "unframed", parts)


def _measured(page: Page, what: str, given: str = "") -> list[str]:
    page.evaluate(f"window.measures || {_source()}")
    found: list[str] = page.evaluate(f"(given) => window.measures.{what}(given) ?? []", given)
    return found


@cache
def _source() -> str:
    source = Path(__file__).with_name("measures.js").read_text(encoding="utf-8")
    return source[source.index("(") :].rstrip().rstrip(";")
