"""How often Hypothesis tries a property: a good sample in the short form, all in the long one."""

from __future__ import annotations

from hypothesis import settings

IN_FULL = 100
IN_SHORT = 30


def examples(number: int) -> settings:
    """Return the settings of a property that the long form tries this often.

    The short form tries it a third as often. Where a property says nothing, the long form
    tries it a hundred times.
    """
    return settings(max_examples=max(1, number * settings().max_examples // IN_FULL))
