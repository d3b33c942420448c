"""Why something was refused, in the reader's language; in English the error says it itself."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from scheduler.domain.errors import (
    ChangedMeanwhile,
    DoubleBooked,
    IllegalTransition,
    Outrun,
    SchedulerError,
)
from scheduler.web.languages import SOURCE, present_locale
from scheduler.web.phrasing import ago


def faster_words(error: ChangedMeanwhile, *, now: datetime) -> str:
    """Return who changed meanwhile what a form was filled from, and when."""
    if error.at is None:
        return _("Somebody changed this meanwhile. Nothing was changed.")
    when = ago(error.at, now)
    return _("%(name)s changed this %(ago)s. Nothing was changed.", name=error.by, ago=when)


def sentence_of(error: SchedulerError) -> str:
    """Return one sentence for a page that tells of a refusal."""
    if present_locale().language == SOURCE:
        return str(error)
    match error:
        case DoubleBooked():
            return _("Somebody else booked this person, class or room at that time a moment ago.")
        case Outrun() | ChangedMeanwhile():
            return _("Somebody else was faster.")
        case IllegalTransition():
            return _("It changed in the meantime, and this step is no longer possible.")
    return _("It no longer holds: a rule would be broken now. Look at it again.")
