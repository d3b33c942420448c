"""What the doctor looks at: each check is one function that says ok, or what to do."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from importlib.metadata import version
from typing import TypeVar

from sqlalchemy.exc import DatabaseError

from scheduler.cli.database_words import database_sentence, is_out_of_reach
from scheduler.cli.refusals import sentence_of
from scheduler.domain.errors import OutOfReach, WrongTables
from scheduler.factory import Wiring
from scheduler.jobs.timetable import LEASE, LEASE_LASTS
from scheduler.mail.transports import SmtpTransport
from scheduler.services.ports import CalendarHealth, OutboxState
from scheduler.services.vital_signs import VitalSigns, take_vital_signs
from scheduler.storage import database

# A timer that runs ``jobs --once`` may leave this long between two runs.
SILENCE = timedelta(minutes=15)
MOST_APART = timedelta(seconds=5)
NEVER = timedelta()
HOURS_FROM_MINUTES = 120
State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    is_well: bool
    words: str


def examine(wiring: Wiring) -> tuple[Finding, ...]:
    """Return what was found, database first; the rest needs a database that is up to date."""
    found = list(_database(wiring))
    is_reachable = all(finding.is_well for finding in found)
    if is_reachable:
        found += (_district(wiring), _jobs(wiring), *_mail_and_counts(wiring))
    return (*found, _zones(), _clock(wiring, is_reachable=is_reachable), *_secrets(wiring))


def _database(wiring: Wiring) -> Iterator[Finding]:
    url = wiring.settings.database_url
    try:
        database.require_tables(url)
        sentences = database.problems(url)
    except (OutOfReach, WrongTables) as refusal:
        sentences = (sentence_of(refusal),)
    except DatabaseError as failure:
        if not is_out_of_reach(failure):
            raise
        sentences = (database_sentence(failure),)
    if not sentences:
        yield Finding("database", True, "sound, every table up to date")
    for sentence in sentences:
        yield Finding("database", False, sentence)


def _district(wiring: Wiring) -> Finding:
    with wiring.store.read() as work:
        district = work.districts.get()
    if district is None:
        return Finding("district", False, "none yet: run visitbell import FOLDER")
    return Finding("district", True, f"{district.name}, {district.timezone}")


def _jobs(wiring: Wiring) -> Finding:
    with wiring.store.read() as work:
        until = work.leases.seen(LEASE)
    if until is None:
        return Finding("jobs", True, "never ran: keep visitbell jobs running")
    if datetime.now(UTC) > until + SILENCE:
        return Finding(
            "jobs", False, f"last seen {until:%Y-%m-%d %H:%M} UTC: start visitbell jobs again"
        )
    if datetime.now(UTC) > until + LEASE_LASTS:
        return Finding("jobs", True, f"last seen {until:%Y-%m-%d %H:%M} UTC")
    return Finding("jobs", True, "running")


def _mail_and_counts(wiring: Wiring) -> Iterator[Finding]:
    signs = take_vital_signs(wiring.store, now=wiring.clock(), lease_now=datetime.now(UTC))
    yield _mail(wiring, signs)
    counts = signs.counts
    yield Finding("requests", True, _listed(counts.requests) or "none yet")
    yield Finding("visits", True, _listed(counts.visits) or "none yet")
    failing = counts.calendars[CalendarHealth.FAILING]
    words = _listed(counts.calendars) or "none given"
    advice = "; their volunteers' pages say why" if failing else ""
    yield Finding("busy calendars", True, f"{words}{advice}")
    runs = (f"{state} {_ago(age)}" for state, age in signs.run_age.items())
    yield Finding("proposals", True, ", ".join(runs) or "never asked for")


def _mail(wiring: Wiring, signs: VitalSigns) -> Finding:
    if not _takes_mail(wiring):
        return Finding("mail", False, "nobody takes it: look at VISITBELL_MAIL_URL")
    mails = signs.counts.mails
    words = _listed(mails) or "nothing written yet"
    if signs.due_age:
        words += f", the first due {_ago(signs.due_age)}"
    if mails[OutboxState.FAILED]:
        return Finding("mail", False, f"{words}: see who could not be reached")
    return Finding("mail", True, words)


def _listed(number_by_state: Mapping[State, int]) -> str:
    return ", ".join(f"{number} {state}" for state, number in number_by_state.items() if number)


def _ago(age: timedelta) -> str:
    minutes = max(round(age.total_seconds() / 60), 0)
    if minutes < HOURS_FROM_MINUTES:
        return f"{minutes} minutes ago"
    return f"{round(minutes / 60)} hours ago"


def _takes_mail(wiring: Wiring) -> bool:
    transport = wiring.transport
    if not isinstance(transport, SmtpTransport):
        return True
    try:
        with transport.connect():
            return True
    except OSError:
        return False


def _zones() -> Finding:
    return Finding("time zones", True, f"tzdata {version('tzdata')}")


def _clock(wiring: Wiring, *, is_reachable: bool) -> Finding:
    now = datetime.now(UTC)
    apart = abs(database.clock_of(wiring.settings.database_url) - now) if is_reachable else NEVER
    if apart > MOST_APART:
        seconds = round(apart.total_seconds())
        return Finding("clock", False, f"{seconds} seconds from the database's: set both by NTP")
    return Finding("clock", True, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _secrets(wiring: Wiring) -> Iterator[Finding]:
    for name in ("secret_key", "feed_key"):
        path = wiring.settings.instance / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(name, False, f"others can read it: chmod 600 {path}")
        else:
            yield Finding(name, True, "kept from others")
