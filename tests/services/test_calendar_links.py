"""Calendar addresses: whose they are, when they come into being, and who may replace them."""

from __future__ import annotations

import pytest

from scheduler.domain.errors import Unknown
from scheduler.services.access import Actor
from scheduler.services.calendar_links import CalendarLink, calendar_links, make_link, renew_link
from scheduler.services.feeds import FeedSettings, render
from scheduler.services.ports import Store
from scheduler.services.records import FeedKind
from tests.builders import NOW, TEACHER, VOLUNTEER
from tests.small_district import OFFICE

SETTINGS = FeedSettings(b"f" * 32, "https://visits.example")
AMARA = Actor(VOLUNTEER, "Amara Okafor", is_volunteer=True)
OLIVE = Actor(OFFICE, "Olive Stone", office_of=("maple",))


def links(store: Store, actor: Actor) -> tuple[CalendarLink, ...]:
    return calendar_links(store, actor=actor, settings=SETTINGS)


def test_looking_makes_no_address(small_district: Store) -> None:
    assert links(small_district, AMARA) == (CalendarLink(FeedKind.VOLUNTEER, VOLUNTEER),)


def test_each_role_has_a_calendar(small_district: Store) -> None:
    both = Actor(TEACHER, "Lena", is_teacher=True, is_volunteer=True, office_of=("maple",))
    assert links(small_district, both) == (
        CalendarLink(FeedKind.VOLUNTEER, TEACHER),
        CalendarLink(FeedKind.TEACHER, TEACHER),
        CalendarLink(FeedKind.SCHOOL, "maple", "Maple School"),
    )


def test_coordinator_has_no_calendar_of_their_own(small_district: Store) -> None:
    assert links(small_district, Actor.operator()) == ()


def test_address_that_was_made_opens_the_feed_and_stays(small_district: Store) -> None:
    for _ in range(2):
        make_link(small_district, "school", "maple", actor=OLIVE, settings=SETTINGS)
    (link,) = links(small_district, OLIVE)
    token = link.address.removeprefix("https://visits.example/cal/").removesuffix(".ics")
    feed = render(small_district, token, settings=SETTINGS, now=NOW)
    assert b"Robots around us" in feed.octets


def test_renewed_address_differs(small_district: Store) -> None:
    make_link(small_district, "volunteer", VOLUNTEER, actor=AMARA, settings=SETTINGS)
    (old,) = links(small_district, AMARA)
    renew_link(small_district, "volunteer", VOLUNTEER, actor=AMARA, settings=SETTINGS, now=NOW)
    (new,) = links(small_district, AMARA)
    assert old.address != new.address


@pytest.mark.parametrize(
    ("kind", "owner"),
    [
        ("volunteer", TEACHER),
        ("teacher", VOLUNTEER),
        ("school", "maple"),
        ("school", VOLUNTEER),
        ("", ""),
    ],
)
def test_calendar_of_somebody_else_is_unknown(small_district: Store, kind: str, owner: str) -> None:
    with pytest.raises(Unknown):
        make_link(small_district, kind, owner, actor=AMARA, settings=SETTINGS)
    with pytest.raises(Unknown):
        renew_link(small_district, kind, owner, actor=AMARA, settings=SETTINGS, now=NOW)
