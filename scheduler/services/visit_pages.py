"""One visit with everything around it: who comes, what they answered, what was done, what was told.

Each reader gets the part that is theirs: whoever oversees all of it, a teacher and a school's
office no mail, a volunteer no answer but their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.domain.errors import Unknown
from scheduler.domain.visits import OCCUPYING
from scheduler.services.access import Actor
from scheduler.services.calendar_views import seen_by, wanted_by
from scheduler.services.mail_log import told_of
from scheduler.services.ports import DiaryLine, LoggedMail, MailWanted, Store, VisitFacts, Work
from scheduler.services.records import Activity
from scheduler.services.stand_ins import SearchStory, stories_of

MOST_MAILS = 200


@dataclass(frozen=True, slots=True)
class VisitDeed:
    """Something that was done, and by whom, by name."""

    entry: Activity
    name: str


@dataclass(frozen=True, slots=True)
class VisitPage:
    """The visit as its reader may see it.

    ``knows_all`` tells that history and mails are part of it, ``is_host`` that the reader asked
    for it, ``is_guest`` that they are one of those who come. ``deeds`` and ``mails`` are the
    oldest first. ``search`` is the latest for a stand-in; who ``may_steer`` it can end it,
    or enter whom they found.
    """

    line: DiaryLine
    facts: VisitFacts
    knows_all: bool
    is_host: bool
    is_guest: bool
    may_move: bool
    may_cancel: bool
    may_steer: bool = False
    search: SearchStory | None = None
    deeds: tuple[VisitDeed, ...] = ()
    mails: tuple[LoggedMail, ...] = ()


def visit_page(store: Store, uid: str, *, actor: Actor, now: datetime) -> VisitPage:
    """Return a visit's page.

    Raises:
        Unknown: if there is no such visit, or it is not the actor's to see.
    """
    with store.read() as work:
        line = work.diary.line(wanted_by(actor), uid=uid)
        facts = work.diary.facts(uid) if line else None
        if line is None or facts is None:
            raise Unknown("visit", uid)
        is_open = line.state in OCCUPYING and now < line.period.start
        owns = actor.is_coordinator or line.teacher_email == actor.email
        search = _search(work, line) if actor.oversees else None
        return VisitPage(
            line=seen_by(actor, line),
            facts=facts,
            knows_all=actor.oversees,
            is_host=line.teacher_email == actor.email,
            is_guest=any(guest.email == actor.email for guest in line.present_guests),
            may_move=actor.is_coordinator and is_open,
            may_cancel=owns and is_open,
            may_steer=actor.is_coordinator and _is_sought(search),
            search=search,
            deeds=_deeds(work, line) if actor.oversees else (),
            mails=_mails(work, uid, facts) if actor.oversees else (),
        )


def _deeds(work: Work, line: DiaryLine) -> tuple[VisitDeed, ...]:
    entries = work.diary.history((f"visit:{line.uid}", f"request:{line.request}"))
    people = work.listings.on_sheets({entry.actor for entry in entries})
    return tuple(
        VisitDeed(entry, people[entry.actor].name if entry.actor in people else entry.actor)
        for entry in entries
    )


def _search(work: Work, line: DiaryLine) -> SearchStory | None:
    searches = work.stand_ins.of_visits((line.uid,))[-1:]
    stories = stories_of(work, searches, start_by_uid={line.uid: line.period.start})
    return next(iter(stories), None)


def _is_sought(story: SearchStory | None) -> bool:
    return story is not None and story.search.is_undecided


def _mails(work: Work, uid: str, facts: VisitFacts) -> tuple[LoggedMail, ...]:
    found = work.mail_log.many(MailWanted(subjects=facts.siblings), limit=MOST_MAILS)
    return tuple(mail for mail in reversed(found) if uid in told_of(mail))
