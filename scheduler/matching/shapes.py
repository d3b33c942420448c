"""Sum up what one option asks of whoever takes it: its series in small numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scheduler.domain.assignments import Option, Session

ROOMY = 2**40


@dataclass(frozen=True, slots=True)
class OptionShape:
    """The load of one option.

    ``peaks`` are the most sessions on one day, in one week, in one month, and
    the least minutes between two sessions of one day (negative when sessions
    overlap). ``months`` holds (month, sessions, minutes) in order.
    """

    sessions: int
    peaks: tuple[int, int, int, int]
    weeks: tuple[tuple[int, int], ...]
    days: tuple[tuple[int, int], ...]
    months: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, option: Option) -> OptionShape:
        """Sum up one option."""
        if len(option.sessions) == 1:
            return _single(option.sessions[0])
        days = Counter(session.day for session in option.sessions)
        weeks = Counter(session.week for session in option.sessions)
        months = Counter(session.month for session in option.sessions)
        minutes: Counter[int] = Counter()
        for session in option.sessions:
            minutes[session.month] += session.minutes
        peaks = (max(days.values()), max(weeks.values()), max(months.values()))
        return cls(
            sessions=len(option.sessions),
            peaks=(*peaks, _least_gap(option.sessions)),
            weeks=tuple(sorted(weeks.items())),
            days=tuple(sorted(days.items())),
            months=tuple((month, months[month], minutes[month]) for month in sorted(months)),
        )


def _single(session: Session) -> OptionShape:
    """Return the same for most options, sooner."""
    return OptionShape(
        sessions=1,
        peaks=(1, 1, 1, ROOMY),
        weeks=((session.week, 1),),
        days=((session.day, 1),),
        months=((session.month, 1, session.minutes),),
    )


def _least_gap(sessions: Sequence[Session]) -> int:
    least = ROOMY
    for first, second in pairwise(sorted(sessions)):
        gap = second.start - first.end
        if first.day == second.day:
            least = min(least, gap)
        elif gap < 0:
            least = -ROOMY
    return least
