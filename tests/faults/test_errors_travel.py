"""An error that happens in another process arrives as what it was, facts and all."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest

import scheduler
from scheduler.calendars.errors import CalendarUnreadable
from scheduler.domain import errors
from scheduler.domain.assignments import Finding
from scheduler.domain.calendar_addresses import AddressRefused
from scheduler.mail.incoming import MailUnreadable
from scheduler.mail.mailboxes import MailboxAway
from scheduler.mail.refusals import MailRefused
from scheduler.services.busy_reading import CalendarNotTaken
from scheduler.services.joining import TooManyAsked
from scheduler.services.ports.fetching import FetchFailed
from scheduler.services.school_time_reading import FileNotTaken

FINDINGS = (Finding("travel_time", False, {"minutes": 40}),)
EVERY_ERROR = (
    errors.SchedulerError("A sentence."),
    errors.InvalidPeriod("It ends before it begins."),
    errors.UnknownZone("Mars/Olympus"),
    errors.Unknown("visit", "v1"),
    errors.NotAllowed("move visits"),
    errors.IllegalTransition(subject="visit", state="cancelled", step="moved"),
    errors.ConstraintViolated("The new time", FINDINGS),
    errors.DoubleBooked("room 12"),
    errors.Outrun(),
    errors.ChangedMeanwhile(by="Sam Roy"),
    errors.LeaseLost(),
    errors.LinkEnded("ana@example.org"),
    errors.WrongTables(present="", needed="0016"),
    errors.WrongTables(present="0017", needed="0016", is_newer=True),
    errors.OutOfReach(),
    errors.OutOfReach(is_full=True),
    errors.SolverFailed("A rule is broken."),
    errors.SearchStopped(),
    errors.InfeasibleProblem("Two visits, one room."),
    errors.BadInput((errors.Problem("requests.csv", 3, "windows", "No."),)),
    AddressRefused("No."),
    CalendarNotTaken("No."),
    CalendarUnreadable("No."),
    FetchFailed("The site did not answer."),
    FileNotTaken("No."),
    MailboxAway("The mailbox cannot be read."),
    MailRefused(450, b"Later", is_permanent=False),
    MailUnreadable("No."),
    TooManyAsked(),
)


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
def test_error_arrives_with_its_sentence_and_its_facts(error: errors.SchedulerError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert (type(arrived), str(arrived)) == (type(error), str(error))
    assert (arrived.args, vars(arrived)) == (error.args, vars(error))


def test_no_error_is_left_out() -> None:
    for module in walk_packages(scheduler.__path__, "scheduler."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)
    assert set(_kinds(errors.SchedulerError)) == {type(error) for error in EVERY_ERROR}


def _kinds(kind: type[errors.SchedulerError]) -> Iterator[type[errors.SchedulerError]]:
    if kind.__module__.startswith("scheduler."):
        yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
