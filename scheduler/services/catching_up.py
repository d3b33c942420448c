"""How far a regular piece of work has come: a clock that stood still goes on where it stopped.

The mark moves in the transaction of the work itself, so that work undone is work still to do.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from scheduler.services.ports import Work


def done_until(
    work: Work, name: str, *, now: datetime, at_first: timedelta, at_most: timedelta
) -> datetime:
    """Return up to when that work was done before, and mark it as done until now.

    Where it was never done it begins ``at_first`` ago, and never longer than ``at_most`` ago. A
    clock that was put back has nothing to make up for.
    """
    last = work.marks.reached(name)
    work.marks.move(name, to=now)
    return max(min(last or now - at_first, now), now - at_most)
