"""A district with its terms and weights, its schools, and the organizations that help it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.domain.periods import DateRange

DEFAULT_ROAD_FACTOR = 1.3
DEFAULT_SPEED_KMH = 40.0
WEIGHT_NAMES = (
    "fit",
    "preference",
    "preferred",
    "fairness",
    "equity",
    "travel",
    "same_start",
    "same_volunteer",
)


@dataclass(frozen=True, slots=True)
class Term:
    """A named part of the school year."""

    name: str
    days: DateRange


@dataclass(frozen=True, slots=True)
class District:
    """The board or partnership: its names, clock, year, and how way and wishes are weighed.

    ``weights`` maps some of ``WEIGHT_NAMES`` to whole numbers; absent names keep their
    default. ``policy`` keeps the district's written rules as given.
    """

    name: str
    timezone: str
    country: str = ""
    locale: str = ""
    language: str = "en"
    year: DateRange | None = None
    site_name: str = ""
    terms: tuple[Term, ...] = ()
    road_factor: float = DEFAULT_ROAD_FACTOR
    speed_kmh: float = DEFAULT_SPEED_KMH
    weights: Mapping[str, int] = field(default_factory=dict)
    policy: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Return the name that pages and mails show."""
        return self.site_name or self.name


@dataclass(frozen=True, slots=True)
class Coordinates:
    """A point on the earth in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class School:
    """A school: where it is, which bells it keeps and how much it needs visits.

    ``timezone`` and ``bell_schedule`` may be empty: the district's zone, no bells known.
    ``need_weight`` is 1 to 3, 3 the most in need.
    """

    key: str
    name: str
    coordinates: Coordinates
    address: str = ""
    postal_code: str = ""
    timezone: str = ""
    bell_schedule: str = ""
    grades: frozenset[int] = frozenset()
    enrolment: int | None = None
    need_weight: int = 1
    zone: str = ""
    arrival_note: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """One of an organization's places besides its main address."""

    name: str
    address: str = ""
    postal_code: str = ""
    coordinates: Coordinates | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of an organization whom coordinators may ask."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Organization:
    """A company, club or office whose people visit schools.

    ``contact_email`` is the main contact's; ``contacts`` may say more of them and name others.
    """

    key: str
    name: str
    kind: str = ""
    contact_email: str = ""
    visits_per_term: int | None = None
    address: str = ""
    coordinates: Coordinates | None = None
    sites: tuple[Site, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def everybody_to_ask(self) -> tuple[Contact, ...]:
        """Return the contacts, the main one first, even where only an address is known of them."""
        main = self.contact_email.lower()
        known = tuple(sorted(self.contacts, key=lambda each: each.email.lower() != main))
        if not main or (known and known[0].email.lower() == main):
            return known
        return (Contact("", email=self.contact_email), *self.contacts)
