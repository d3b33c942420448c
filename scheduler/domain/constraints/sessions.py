"""Judge a speaker against one dated session of a request.

These rules look at the speaker's own calendar and papers. What other visits
leave of a day or a month is the matter of the load rules.
"""

from __future__ import annotations

from bisect import bisect_right

from scheduler.domain.assignments import VIRTUAL, Demand, Fact, Finding, Session, Speaker


def notice_given(speaker: Speaker, session: Session) -> Finding:
    """Require that the day is not sooner than the speaker's notice allows."""
    facts = {"day": session.day, "earliest_day": speaker.earliest_day}
    return Finding("notice_given", session.day >= speaker.earliest_day, facts)


def clearance_valid(speaker: Speaker, session: Session, *, demand: Demand) -> Finding:
    """Require a clearance for that day and school, in person or by video.

    ``last_day`` is the last day of the clearance that holds or, if none does,
    of the latest one known for this school.
    """
    spans = [span for span in speaker.clearances if span.school in (None, demand.school)]
    holding = [span for span in spans if span.covers(session.day, demand.school)]
    facts: dict[str, Fact] = {"day": session.day, "known": len(spans)}
    last_days = [span.last_day for span in holding or spans]
    ends = [last for last in last_days if last is not None]
    if ends and len(ends) == len(last_days):
        facts["last_day"] = max(ends)
    return Finding("clearance_valid", bool(holding), facts)


def long_enough(speaker: Speaker, session: Session, *, format: str | None) -> Finding:
    """Require that the session is worth the speaker's time, and their way where there is one.

    A format of None, where none is possible, is judged as a visit in person.
    """
    shortest = speaker.min_minutes
    if format == VIRTUAL and speaker.min_online_minutes is not None:
        shortest = speaker.min_online_minutes
    facts = {"minutes": session.minutes, "min_minutes": shortest}
    return Finding("long_enough", session.minutes >= shortest, facts)


def within_availability(speaker: Speaker, session: Session) -> Finding:
    """Require that one free stretch holds the whole session.

    Equal ends fit. Unknown availability is not free: the facts then say
    ``reason`` "unknown" instead of "not_free", or "calendar_unknown" where
    a calendar of theirs does not reach that far.
    """
    facts: dict[str, Fact] = {"start": session.start, "end": session.end}
    if speaker.free is None:
        return Finding("within_availability", False, {**facts, "reason": "unknown"})
    place = bisect_right(speaker.free, session.start, key=lambda span: span[0]) - 1
    kept = place >= 0 and session.end <= speaker.free[place][1]
    if not kept:
        is_beyond = speaker.known_until is not None and session.end > speaker.known_until
        facts["reason"] = "calendar_unknown" if is_beyond else "not_free"
    return Finding("within_availability", kept, facts)


def no_busy_clash(speaker: Speaker, session: Session) -> Finding:
    """Require the speaker's buffer between the session and all busy time."""
    clash = next((span for span in speaker.busy if _too_near(speaker, session, busy=span)), None)
    facts: dict[str, Fact] = {
        "start": session.start,
        "end": session.end,
        "buffer_minutes": speaker.buffer_minutes,
    }
    if clash is not None:
        facts["busy"] = clash
    return Finding("no_busy_clash", clash is None, facts)


def _too_near(speaker: Speaker, session: Session, *, busy: tuple[int, int]) -> bool:
    start, end = busy
    gap = max(session.start - end, start - session.end)
    return gap < speaker.buffer_minutes
