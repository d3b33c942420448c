"""The four steps of a request in words: what was done, who acts next, and by when."""

from __future__ import annotations

from scheduler.domain.visits import Partstat, VisitState
from scheduler.services.following import Followed, Stage
from scheduler.web.phrasing import clock, day, joined, local_day, plural

Step = dict[str, str]
LOOKING, NAMED, AGREED, VISITED = range(4)
TITLES = ("Looking", "Name found", "Both said yes", "Visited")
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
    Stage.LOOKING: ("Looking", "wait"),
    Stage.NAMED: ("Name found", "info"),
    Stage.HELD: ("Name found", "info"),
    Stage.ASKED: ("Waiting for a yes", "wait"),
    Stage.AGREED: ("Both said yes", "ok"),
    Stage.VISITED: ("Visited", "ok"),
    Stage.MISSED: ("Did not happen", "stop"),
    Stage.STOPPED: ("Taken back", ""),
}


def tag_of(followed: Followed) -> dict[str, str]:
    """Return the request's present state in one or two words."""
    words, tone = TAGS[followed.stage]
    return {"words": words, "tone": tone}


def steps_of(followed: Followed) -> tuple[Step, ...]:
    """Return the four steps; the note of the present one says who acts next."""
    reached = REACHED[followed.stage]
    notes = _note(followed)
    steps = []
    for number, title in enumerate(TITLES):
        state = "done" if number < reached else "now" if number == reached else "next"
        note = notes if number == reached else ""
        steps.append({"title": title, "state": state, "note": note, "when": ""})
    if followed.stage is Stage.STOPPED:
        steps[LOOKING] |= {"title": "Taken back", "state": "stopped"}
    if followed.stage is Stage.MISSED:
        steps[VISITED]["state"] = "stopped"
    if followed.stage is Stage.VISITED:
        steps[VISITED]["state"] = "done"
    return tuple(_dated(steps, followed))


def _note(followed: Followed) -> str:
    match followed.stage:
        case Stage.LOOKING:
            return "We look for a speaker who fits. We write to you as soon as there is a name."
        case Stage.NAMED:
            return "A name is found. The coordinator looks at it next."
        case Stage.HELD:
            at = followed.release_at
            when = f" at {clock(at, followed.timezone)}" if at else ""
            return f"A name is found. We ask them{when}."
        case Stage.ASKED:
            return f"We wait for a yes from {joined(_silent(followed)) or 'the speaker'}."
        case Stage.AGREED:
            return (
                f"{joined(_coming(followed)) or 'The speaker'} will come. Nothing to do until then."
            )
        case Stage.VISITED:
            return plural(len(followed.present_sheets), "visit") + " took place."
        case Stage.MISSED:
            return "Nobody said yes in time."
        case Stage.STOPPED:
            return "You can ask again at any time."


def _dated(steps: list[Step], followed: Followed) -> list[Step]:
    sheets = followed.present_sheets
    if sheets:
        first, last = sheets[0].visit, sheets[-1].visit
        asked = day(local_day(first.created_at, followed.timezone))
        start = day(local_day(first.period.start, first.timezone))
        steps[NAMED]["when"] = asked if steps[NAMED]["state"] == "done" else ""
        steps[VISITED]["when"] = start
        if last != first:
            steps[VISITED]["when"] += f" to {day(local_day(last.period.start, last.timezone))}"
    answered = [
        booking.answered_at
        for sheet in sheets
        for booking in sheet.visit.present_bookings
        if booking.answered_at
    ]
    if answered and steps[AGREED]["state"] == "done":
        steps[AGREED]["when"] = day(local_day(max(answered), followed.timezone))
    return steps


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
