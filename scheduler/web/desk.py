"""What the pages work with: the store, the clock and the settings, handed in by the factory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from flask import current_app, g, has_request_context, request

from scheduler.services.feeds import FeedSettings
from scheduler.services.one_moment import OneMoment
from scheduler.services.ports import Clock, Gazetteer, Store
from scheduler.services.ports.fetching import Fetch
from scheduler.services.warm import Warm

EXTENSION = "visitbell"
LOOKING = ("GET", "HEAD")


def real_time() -> datetime:
    """Return the machine's own time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a view may use besides the request.

    ``is_rehearsal`` makes every page say what time the district believes it is; ``lease_clock``
    gives real time all the same. ``warm`` is what this process remembers of the district.
    ``metrics_token`` is empty where figures are for the machine itself alone.
    """

    store: Store
    clock: Clock
    gazetteer: Gazetteer
    feeds: FeedSettings
    fetch: Fetch
    secret_key: bytes
    base_url: str
    is_rehearsal: bool = False
    metrics_token: str = ""
    lease_clock: Clock = real_time
    warm: Warm = field(default_factory=Warm)

    @property
    def now(self) -> datetime:
        """Return the present moment, or the rehearsal's."""
        return self.clock()


def desk() -> Desk:
    """Return the desk of the application that answers this request.

    A page that only shows something reads all of it at one moment.
    """
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Desk)
    if not has_request_context() or request.method not in LOOKING:
        return found
    if "moment" not in g:
        g.moment = OneMoment(found.store)
    return replace(found, store=g.moment)


def close_desk(_error: BaseException | None = None) -> None:
    """Let go of what the page was reading."""
    moment = g.pop("moment", None)
    if isinstance(moment, OneMoment):
        moment.close()
