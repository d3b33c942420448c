"""Stop a long search halfway without losing what it has found."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM)

Handler = Callable[[int, FrameType | None], object] | int | None


@contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """Yield whether somebody has asked to stop, from the keyboard or from outside.

    Who asks a second time ends the command at once, as without this; what the command was started
    to ignore stays ignored. Only for the main thread.
    """
    asked = Event()
    former: Mapping[signal.Signals, Handler] = {
        number: handler
        for number in STOPPING
        if (handler := signal.getsignal(number)) is not signal.SIG_IGN
    }

    def notice(number: int, frame: FrameType | None) -> None:
        # Nothing is raised here: the search may be anywhere, and its plan would be gone.
        _set(former)
        asked.set()

    _set(dict.fromkeys(former, notice))
    try:
        yield asked.is_set
    finally:
        _set(former)


def _set(handler_by_signal: Mapping[signal.Signals, Handler]) -> None:
    for number, handler in handler_by_signal.items():
        signal.signal(number, handler)
