"""Still right? After ninety days without a word we ask whether somebody's usual week holds.

One tap keeps it. Opening the link does nothing, and a week that is told anew counts as a yes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.errors import Unknown
from scheduler.domain.own_weeks import RIGHT_FOR, FormerWeek, WeekCheck
from scheduler.domain.visits import VOLUNTEER_PREFIX
from scheduler.domain.zones import local
from scheduler.services.announcements import STILL_RIGHT
from scheduler.services.own_links import WEEK_DOOR, email_behind
from scheduler.services.ports import Store, Work
from scheduler.services.records import Activity, OutboxRow
from scheduler.services.single_mail import mail_to


@dataclass(frozen=True, slots=True)
class WeekInQuestion:
    """Whose week it is, and since when it is known to be right."""

    email: str
    name: str
    right_since: datetime
    is_stale: bool


def ask_to_reconfirm(work: Work, now: datetime) -> int:
    """Ask everybody whose week is ninety days old, once in ninety days; return how many.

    Whoever's week is met for the first time is asked in ninety days.
    """
    work.own_weeks.put_checks(WeekCheck(email, now) for email in work.own_weeks.unchecked())
    old = work.own_weeks.right_before(now - RIGHT_FOR)
    known = work.volunteers.many(check.email for check in old)
    asked = tuple(
        check for check in old if check.must_be_asked(now) and known[check.email].has_availability
    )
    work.own_weeks.put_checks(replace(check, asked_at=now) for check in asked)
    return work.outbox.add(_question(check, at=now) for check in asked)


def week_behind(store: Store, token: str, *, now: datetime) -> WeekInQuestion:
    """Return whose week a link from the mail is about; nothing is changed.

    Raises:
        Unknown: if the link is nobody's.
        LinkEnded: if its person has ended it.
    """
    with store.read() as work:
        return _proven(work, token, now=now)


def keep_week(store: Store, token: str, *, now: datetime) -> WeekInQuestion:
    """Enter that the week still holds.

    Raises:
        Unknown, LinkEnded: as ``week_behind``.
    """
    with store.write() as work:
        found = _proven(work, token, now=now)
        confirm_week(work, found.email, now=now)
        return replace(found, right_since=now, is_stale=False)


def confirm_week(work: Work, email: str, *, now: datetime) -> None:
    """Note that a volunteer said, right now, that the week holds."""
    work.own_weeks.put_checks((WeekCheck(email, now),))
    subject = VOLUNTEER_PREFIX + email
    work.activities.add((Activity(now, email, "kept availability", subject),))


def note_change(
    work: Work,
    email: str,
    *,
    before: tuple[WeeklyAvailability, ...],
    timezone: str,
    now: datetime,
) -> None:
    """Note that a volunteer changed the week, which counts as a word that it is right.

    What held in the morning is kept; what was tried out during the day is not.
    """
    work.own_weeks.put_checks((WeekCheck(email, now),))
    today = local(now, timezone).date()
    kept = work.own_weeks.former(email)
    if not kept or local(kept[-1].ended_at, timezone).date() != today:
        work.own_weeks.add_former(FormerWeek(email, now, before))


def _proven(work: Work, token: str, *, now: datetime) -> WeekInQuestion:
    email = email_behind(work, WEEK_DOOR, token)
    volunteer = work.volunteers.get(email) if email else None
    if volunteer is None or not volunteer.is_active:
        raise Unknown("week", "behind this link")
    check = work.own_weeks.checks((volunteer.email,)).get(volunteer.email)
    check = check or WeekCheck(volunteer.email, now)
    return WeekInQuestion(volunteer.email, volunteer.name, check.right_since, check.is_stale(now))


def _question(check: WeekCheck, *, at: datetime) -> OutboxRow:
    return mail_to(
        check.email,
        "availability",
        purpose=STILL_RIGHT,
        at=at,
        revision=at.toordinal(),
        facts={"role": "volunteer"},
    )
