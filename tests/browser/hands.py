"""Hands that count: every activation is one tap, every field that is typed in is one field.

The same story is told by a finger, with scripts or without, and by keyboard alone; the keyboard
also looks whether the focus can be seen wherever it stops.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle, Locator, Page

from tests.browser.measures import stop_at

# Empty: the focus is there. Nothing: it is elsewhere. Else the arrow that leads nearer.
NEXT_KEY = """(wanted) => {
  const present = document.activeElement;
  if (present === wanted) return "";
  if (present.type === "radio" && present.name === wanted.name) return "ArrowDown";
  const table = present.matches("td *") && present.closest("table[class*=grid]");
  if (!table || table !== wanted.closest("table")) return null;
  const [row, column] = [wanted, present].map((box) => box.closest("td"))
    .map((cell) => [cell.parentElement.rowIndex, cell.cellIndex])
    .reduce((to, from) => [to[0] - from[0], to[1] - from[1]]);
  return row ? (row > 0 ? "ArrowDown" : "ArrowUp") : column > 0 ? "ArrowRight" : "ArrowLeft";
}"""


@dataclass
class Finger:
    """Somebody who taps."""

    page: Page
    taps: int = 0
    fields: int = 0
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Open a link of a mail, which is a tap, or the page that a story begins on."""
        self.page.goto(address)

    def tap(self, target: Locator) -> None:
        """Activate a link, a button or a box."""
        self.taps += 1
        target.click()

    def choose(self, target: Locator, words: str) -> None:
        """Choose a line of a list, which opens it and counts as one tap."""
        self.taps += 1
        target.select_option(label=words)

    def type(self, target: Locator, words: str) -> None:
        """Write into a field."""
        self.fields += 1
        target.fill(words)


class Keyboard(Finger):
    """Somebody who has only keys: walks by Tab, and looks where the focus is."""

    MOST = 250

    def tap(self, target: Locator) -> None:
        """Walk to the target and press the key that activates it."""
        self.taps += 1
        self._walk_to(target)
        self.page.keyboard.press("Space" if self._is_box(target) else "Enter")

    def choose(self, target: Locator, words: str) -> None:
        """Walk to the list and type the beginning of the line."""
        self.taps += 1
        self._walk_to(target)
        self.page.keyboard.type(words)

    def type(self, target: Locator, words: str) -> None:
        """Walk to the field and type."""
        self.fields += 1
        self._walk_to(target)
        self.page.keyboard.type(words)

    def _walk_to(self, target: Locator) -> None:
        for _ in range(self.MOST):
            # Found anew at every step: an answer of the server may have put another in its place.
            if self._is_there(_control(target).element_handle()):
                return
            self._press("Tab")
        raise AssertionError(f"No key leads to {target}.")

    def _is_there(self, handle: ElementHandle) -> bool:
        """Tell whether the focus is there; within one group or one table, arrows lead on."""
        for _ in range(30):
            arrow: str | None = self.page.evaluate(NEXT_KEY, handle)
            if not arrow:
                return arrow == ""
            self._press(arrow)
        return False

    def _press(self, key: str) -> None:
        self.page.keyboard.press(key)
        if wrong := stop_at(self.page):
            self.complaints.append(wrong)

    @staticmethod
    def _is_box(target: Locator) -> bool:
        return bool(_control(target).evaluate("(e) => /checkbox|radio/.test(e.type || '')"))


def _control(target: Locator) -> Locator:
    """Return what takes the focus: the control itself, or the one that a label draws."""
    if target.evaluate("(e) => e.tagName === 'LABEL'"):
        return target.locator("input")
    return target
