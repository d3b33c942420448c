"""Notice that somebody wants this process to end, so that it can put things in order first."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType

ENDING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def noticing_the_end(leaving: Event) -> Iterator[None]:
    """Set the event when the process is told to end; the block then ends by itself.

    Who is told again, from the machine or the keyboard, has heard it already, until the process
    is gone; what it was started to ignore stays ignored. Only for the main thread, which must not
    wait for the event but look at it now and then: the signal comes in that very thread.
    """
    former = {
        number: handler
        for number in ENDING
        if (handler := signal.getsignal(number)) is not signal.SIG_IGN
    }

    def notice(number: int, frame: FrameType | None) -> None:
        # Nothing is raised here: whatever is under way might take the exception for its own.
        for each in former:
            signal.signal(each, signal.SIG_IGN)
        leaving.set()

    for number in former:
        signal.signal(number, notice)
    try:
        yield
    finally:
        if not leaving.is_set():
            for number, handler in former.items():
                signal.signal(number, handler)
