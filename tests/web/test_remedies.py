"""What would solve a request that nobody fits: told on the board, carried out, taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from xml.etree.ElementTree import Element

import pytest

from scheduler.domain.proposals import ProposalState
from scheduler.domain.volunteers import Format
from scheduler.services.asking import reference_of
from scheduler.services.ports import Store
from tests.builders import (
    COORDINATOR,
    NOW,
    VOLUNTEER,
    a_clearance,
    a_volunteer,
)
from tests.small_district import VIEWER
from tests.web.conftest import Visitor, main_text, parsed

SignIn = Callable[[str], Visitor]
BOARD = "/proposals"


def undo_fields(page: Element) -> dict[str, str]:
    """Return what the undo beside the last message sends."""
    for form in page.iter("form"):
        if (form.get("action") or "").partition("?")[0].endswith(("/undo", "/unsolve")):
            return {box.get("name") or "": box.get("value") or "" for box in form.iter("input")}
    raise AssertionError("Nothing can be taken back.")


@pytest.fixture
def nobody_fits(proposed: Store) -> Store:
    """Return the district with the request open, and its volunteers too far away to come."""
    with proposed.write() as work:
        request = work.requests.get("bridges")
        assert request is not None
        work.requests.put((replace(request, format=Format.IN_PERSON),))
        work.volunteers.put(
            replace(each, limits=replace(each.limits, max_km=0.001))
            for each in work.volunteers.all().values()
        )
        work.proposals.remove(("bridges",))
    return proposed


def remedies_on(page: Element) -> dict[str, dict[str, str]]:
    """Return the fields of the form behind each remedy that can be carried out, by its kind."""
    found = {}
    for form in page.iter("form"):
        if (form.get("action") or "").endswith("/solve"):
            fields = {box.get("name") or "": box.get("value") or "" for box in form.iter("input")}
            found[fields["kind"]] = fields
    return found


def test_remedy_carried_out_yields_a_match(nobody_fits: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    path = f"{BOARD}/bridges"
    page = visitor.page(path)
    said = main_text(page)
    assert "Nobody who fits can get there" in said
    assert "What would solve it" in said
    assert "Make it a video call" in said
    fields = remedies_on(page)["virtual"]
    answer = visitor.send(f"{path}/solve", fields, on=path)
    assert answer.status_code == 303
    said = main_text(visitor.page(path))
    assert "Done. 1 speaker could come now. We tell Omar Haddad at 09:10." in said
    assert "Amara Okafor" in said
    with nobody_fits.read() as work:
        found, request = work.proposals.get("bridges"), work.requests.get("bridges")
    assert found is not None
    assert found.state is ProposalState.PENDING
    assert request is not None
    assert request.format is Format.VIRTUAL


def test_who_would_fit_is_asked_to_renew_from_the_board(
    nobody_fits: Store, signed_in_as: SignIn
) -> None:
    ended = a_clearance(expires=NOW.date() - timedelta(days=20))
    with nobody_fits.write() as work:
        work.volunteers.put((a_volunteer(clearances=(ended,)),))
    visitor, path = signed_in_as(COORDINATOR), f"{BOARD}/bridges"
    renew = f"/volunteers/{reference_of(VOLUNTEER)}/clearances/renew"
    assert [f.get("action") for f in visitor.page(path).iter("form")].count(renew) == 1
    answer = visitor.send(renew, {"request": "bridges"}, on=path)
    assert (answer.status_code, answer.location) == (303, path)
    assert "We ask Amara Okafor to renew the clearance." in main_text(visitor.page(path))


def test_remedy_is_taken_back_with_one_button(nobody_fits: Store, signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    path = f"{BOARD}/bridges"
    visitor.send(f"{path}/solve", remedies_on(visitor.page(path))["virtual"], on=path)
    visitor.send(f"{path}/unsolve", undo_fields(visitor.page(path)), on=path)
    said = main_text(visitor.page(path))
    assert "Taken back. Everything is as it was, and nobody was told." in said
    with nobody_fits.read() as work:
        request = work.requests.get("bridges")
        assert work.proposals.get("bridges") is None
    assert request is not None
    assert request.format is Format.IN_PERSON


def test_remedy_that_no_longer_helps_is_not_carried_out(
    nobody_fits: Store, signed_in_as: SignIn
) -> None:
    visitor = signed_in_as(COORDINATOR)
    path = f"{BOARD}/bridges"
    fields = remedies_on(visitor.page(path))["virtual"]
    with nobody_fits.write() as work:
        work.volunteers.put(replace(each, clearances=()) for each in work.volunteers.all().values())
    refused = visitor.send(f"{path}/solve", fields, on=path)
    assert refused.status_code == 409
    assert "This no longer helps" in main_text(parsed(refused.text))
    bad_start = {**fields, "start": "tomorrow"}
    assert visitor.send(f"{path}/solve", bad_start, on=path).status_code == 400


@pytest.mark.usefixtures("nobody_fits")
def test_viewers_see_remedies_but_change_nothing(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(VIEWER)
    path = f"{BOARD}/bridges"
    page = visitor.page(path)
    assert "Make it a video call" in main_text(page)
    assert remedies_on(page) == {}
    assert visitor.send(f"{path}/solve", {"agreed": "yes"}, on=BOARD).status_code == 404


@pytest.mark.usefixtures("nobody_fits")
def test_one_person_is_held_against_the_request(signed_in_as: SignIn) -> None:
    visitor = signed_in_as(COORDINATOR)
    path = f"{BOARD}/bridges"
    said = main_text(visitor.page(f"{path}?person=amara"))
    assert "Amara Okafor cannot come." in said
    assert "Too far away" in said
    assert "We know no active volunteer" in main_text(visitor.page(f"{path}?person=zzz"))
    assert "Who do you mean?" in main_text(visitor.page(f"{path}?person=o"))
