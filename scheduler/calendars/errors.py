"""What can go wrong with a calendar file as a whole."""

from __future__ import annotations

from scheduler.domain.errors import SchedulerError


class CalendarUnreadable(SchedulerError):
    """Say why nothing of a calendar file can be used; the sentence is for its owner."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
