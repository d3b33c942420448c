"""Two who fill in the same form: the later one is told, and overwrites nothing unseen.

A form carries a mark of what it was filled from. Whoever writes compares it with what is there
by then, while the thing is locked. A change that was changed back is none.
"""

from __future__ import annotations

from hashlib import sha256

from scheduler.domain.errors import ChangedMeanwhile
from scheduler.services.ports import Work

LENGTH = 16


def version_of(*facts: object) -> str:
    """Return the mark of what a form shows; equal facts have equal marks."""
    return sha256(repr(facts).encode()).hexdigest()[:LENGTH]


def require_unchanged(work: Work, version: str, *facts: object, subject: str) -> None:
    """Refuse a form that was filled from other facts; one without a mark was filled from none.

    ``subject`` is what changes of it are noted under, to tell who was faster.

    Raises:
        ChangedMeanwhile: naming who changed it last, and when, where that was noted.
    """
    if version in ("", version_of(*facts)):
        return
    deeds = work.diary.history((subject,))
    if not deeds:
        raise ChangedMeanwhile
    person = work.people.get(deeds[-1].actor)
    raise ChangedMeanwhile(by=(person.name if person else "") or deeds[-1].actor, at=deeds[-1].at)
