"""Notice that the machine wants this process to end, so that it can put things in order first."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


@contextmanager
def noticing_the_end(leaving: Event) -> Iterator[None]:
    """Set the event when the process is told to terminate; the block then ends by itself.

    Only for the main thread, which must not wait for the event but look at it now and then: the
    signal comes in that very thread.
    """

    def notice(number: int, frame: FrameType | None) -> None:
        # Nothing is raised here: whatever is under way might take the exception for its own.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        leaving.set()

    former = signal.signal(signal.SIGTERM, notice)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
