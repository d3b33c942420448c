"""Everybody who volunteers as rows of one table, and the visits that stand between them.

The rows say what ``snapshots`` says of one person, for all days of the horizon at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from scheduler.domain.assignments import Demand, Engagement, Speaker
from scheduler.domain.periods import DateRange
from scheduler.domain.volunteers import Volunteer
from scheduler.matching.problem import Problem, Weights
from scheduler.matching.warm_table import WarmTable
from scheduler.services.picture import Picture
from scheduler.services.ports import Gazetteer, Work
from scheduler.services.snapshots import (
    commitments_of,
    geography_of,
    host_commitments_of,
    speakers_of,
)
from scheduler.services.warm_calendars import FreeMinutes
from scheduler.services.warm_people import KnownPeople
from scheduler.services.warm_visits import KnownVisits

EPOCH = date(1970, 1, 1)
ONE_DAY = timedelta(days=1)
LEAST_AHEAD = timedelta(days=120)
MOST_AHEAD = timedelta(days=400)
RENEWED_BEFORE = timedelta(days=60)
AT_ONCE = 500


class WarmDistrict:
    """A district at the change with this number.

    ``ground`` is a picture without volunteers, requests and visits. The table reaches from the
    day before to the end of the school year, 120 days ahead at least and 400 at most.
    """

    def __init__(
        self, ground: Picture, *, number: int, gazetteer: Gazetteer, room_for: int
    ) -> None:
        self.ground = replace(ground, visits=())
        self.number = number
        self.visits = KnownVisits(ground.visits)
        self.people = KnownPeople()
        self._gazetteer = gazetteer
        self._days = _horizon(ground)
        # Whoever lives elsewhere may be a local day ahead or behind.
        around = DateRange(self._days.first - ONE_DAY, self._days.last + ONE_DAY)
        self._free = FreeMinutes(around)
        self.table = WarmTable(
            geography=geography_of(ground),
            first_frame=(self._days.first - EPOCH).days,
            frames=(self._days.last - self._days.first).days + 1,
            room_for=room_for,
        )

    def renew_ground(self, ground: Picture) -> frozenset[str]:
        """Take over another day or other bells, schools and visits; return who changes by it."""
        self.table.pass_days((ground.today - self.ground.today).days)
        concerned = self.visits.become(ground.visits)
        self.ground = replace(ground, visits=())
        return concerned

    def is_outgrown(self, ground: Picture) -> bool:
        """Tell whether everybody's row is another on that ground, or the days run out."""
        is_short = ground.today + RENEWED_BEFORE > self._days.last < _horizon(ground).last
        return is_short or _everywhere(ground) != _everywhere(self.ground)

    def read_people(self, work: Work, emails: Collection[str]) -> None:
        """Work out anew what the table says of these people, gone ones included."""
        people = work.volunteers.many(emails)
        self.people.forget(emails)
        for email in emails:
            if email not in people or not people[email].is_active:
                self.table.remove(email)
        self.put_people(work, people)

    def put_people(self, work: Work, people: Mapping[str, Volunteer]) -> None:
        """Enter these people as they are given; inactive ones have no row."""
        for chunk in _chunks(people):
            picture = replace(
                self.ground,
                volunteers=chunk,
                visits=self.visits.of_volunteers(chunk),
                calendars=work.busy_calendars.of_owners(chunk),
            )
            self.people.put(chunk, calendars=picture.calendars)
            standing = _standing(picture)
            for speaker in self.speakers_of(picture):
                self.table.put(speaker, standing=standing.get(speaker.id, ()))

    def problem_of(self, demand: Demand) -> Problem:
        """Return the problem of one request; the table stands in for the people."""
        held = replace(self.ground, visits=self.visits.keeping(demand.hosts))
        return Problem(
            geography=self.table.geography,
            speakers=(),
            demands=(demand,),
            host_commitments=host_commitments_of(held),
            weights=Weights(**self.ground.district.weights),
        )

    def speakers_of(self, picture: Picture) -> Iterator[Speaker]:
        """Yield the active ones in order of address; their free time is that of all its days."""
        without_times = {
            email: replace(person, weekly=(), away=())
            for email, person in picture.volunteers.items()
        }
        bare = replace(picture, volunteers=without_times)
        for speaker in speakers_of(bare, (), gazetteer=self._gazetteer):
            person = picture.volunteers[speaker.id]
            timezone = person.timezone or picture.district.timezone
            free = self._free.expand(person.weekly, person.away, timezone=timezone)
            if speaker.known_until is not None:
                free = tuple(span for span in free if span[0] < speaker.known_until)
            yield replace(speaker, free=free)


def _horizon(ground: Picture) -> DateRange:
    today, year = ground.today, ground.district.year
    last = max(year.last if year else today, today + LEAST_AHEAD)
    return DateRange(today - ONE_DAY, min(last, today + MOST_AHEAD))


def _everywhere(ground: Picture) -> tuple[object, ...]:
    """Return what is in everybody's row."""
    district = ground.district
    places = {key: school.coordinates for key, school in ground.schools.items()}
    return district.timezone, district.country, geography_of(ground), ground.topics, places


def _standing(picture: Picture) -> dict[str, list[Engagement]]:
    standing: dict[str, list[Engagement]] = {}
    for commitment in commitments_of(picture):
        standing.setdefault(commitment.speaker_id, []).append(commitment.engagement)
    return standing


def _chunks(people: Mapping[str, Volunteer]) -> Iterable[dict[str, Volunteer]]:
    emails = list(people)
    for first in range(0, len(emails), AT_ONCE):
        yield {email: people[email] for email in emails[first : first + AT_ONCE]}
