"""The four steps of a request in words: what was done, who acts next, and by when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from scheduler.domain.requests import RangeWindow
from scheduler.domain.visits import Partstat, VisitState
from scheduler.services.following import Followed, Stage
from scheduler.web.phrasing import clock, day, joined, local_day

Step = dict[str, str]
LOOKING, NAMED, AGREED, VISITED = range(4)
TITLES = (
    lazy_gettext("Looking"),
    lazy_gettext("Name found"),
    lazy_gettext("Both said yes"),
    lazy_gettext("Visited"),
)
OVER = frozenset({Stage.VISITED, Stage.MISSED, Stage.STOPPED})
REACHED = {
    Stage.LOOKING: LOOKING,
    Stage.NAMED: NAMED,
    Stage.HELD: NAMED,
    Stage.ASKED: AGREED,
    Stage.AGREED: VISITED,
    Stage.VISITED: VISITED,
    Stage.MISSED: VISITED,
    Stage.STOPPED: LOOKING,
}
TAGS = {
    Stage.LOOKING: (lazy_gettext("Looking"), "wait"),
    Stage.NAMED: (lazy_gettext("Name found"), "info"),
    Stage.HELD: (lazy_gettext("Name found"), "info"),
    Stage.ASKED: (lazy_gettext("Waiting for a yes"), "wait"),
    Stage.AGREED: (lazy_gettext("Both said yes"), "ok"),
    Stage.VISITED: (lazy_gettext("Visited"), "ok"),
    Stage.MISSED: (lazy_gettext("Did not happen"), "stop"),
    Stage.STOPPED: (lazy_gettext("Taken back"), ""),
}


def tag_of(followed: Followed) -> dict[str, str]:
    """Return the request's present state in one or two words."""
    if followed.needs_yes:
        return {"words": _("Waiting for your yes"), "tone": "wait"}
    words, tone = TAGS[followed.stage]
    return {"words": str(words), "tone": tone}


def steps_of(followed: Followed, *, now: datetime) -> tuple[Step, ...]:
    """Return the four steps; each says who acts next, and by when where that was promised."""
    reached = REACHED[followed.stage]
    steps = []
    for number, title in enumerate(TITLES):
        state = "done" if number < reached else "now" if number == reached else "next"
        note = _note(followed, now=now) if number == reached else ""
        steps.append({"title": str(title), "state": state, "note": note, "when": ""})
    if followed.stage is Stage.STOPPED:
        steps[LOOKING] |= {"title": _("Taken back"), "state": "stopped"}
        return tuple(steps)
    if followed.stage is Stage.MISSED:
        steps[VISITED]["state"] = "stopped"
    if followed.stage is Stage.VISITED:
        steps[VISITED]["state"] = "done"
    for step, words in zip(steps[reached + 1 :], _still_to_come(followed, reached), strict=False):
        step["note"] = words
    return tuple(_dated(steps, followed))


def _note(followed: Followed, *, now: datetime) -> str:
    match followed.stage:
        case Stage.LOOKING:
            return _looking(followed, now=now)
        case Stage.NAMED:
            return _("A name is found. The coordinator looks at it next.")
        case Stage.HELD:
            return _held(followed)
        case Stage.ASKED:
            return _asked(followed)
        case Stage.AGREED:
            if all(sheet.visit.period.end <= now for sheet in followed.present_sheets):
                return _("The visit is over. Tell us how it was.")
            people = joined(_coming(followed)) or _("The speaker")
            return _("%(people)s will come. Nothing to do until then.", people=people)
        case Stage.VISITED:
            count = len(followed.present_sheets)
            return ngettext("%(num)s visit took place.", "%(num)s visits took place.", count)
        case Stage.MISSED:
            if followed.said:
                return _("You told us that it did not happen.")
            return _("Nobody said yes in time.")
        case Stage.STOPPED:
            return _("You can ask again at any time.")


def _looking(followed: Followed, *, now: datetime) -> str:
    promise = followed.promise
    if promise is None:
        return _("We look for a speaker who fits. We write to you as soon as there is a name.")
    by = day(promise.name_by)
    if local_day(now, followed.timezone) > promise.name_by:
        return _("We promised a name by %(day)s and are late. We are sorry, and go on.", day=by)
    return _("We look for a speaker who fits. You get a name by %(day)s.", day=by)


def _held(followed: Followed) -> str:
    if followed.release_at is None:
        return _("A name is found. We ask them soon.")
    at = clock(followed.release_at, followed.timezone)
    return _("A name is found. We ask them at %(time)s.", time=at)


def _asked(followed: Followed) -> str:
    if followed.needs_yes:
        return _("We wait for your yes: the time is not one of those you offered.")
    people = joined(_silent(followed)) or _("the speaker")
    return _("We wait for a yes from %(people)s.", people=people)


def _still_to_come(followed: Followed, reached: int) -> tuple[str, ...]:
    """What each later step waits for, in order."""
    words = (
        "",
        _("We find a name, and the coordinator looks at it."),
        _("The speaker answers. We write to you at once."),
        _("After the visit you tell us how it was."),
    )
    return words[reached + 1 :]


def _dated(steps: list[Step], followed: Followed) -> list[Step]:
    zone, promise = followed.timezone, followed.promise
    if promise:
        steps[LOOKING]["when"] = day(local_day(promise.asked_at, zone))
        if steps[NAMED]["state"] == "next":
            steps[NAMED]["when"] = _("by %(day)s", day=day(promise.name_by))
    sheets = followed.present_sheets
    if not sheets:
        steps[VISITED]["when"] = _days(_days_asked(followed))
        return steps
    asked = day(local_day(sheets[0].visit.created_at, zone))
    steps[NAMED]["when"] = asked if steps[NAMED]["state"] == "done" else ""
    starts = (sheet.visit.period.start for sheet in sheets)
    steps[VISITED]["when"] = _days(local_day(start, zone) for start in starts)
    answered = [
        booking.answered_at
        for sheet in sheets
        for booking in sheet.visit.present_bookings
        if booking.answered_at
    ]
    if answered and steps[AGREED]["state"] == "done":
        steps[AGREED]["when"] = day(local_day(max(answered), zone))
    return steps


def _days(days: Iterable[date]) -> str:
    """Return the first and the last of these days, one where they are the same."""
    known = sorted(days)
    if not known:
        return ""
    if known[0] == known[-1]:
        return day(known[0])
    return _("%(first)s to %(last)s", first=day(known[0]), last=day(known[-1]))


def _days_asked(followed: Followed) -> tuple[date, ...]:
    request = followed.request
    later = timedelta(days=(request.sessions - 1) * request.every_days)
    first = [w.days.first if isinstance(w, RangeWindow) else w.day for w in request.windows]
    last = [w.days.last if isinstance(w, RangeWindow) else w.day for w in request.windows]
    return (min(first), max(last) + later) if first else ()


def _silent(followed: Followed) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            speaker.name
            for sheet in followed.present_sheets
            if sheet.visit.state is VisitState.INVITED
            for speaker in sheet.speakers
            if not speaker.removed and speaker.partstat is not Partstat.ACCEPTED
        )
    )


def _coming(followed: Followed) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            speaker.name
            for sheet in followed.present_sheets
            for speaker in sheet.speakers
            if not speaker.removed
        )
    )
