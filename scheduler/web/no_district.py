"""What a page says before the first import: that there is no district yet, and the way to one."""

from __future__ import annotations

from flask import render_template

from scheduler.domain.errors import SchedulerError, Unknown
from scheduler.services.access import Actor
from scheduler.web.signed_in import person

NOT_FOUND = 404


def lacks_district(error: SchedulerError) -> bool:
    """Tell whether a page could not be shown to somebody because there is no district yet."""
    return isinstance(error, Unknown) and error.kind == "district" and person() is not None


def no_district_page() -> tuple[str, int]:
    """Answer that there is none; whoever may bring one in is led there."""
    present = person()
    may_act = present is not None and Actor.of(present).is_coordinator
    return render_template("imports/none.html", may_act=may_act), NOT_FOUND
