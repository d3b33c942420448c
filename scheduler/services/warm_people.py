"""Volunteers and their calendars as they were last read, for pages that ask about few of them.

The journal tells whom to forget; whoever is not remembered is read. Only so many are kept, so
that a very large district costs reading rather than memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduler.domain.busy_calendars import BusyCalendar
from scheduler.domain.volunteers import Volunteer
from scheduler.services.ports import Work

MOST_KEPT = 4_000


@dataclass(frozen=True, slots=True)
class Known:
    """Some volunteers by address, and the calendars of those who lent any."""

    volunteers: Mapping[str, Volunteer]
    calendars: Mapping[str, tuple[BusyCalendar, ...]]


class KnownPeople:
    """Volunteers by address, at most ``most`` of them."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._volunteers: dict[str, Volunteer] = {}
        self._calendars: dict[str, tuple[BusyCalendar, ...]] = {}

    def put(
        self,
        volunteers: Mapping[str, Volunteer],
        *,
        calendars: Mapping[str, tuple[BusyCalendar, ...]],
    ) -> None:
        """Remember these people as they are given, as far as there is room."""
        for email, person in volunteers.items():
            self.forget((email,))
            if len(self._volunteers) < self._most:
                self._volunteers[email] = person
                self._calendars[email] = calendars.get(email, ())

    def forget(self, emails: Iterable[str]) -> None:
        """Remember nothing of these people any more."""
        for email in emails:
            self._volunteers.pop(email, None)
            self._calendars.pop(email, None)

    def of(self, work: Work, emails: Iterable[str]) -> Known:
        """Return those of these people who are known to the district, in order of address."""
        wanted = sorted(set(emails))
        missing = [email for email in wanted if email not in self._volunteers]
        read = work.volunteers.many(missing) if missing else {}
        lent = work.busy_calendars.of_owners(read) if read else {}
        people = {**self._volunteers, **read} if read else self._volunteers
        calendars = {**self._calendars, **lent} if lent else self._calendars
        return Known(
            {email: people[email] for email in wanted if email in people},
            {email: calendars[email] for email in wanted if calendars.get(email)},
        )
