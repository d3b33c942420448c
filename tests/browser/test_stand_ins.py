"""The story of a stand-in: a drop-out from the mail, three asked, the second says yes."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from scheduler.domain.visits import Visit, VisitState
from tests.browser.serving import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
STEP_IN = re.compile(r"https?://[^/\s]+(/s/\S+)")


def certain(site: Served) -> Visit:
    """A confirmed visit some days ahead."""
    return next(
        visit
        for visit in site.visits(VisitState.CONFIRMED)
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


def links_sent(site: Served, since: int) -> dict[str, str]:
    """Return by address the links of the questions that were sent since then."""
    found = {}
    for sent in site.transport.sent[since:]:
        body = sent.message.get_body(("plain",))
        assert body is not None
        if link := STEP_IN.search(body.get_content()):
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


def test_first_yes_has_the_place_and_the_calendar_keeps_its_entry(
    browser: Browser, fresh_site: Served
) -> None:
    visit = certain(fresh_site)
    let_three_more_come(fresh_site, visit)
    before = len(fresh_site.transport.sent)
    with closing(fresh_site.context(browser)) as window:
        page = window.new_page()
        page.goto(fresh_site.answer_path(visit))
        page.get_by_text("No, I can’t come after all").click()
        page.get_by_role("button", name="Tell them I can’t come").click()
        page.get_by_role("heading", name="You said no").wait_for()
        fresh_site.tick()
        links = links_sent(fresh_site, before)
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
        request = work.requests.get(visit.request)
        name = work.people.many((second,))[second].name
    assert request is not None
    calendar = calendar_sent_to(fresh_site, request.teacher_email)
    for line in (f"UID:{visit.uid}", name, "STATUS:CONFIRMED", f"SEQUENCE:{visit.sequence + 2}"):
        assert line in calendar
