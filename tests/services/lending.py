"""A volunteer who lends calendars: the deeds and the files that tests of it share."""

from __future__ import annotations

from datetime import date

from scheduler.domain.busy_calendars import BusyCalendar, Trust
from scheduler.services.busy_calendars import (
    add_address,
    add_file,
    my_calendars,
    refresh_due,
)
from scheduler.services.ports.fetching import Fetched, FetchFailed, Validators
from tests.actors import AMARA
from tests.builders import TORONTO, period
from tests.calendars.files import a_file, an_event, at
from tests.services.world import World

ADDRESS = "https://calendar.example/amara.ics"
# The request's hour, 8 December 10:40 to 11:30 in Toronto.
CLASH = an_event(at("20261208T154000Z", "20261208T163000Z"), "SUMMARY:Dentist", uid="clash")
ELSEWHEN = an_event(at("20261209T154000Z", "20261209T163000Z"), uid="elsewhen")
BUSY_THEN = (period("2026-12-08 10:40-11:30"),)
BUSY_ELSEWHEN = (period("2026-12-09 10:40-11:30"),)
VERSION = Validators('"v1"', "Sat, 21 Nov 2026 14:00:00 GMT")
LAST_DAY = date(2027, 12, 26)
DOWN = FetchFailed("The site did not answer.")


def lend(world: World, *events: str, address: str = ADDRESS) -> BusyCalendar:
    world.web.answer_by_address[address] = Fetched(a_file(*events), VERSION)
    return add_address(world.store, address, actor=AMARA, now=world.now, fetch=world.web)


def lend_file(world: World, *events: str) -> BusyCalendar:
    return add_file(world.store, a_file(*events), actor=AMARA, now=world.now)


def now_answers(world: World, answer: Fetched | FetchFailed | None) -> None:
    world.web.answer_by_address[ADDRESS] = answer


def refresh(world: World) -> int:
    return refresh_due(world.store, fetch=world.web, clock=lambda: world.now)


def the_calendar(world: World) -> BusyCalendar:
    (calendar,) = my_calendars(world.store, actor=AMARA)
    return calendar


def trust(world: World) -> Trust:
    return the_calendar(world).trust(world.now, TORONTO)


def proposed(world: World) -> bool:
    world.propose()
    return world.proposal() is not None
