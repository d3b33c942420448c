"""A picture of only those requests and people that a question is about, from the warm district.

It holds what is booked of these people, and of the requests' teachers, classes and rooms; for
them every rule gives the answer of the whole picture. Who else is there it does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from scheduler.domain.periods import DateRange
from scheduler.domain.requests import ClassroomRequest, RangeWindow, RequestState, Window
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.services.picture import Picture
from scheduler.services.ports import Work
from scheduler.services.snapshots import hosts_for
from scheduler.services.warm_district import WarmDistrict
from scheduler.services.warm_visits import REQUEST_PREFIX


def vicinity(
    work: Work,
    district: WarmDistrict,
    *,
    requests: Mapping[str, ClassroomRequest],
    emails: Iterable[str],
    declined: Mapping[str, frozenset[str]],
    now: datetime,
) -> Picture:
    """Return the picture of these requests, open ones, and of these people.

    Cost: nothing is read but people whom the district does not remember.
    """
    known = district.people.of(work, emails)
    hosts = {host for each in requests.values() for host in hosts_for(district.ground, each)}
    kept = (
        *(VOLUNTEER_PREFIX + email for email in known.volunteers),
        *(REQUEST_PREFIX + key for key in requests),
        *hosts,
    )
    still_open = {k: each for k, each in requests.items() if each.state is RequestState.OPEN}
    return replace(
        district.ground,
        now=now,
        requests=still_open,
        volunteers=known.volunteers,
        calendars=known.calendars,
        visits=district.visits.keeping(kept),
        declined=declined,
    )


def on_days(request: ClassroomRequest, days: DateRange) -> ClassroomRequest:
    """Return the request with only those windows that let a visit begin on these days.

    The starts there are the same; how well the teacher likes them may not be.
    """
    windows = (_within(window, days) for window in request.windows)
    return replace(request, windows=tuple(each for each in windows if each))


def _within(window: Window, days: DateRange) -> Window | None:
    if not isinstance(window, RangeWindow):
        return window if window.day in days else None
    first, last = max(window.days.first, days.first), min(window.days.last, days.last)
    return RangeWindow(DateRange(first, last)) if first <= last else None
