"""Everything that people need to know of one visit, gathered once for page, mail and calendar.

A sheet holds facts only; who may see which of them is decided where they are shown:
the school's phone and the people's addresses never reach a feed.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.answering import has_lapsed, latest_booking
from scheduler.domain.topics import Topic
from scheduler.domain.visits import Partstat, Visit
from scheduler.domain.volunteers import Format


@dataclass(frozen=True, slots=True)
class SpeakerOnSheet:
    """One volunteer of the visit with the present answer."""

    email: str
    name: str
    organization: str
    partstat: Partstat
    removed: bool = False
    locale: str = ""
    format: Format | None = None


@dataclass(frozen=True, slots=True)
class VisitSheet:
    """One visit with the names and places around it.

    ``speakers_wanted`` is 0 where nobody asked how many guests there are to be.
    ``site_name`` is the district's name for itself; ``reader_timezone`` is nowhere here:
    times are always shown by the school's clock, ``visit.timezone``.
    """

    visit: Visit
    title: str
    topic: Topic
    site_name: str
    school: str
    school_name: str
    address: str
    arrival_note: str
    phone: str
    teacher_name: str
    teacher_email: str
    class_name: str
    grade: str
    students: int | None
    language: str
    note: str
    meeting_url: str
    sessions: int
    speakers: tuple[SpeakerOnSheet, ...]
    speakers_wanted: int = 0

    @property
    def lacks(self) -> int:
        """Return how many guests are still looked for."""
        return max(0, self.speakers_wanted - len(self.visit.present_bookings))

    @property
    def is_virtual(self) -> bool:
        """Tell whether the visit is a video call."""
        return self.visit.format is Format.VIRTUAL

    def is_virtual_for(self, email: str) -> bool:
        """Tell whether that person takes part by video call; anyone else as the visit does."""
        speaker = self.speaker(email)
        return ((speaker and speaker.format) or self.visit.format) is Format.VIRTUAL

    def has_lapsed(self, email: str) -> bool:
        """Tell whether that person's place went to others as no answer came in time."""
        booking = latest_booking(self.visit, email)
        return booking is not None and has_lapsed(booking)

    def speaker(self, email: str) -> SpeakerOnSheet | None:
        """Return that volunteer's latest line, if they have a part in the visit."""
        return next((s for s in reversed(self.speakers) if s.email == email), None)
