"""Pictures of the ten main pages: light and dark, on a phone and on a desk.

Run by ``make screenshots``. They go to ``build/screenshots``; the three that the README shows
are copied to ``docs/images``.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from scheduler.storage.database import upgrade
from tests.browser.district import COORDINATOR, OFFICE, fill
from tests.browser.pages import TEACHER, VOLUNTEER, Page, opened, role_of
from tests.browser.serving import FLAGS, Served, served

ROOT = Path(__file__).parents[2]
SCREENS = {"desk": {"width": 1200, "height": 720}, "phone": {"width": 390, "height": 844}}
MAIN = (
    Page("start", "/"),
    Page("ask", "/requests/new", TEACHER),
    Page("follow", "/requests/{teachers_request}", TEACHER),
    Page("answer", "{invitation}"),
    Page("week", "/availability", VOLUNTEER),
    Page("visits", "/visits", VOLUNTEER),
    Page("today", "/today", COORDINATOR),
    Page("board", "/proposals", COORDINATOR),
    Page("nobody", "/proposals/{nobody}", COORDINATOR),
    Page("day", "/day?day={busy_day}", OFFICE),
)
SHOWN_IN_README = ("board", "ask", "week")


def take(site: Served, browser: Browser, folder: Path) -> None:
    """Put every picture into the folder, named after page, theme and screen."""
    for theme in ("light", "dark"):
        for screen, viewport in SCREENS.items():
            for page in MAIN:
                email = role_of(page, site)
                look = {"viewport": viewport, "color_scheme": theme}
                with site.context(browser, email, **look) as context:
                    window = opened(page, site, context)
                    window.screenshot(path=folder / f"{page.name}-{theme}-{screen}.png")


def main() -> None:
    """Serve the district, take the pictures, and tell where they are."""
    pictures = ROOT / "build" / "screenshots"
    pictures.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as tools:
        folder, database = Path(name), Path(name) / "made.sqlite3"
        upgrade(f"sqlite:///{database}")
        fill(f"sqlite:///{database}", folder)
        browser = tools.chromium.launch(executable_path=path, args=list(FLAGS))
        with served(database, folder) as site:
            take(site, browser, pictures)
        browser.close()
    for name in SHOWN_IN_README:
        shutil.copyfile(
            pictures / f"{name}-light-desk.png", ROOT / "docs" / "images" / f"{name}.png"
        )
    print(f"{len(list(pictures.glob('*.png')))} pictures in {pictures}")


if __name__ == "__main__":
    main()
