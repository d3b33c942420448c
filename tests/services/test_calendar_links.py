"""Calendar addresses: whose they are, when they come into being, and who may change them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.errors import Unknown
from scheduler.domain.people import RoleName
from scheduler.services.access import Actor
from scheduler.services.calendar_links import (
    CalendarLink,
    FeedChoices,
    calendar_links,
    change_link,
    end_link,
    end_lost_links,
    feed_of_key,
    make_link,
    own_feed,
    renew_link,
)
from scheduler.services.feed_answers import answer
from scheduler.services.feeds import FeedSettings
from scheduler.services.ports import Store
from tests.actors import AMARA, LENA, OLIVE, VERA
from tests.builders import NOW, TEACHER, VOLUNTEER, a_person, a_school, an_organization
from tests.outside.ics_reading import read
from tests.small_district import OFFICE

SETTINGS = FeedSettings(b"f" * 32, "https://visits.example")


def links(store: Store, actor: Actor) -> tuple[CalendarLink, ...]:
    return calendar_links(store, actor=actor, settings=SETTINGS)


def keys(store: Store, actor: Actor) -> list[tuple[str, str, str]]:
    return [(str(link.kind), link.owner, link.place) for link in links(store, actor)]


def made(store: Store, actor: Actor, kind: str, owner: str) -> CalendarLink:
    make_link(store, kind, owner, actor=actor, settings=SETTINGS)
    (link,) = (each for each in links(store, actor) if (each.kind, each.owner) == (kind, owner))
    return link


def fetched(store: Store, link: CalendarLink) -> bytes:
    token = link.address.removeprefix("https://visits.example/cal/").removesuffix(".ics")
    octets = answer(store, token, settings=SETTINGS, now=NOW).octets
    assert octets is not None
    return octets


def put_zone_and_contact(store: Store) -> None:
    with store.write() as work:
        work.districts.put_schools((a_school(zone="North"),))
        work.districts.put_organizations((an_organization(contact_email="Boss@robots.example"),))


def test_looking_makes_no_address(small_district: Store) -> None:
    assert {link.address for link in links(small_district, AMARA)} == {""}
    assert links(small_district, AMARA) == links(small_district, AMARA)


def test_each_role_has_its_calendars(small_district: Store) -> None:
    put_zone_and_contact(small_district)
    boss = Actor("boss@robots.example", "Bo Oss")
    assert keys(small_district, AMARA) == [
        ("volunteer", VOLUNTEER, ""),
        ("busy", VOLUNTEER, ""),
    ]
    assert keys(small_district, LENA) == [
        ("teacher", TEACHER, ""),
        ("busy", TEACHER, ""),
        ("class", "maple-5a", "5A"),
    ]
    assert keys(small_district, OLIVE) == [
        ("school", "maple", "Maple School"),
        ("office", "maple", "Maple School"),
    ]
    assert keys(small_district, boss) == [("organization", "robots", "Robots & Co")]
    assert keys(small_district, VERA) == [("zone", "North", "North")]
    coordinator = replace(VERA, is_viewer=False, is_coordinator=True)
    assert keys(small_district, coordinator) == [("zone", "North", "North"), ("public", "", "")]


def test_who_has_no_role_has_no_calendar(small_district: Store) -> None:
    assert keys(small_district, Actor("nobody@schools.example", "No Body")) == []
    assert keys(small_district, Actor("", "")) == []


def test_address_that_was_made_opens_the_feed_and_stays(small_district: Store) -> None:
    first = made(small_district, OLIVE, "school", "maple")
    assert made(small_district, OLIVE, "school", "maple") == first
    assert b"Robots around us" in fetched(small_district, first)


def test_two_people_of_one_office_have_addresses_of_their_own(small_district: Store) -> None:
    with small_district.write() as work:
        work.people.put((a_person(RoleName.OFFICE, email="otto@schools.example", name="Otto"),))
    otto = replace(OLIVE, email="otto@schools.example")
    hers, his = (made(small_district, who, "school", "maple") for who in (OLIVE, otto))
    assert hers.address != his.address
    end_link(small_district, "school", "maple", actor=OLIVE)
    assert b"Robots around us" in fetched(small_district, his)


def test_renewed_address_differs_and_is_of_the_same_calendar(small_district: Store) -> None:
    old = made(small_district, AMARA, "volunteer", VOLUNTEER)
    renew_link(small_district, "volunteer", VOLUNTEER, actor=AMARA, settings=SETTINGS, now=NOW)
    (new, _) = links(small_district, AMARA)
    assert old.address != new.address
    assert old.feed is not None
    assert new.feed == replace(old.feed, generation=2)


def test_ended_calendar_is_answered_like_one_that_never_was(small_district: Store) -> None:
    link = made(small_district, AMARA, "volunteer", VOLUNTEER)
    told = []
    end_link(small_district, "volunteer", VOLUNTEER, actor=AMARA)
    for address in (link, replace(link, address="https://visits.example/cal/never.ics")):
        with pytest.raises(Unknown) as refusal:
            fetched(small_district, address)
        told.append(str(refusal.value))
    assert told[0] == told[1]
    again = made(small_district, AMARA, "volunteer", VOLUNTEER)
    assert again.address != link.address


class TestChoices:
    def test_they_change_what_the_same_address_says(self, small_district: Store) -> None:
        link = made(small_district, AMARA, "volunteer", VOLUNTEER)
        before = read(fetched(small_district, link)).named("VEVENT")[0]
        chosen = FeedChoices(language="fr", alarm_minutes=1440)
        change_link(small_district, "volunteer", VOLUNTEER, chosen, actor=AMARA)
        after = read(fetched(small_district, link)).named("VEVENT")[0]
        assert before.parts == []
        (alarm,) = after.parts
        assert (alarm.value("ACTION"), alarm.value("TRIGGER")) == ("DISPLAY", "-P1D")
        assert after.value("SUMMARY").startswith("Visite : ")
        assert after.value("LAST-MODIFIED") > before.value("LAST-MODIFIED")
        assert after.value("SEQUENCE") == before.value("SEQUENCE")

    def test_only_certain_visits_are_shown_if_that_is_wanted(self, small_district: Store) -> None:
        link = made(small_district, OLIVE, "school", "maple")
        choices = FeedChoices(certain_only=True)
        change_link(small_district, "school", "maple", choices, actor=OLIVE)
        assert b"VEVENT" not in fetched(small_district, link)

    def test_what_is_not_offered_is_refused(self, small_district: Store) -> None:
        made(small_district, AMARA, "volunteer", VOLUNTEER)
        for choices in (FeedChoices(language="tlh"), FeedChoices(alarm_minutes=7)):
            with pytest.raises(Unknown):
                change_link(small_district, "volunteer", VOLUNTEER, choices, actor=AMARA)

    def test_public_is_shown_certain_visits_alone_whatever_is_chosen(
        self, small_district: Store
    ) -> None:
        with small_district.write() as work:
            work.people.put((a_person(RoleName.COORDINATOR, email="c@x.example", name="C"),))
        coordinator = Actor("c@x.example", "C", is_coordinator=True)
        made(small_district, coordinator, "public", "")
        change_link(small_district, "public", "", FeedChoices(), actor=coordinator)
        assert own_feed(small_district, "public", "", actor=coordinator).certain_only


def test_who_lost_a_role_loses_its_calendar(small_district: Store) -> None:
    kept = made(small_district, AMARA, "volunteer", VOLUNTEER)
    lost = made(small_district, OLIVE, "school", "maple")
    assert end_lost_links(small_district) == 0
    with small_district.write() as work:
        work.people.put((a_person(RoleName.TEACHER, email=OFFICE, name="Olive Stone"),))
    assert end_lost_links(small_district) == 1
    assert fetched(small_district, kept)
    with pytest.raises(Unknown):
        fetched(small_district, lost)


def test_who_left_has_no_calendar_from_that_moment(small_district: Store) -> None:
    link = made(small_district, OLIVE, "school", "maple")
    with small_district.write() as work:
        gone = a_person(RoleName.OFFICE, email=OFFICE, name="Olive Stone", is_active=False)
        work.people.put((gone,))
    with pytest.raises(Unknown):
        fetched(small_district, link)


@pytest.mark.parametrize(
    ("kind", "owner"),
    [
        ("volunteer", TEACHER),
        ("teacher", VOLUNTEER),
        ("busy", TEACHER),
        ("class", "maple-5a"),
        ("school", "maple"),
        ("office", "maple"),
        ("organization", "robots"),
        ("zone", "North"),
        ("public", ""),
        ("school", VOLUNTEER),
        ("", ""),
    ],
)
def test_calendar_of_somebody_else_is_unknown(small_district: Store, kind: str, owner: str) -> None:
    put_zone_and_contact(small_district)
    with pytest.raises(Unknown):
        make_link(small_district, kind, owner, actor=AMARA, settings=SETTINGS)
    with pytest.raises(Unknown):
        renew_link(small_district, kind, owner, actor=AMARA, settings=SETTINGS, now=NOW)
    with pytest.raises(Unknown):
        end_link(small_district, kind, owner, actor=AMARA)
    with pytest.raises(Unknown):
        change_link(small_district, kind, owner, FeedChoices(), actor=AMARA)


def test_feed_is_shown_to_its_holder_alone(small_district: Store) -> None:
    link = made(small_district, OLIVE, "school", "maple")
    assert link.feed is not None
    assert feed_of_key(small_district, link.feed.key, actor=OLIVE) == link.feed
    for stranger in (AMARA, Actor.operator()):
        with pytest.raises(Unknown):
            feed_of_key(small_district, link.feed.key, actor=stranger)
