"""The colours: light and dark, each text readable on its ground."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
# Text wants 4.5, the edge of a control or the focus ring 3. Source: WCAG 2.2, 1.4.3 and 1.4.11.
CONTRASTS = (
    ("edge", "surface", 3.0, (4.2, 4.4)),
    ("edge", "paper", 3.0, (3.9, 4.9)),
    ("ink", "paper", 4.5, (14.2, 15.3)),
    ("ink-2", "paper", 4.5, (6.5, 8.4)),
    ("ink-2", "board-tint", 4.5, (5.9, 5.8)),
    ("board", "paper", 4.5, (7.6, 9.6)),
    ("on-board", "board", 4.5, (8.0, 9.2)),
    ("ink", "board-tint", 4.5, (12.9, 10.6)),
    ("sun-ink", "sun-tint", 4.5, (7.4, 9.0)),
    ("clay", "clay-tint", 4.5, (5.8, 7.3)),
    ("sky", "sky-tint", 4.5, (7.0, 7.6)),
    ("focus", "paper", 3.0, (6.0, 8.8)),
)
# Pairs no table names, which pages use all the same: only the floor counts.
PAIRS = (
    ("ink-2", "sunk"),
    ("ink-2", "surface"),
    ("ink-2", "line"),
    ("board", "surface"),
    ("board", "board-tint"),
    ("board", "sunk"),
    ("sun-ink", "surface"),
    ("sun-ink", "board-tint"),
    ("clay", "surface"),
    ("clay", "paper"),
    ("ink", "sky-tint"),
    ("ink", "sun-tint"),
    ("ink", "clay-tint"),
)


def colours_by_theme() -> Mapping[str, Mapping[str, str]]:
    """Return the colours of tokens.css by theme: light, the device's dark, the chosen dark."""
    text = TOKENS.read_text(encoding="utf-8")
    blocks = {
        "light": r":root \{",
        "dark": r':root:not\(\[data-theme="light"\]\) \{',
        "chosen dark": r':root\[data-theme="dark"\] \{',
    }
    return MappingProxyType(
        {
            theme: dict(re.findall(r"--([\w-]+):\s*([^;]+);", _block(text, opening)))
            for theme, opening in blocks.items()
        }
    )


def _block(text: str, opening: str) -> str:
    found = re.search(opening + r"([^}]*)\}", text)
    assert found, opening
    return found[1]


def contrast(foreground: str, background: str) -> float:
    """Return the contrast ratio of two #RRGGBB colours. Source: WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((_luminance(foreground), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("foreground", "background", "floor", "stated"), CONTRASTS)
def test_contrasts_are_the_ones_stated(
    foreground: str, background: str, floor: float, stated: tuple[float, float]
) -> None:
    themes = colours_by_theme()
    ratios = tuple(
        round(contrast(themes[theme][foreground], themes[theme][background]), 1)
        for theme in ("light", "dark")
    )
    assert ratios == stated
    assert min(ratios) >= floor


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("foreground", "background"), PAIRS)
def test_every_text_can_be_read_on_its_ground(theme: str, foreground: str, background: str) -> None:
    colours = colours_by_theme()[theme]
    assert contrast(colours[foreground], colours[background]) >= 4.5


def test_chosen_dark_equals_the_dark_of_the_device() -> None:
    themes = colours_by_theme()
    assert themes["chosen dark"] == themes["dark"]
