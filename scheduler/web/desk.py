"""What the pages work with: the store, the clock and the settings, handed in by the factory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import current_app

from scheduler.services.feeds import FeedSettings
from scheduler.services.ports import Clock, Gazetteer, Store
from scheduler.services.ports.fetching import Fetch
from scheduler.services.warm import Warm

EXTENSION = "visitbell"


def real_time() -> datetime:
    """Return the machine's own time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a view may use besides the request.

    ``is_rehearsal`` makes every page say what time the district believes it is; ``lease_clock``
    gives real time all the same. ``warm`` is what this process remembers of the district.
    """

    store: Store
    clock: Clock
    gazetteer: Gazetteer
    feeds: FeedSettings
    fetch: Fetch
    secret_key: bytes
    base_url: str
    is_rehearsal: bool = False
    lease_clock: Clock = real_time
    warm: Warm = field(default_factory=Warm)

    @property
    def now(self) -> datetime:
        """Return the present moment, or the rehearsal's."""
        return self.clock()


def desk() -> Desk:
    """Return the desk of the application that answers this request."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Desk)
    return found
