"""A database that is away is told in one line a minute; the timetable goes on by itself."""

from __future__ import annotations

import logging
import time
from threading import Lock

from scheduler.domain.errors import OutOfReach

QUIET_SECONDS = 60.0


class PlainAbsence(logging.Filter):
    """Write one line instead of each traceback while the database does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0
        self._one_by_one = Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is to be written; whatever else failed keeps its traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, OutOfReach):
            return True
        with self._one_by_one:
            if time.monotonic() < self._next:
                return False
            self._next = time.monotonic() + QUIET_SECONDS
        record.msg, record.args = "%s Trying again until that is mended.", (str(error),)
        record.exc_info = record.exc_text = None
        return True
