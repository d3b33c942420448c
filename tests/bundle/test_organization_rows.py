"""Places and contacts of organizations in a bundle: their own files, only where there are any."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.bundle.changes import Change, changes
from scheduler.bundle.values import Bundle
from scheduler.domain.districts import Contact, Coordinates, Site
from tests.bundle import sample
from tests.bundle.test_writing import exported

CONTACTS = """\
organization,name,role,email,phone
robots,Zoe Park,,zoe@robots.example,416 555 0100
robots,"Abel, J.",Head of people,hello@robots.example,
"""
SITES = """\
organization,name,address,postal_code,latitude,longitude
robots,Works,2 Bay Street,M5V 2T6,43.6,-79.4
robots,Yard,,,,
"""
ZOE = Contact("Zoe Park", email="zoe@robots.example", phone="416 555 0100")
ABEL = Contact("Abel, J.", "Head of people", "hello@robots.example")


@pytest.fixture
def known(tmp_path: Path) -> Bundle:
    """Return the district of the sample with places and contacts."""
    files = sample.changed(organization_contacts=CONTACTS, organization_sites=SITES)
    return sample.merged(tmp_path / "known", files)


def test_they_are_read_in_the_order_of_their_rows(known: Bundle) -> None:
    assert known.organizations is not None
    robots = known.organizations["robots"]
    assert robots.contacts == (ZOE, ABEL)
    assert robots.everybody_to_ask == (ABEL, ZOE)
    works = Site("Works", "2 Bay Street", "M5V 2T6", Coordinates(43.6, -79.4))
    assert robots.sites == (works, Site("Yard"))


def test_they_are_written_as_they_were_read(tmp_path: Path, known: Bundle) -> None:
    files = exported(tmp_path / "out", known)
    assert files["organization_contacts.csv"].decode() == CONTACTS
    assert files["organization_sites.csv"].decode() == SITES


def test_district_without_any_is_written_as_ever(tmp_path: Path) -> None:
    bundle = sample.merged(tmp_path / "in", sample.WHOLE)
    assert set(exported(tmp_path / "out", bundle)) == set(sample.WHOLE)


def test_rows_replace_what_the_organization_had_and_silence_keeps_it(
    tmp_path: Path, known: Bundle
) -> None:
    only_abel = CONTACTS.splitlines()[0] + "\n" + CONTACTS.splitlines()[2] + "\n"
    after = sample.merged(tmp_path / "more", {"organization_contacts.csv": only_abel}, over=known)
    assert after.organizations is not None
    assert known.organizations is not None
    assert after.organizations["robots"].contacts == (ABEL,)
    assert after.organizations["robots"].sites == known.organizations["robots"].sites
    (change,) = changes(known, after)
    assert change == Change(
        "organization",
        "robots",
        "contacts",
        "Zoe Park zoe@robots.example 416 555 0100; Abel, J. Head of people hello@robots.example",
        "Abel, J. Head of people hello@robots.example",
    )


def test_row_of_an_organization_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    files = sample.changed(organization_sites=SITES.replace("robots,Yard", "robot,Yard"))
    assert sample.problems(tmp_path, files) == [
        "organization_sites.csv, row 3, column organization:"
        " There is no organization “robot” in organizations.csv."
    ]
