"""axe-core on a page: every rule of WCAG 2.2 A and AA, and its best practices."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Off in axe unless asked for.
ALSO = ("target-size",)


@cache
def axe_source() -> str:
    """Return axe-core, the release that the test environment brings."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def barriers(page: Page) -> list[str]:
    """Return what axe finds wrong: rule, element and reason, a line for each element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe_source())
    found: dict[str, Any] = page.evaluate(
        """([tags, also]) => axe.run(document, {
            resultTypes: ["violations"],
            runOnly: { type: "tag", values: tags },
            rules: Object.fromEntries(also.map((rule) => [rule, { enabled: true }])),
        })""",
        [list(TAGS), list(ALSO)],
    )
    return [
        _told(violation, node) for violation in found["violations"] for node in violation["nodes"]
    ]


def _told(violation: dict[str, Any], node: dict[str, Any]) -> str:
    why = " ".join(node["failureSummary"].split())
    return f"{violation['id']}: {node['html'][:160]} ({why[:200]})"
