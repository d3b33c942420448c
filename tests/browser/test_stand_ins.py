"""The story of a stand-in: a drop-out from the mail, three asked, the second says yes."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from scheduler.domain.visits import Visit, VisitState
from scheduler.services.feeds import FeedSettings, feed_for
from scheduler.services.records import FeedKind
from tests.browser.district import KEY
from tests.browser.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
STEP_IN = re.compile(r"https?://[^/\s]+(/s/\S+)")
DROP_OUT = re.compile(r"https?://[^/\s]+(/v/\S+/cant)")


def unanswered(site: Served) -> Visit:
    """A visit some days ahead whose one guest has not answered yet."""
    return next(
        visit
        for visit in site.visits(VisitState.INVITED)
        if len(visit.volunteers) == 1 and visit.period.start - site.now > timedelta(days=3)
    )


def let_three_more_come(site: Served, visit: Visit) -> None:
    """Three friends of the guest's know the same things and are free at the same times."""
    with site.store.write() as work:
        (guest,) = work.volunteers.many(visit.volunteers).values()
        work.volunteers.put(
            replace(guest, email=f"{name.lower()}@friends.example", name=f"{name} Friend")
            for name in ("Ada", "Bela", "Cleo")
        )


def links_sent(site: Served, wanted: re.Pattern[str]) -> dict[str, str]:
    """Return by address the links of that kind that were sent, the latest of each person."""
    found = {}
    for sent in site.transport.sent:
        body = sent.message.get_body(("plain",))
        assert body is not None
        if link := wanted.search(body.get_content()):
            found[sent.recipient] = link[1]
    return found


def calendar_sent_to(site: Served, email: str) -> str:
    """Return the calendar part of somebody's latest mail that has one, unfolded."""
    for message in reversed(site.inbox(email)):
        for part in message.walk():
            if part.get_content_type() == "text/calendar":
                octets = part.get_payload(decode=True)
                assert isinstance(octets, bytes)
                return octets.decode().replace("\r\n ", "")
    raise AssertionError("No mail with a calendar part came.")


def subscribed(site: Served, teacher: str) -> str:
    """Return the address of the teacher's calendar."""
    settings = FeedSettings(KEY, site.address)
    feed = feed_for(site.store, kind=FeedKind.TEACHER, owner=teacher, settings=settings)
    return settings.address_of(feed)


def entry_of(visit: Visit, calendar: str) -> str:
    """Return what an unfolded calendar says of a visit; nothing where it is not in there."""
    entries = calendar.split("BEGIN:VEVENT")[1:]
    return next((entry for entry in entries if f"UID:{visit.uid}" in entry), "")


def test_first_yes_has_the_place_and_the_calendar_keeps_its_entry(
    browser: Browser, fresh_site: Served
) -> None:
    visit = unanswered(fresh_site)
    (guest,) = visit.volunteers
    with fresh_site.store.read() as work:
        request = work.requests.get(visit.request)
        guest_name = work.people.many((guest,))[guest].name
    assert request is not None
    teacher, address = request.teacher_email, subscribed(fresh_site, request.teacher_email)
    let_three_more_come(fresh_site, visit)
    with closing(fresh_site.context(browser)) as window:
        page = window.new_page()

        def in_the_feed() -> str:
            fetched = page.request.get(address).text()
            return entry_of(visit, fetched.replace("\r\n ", ""))

        page.goto(fresh_site.answer_path(visit))
        page.get_by_role("button", name="Yes, ").click()
        page.get_by_role("heading", name="You are coming").wait_for()
        fresh_site.tick()
        assert guest_name in in_the_feed()
        page.goto(links_sent(fresh_site, DROP_OUT)[guest])
        page.get_by_role("button", name="Tell them I can’t come").click()
        page.get_by_role("heading", name="You said no").wait_for()
        fresh_site.tick()
        links = links_sent(fresh_site, STEP_IN)
        assert len(links) == 3
        first, second, third = links
        page.goto(links[second])
        page.get_by_role("button", name="Yes, I step in").click()
        page.get_by_role("heading", name="You are coming").wait_for()
        for late in (first, third):
            page.goto(links[late])
            assert page.get_by_role("heading", name="Somebody was found already").is_visible()
        fresh_site.tick()
        with fresh_site.store.read() as work:
            name = work.people.many((second,))[second].name
            (standing,) = work.visits.many((visit.uid,)).values()
        for calendar in (calendar_sent_to(fresh_site, teacher), in_the_feed()):
            for line in (
                f"UID:{visit.uid}",
                name,
                "STATUS:CONFIRMED",
                f"SEQUENCE:{standing.sequence}",
            ):
                assert line in calendar
            assert guest_name not in calendar
