"""A page reads at one moment: its use cases share a reader until one of them writes."""

from __future__ import annotations

import pytest

from scheduler.domain.errors import Unknown
from scheduler.services.one_moment import OneMoment
from scheduler.services.ports import Store
from tests.builders import a_person, a_school


def test_readers_of_one_page_share_what_was_read(small_district: Store) -> None:
    page = OneMoment(small_district)
    with page.read() as first:
        schools = first.districts.schools()
    with page.read() as second:
        assert second is first
        assert second.districts.schools() is schools
    page.close()


def test_page_does_not_see_what_others_write_meanwhile(small_district: Store) -> None:
    page = OneMoment(small_district)
    with page.read() as work:
        before = work.people.all()
    with small_district.write() as work:
        work.people.put((a_person(email="new@schools.example"),))
    with page.read() as work:
        assert work.people.all() == before
    page.close()
    with page.read() as work:
        assert "new@schools.example" in work.people.all()
    page.close()


def test_after_its_own_write_a_page_reads_what_was_written(small_district: Store) -> None:
    page = OneMoment(small_district)
    with page.read() as work:
        known = work.districts.schools()
    with page.write() as work:
        work.districts.put_schools((a_school(key="new"),))
    with page.read() as work:
        assert set(work.districts.schools()) == {*known, "new"}
    page.close()


def test_reader_around_a_write_stays_as_it_was(small_district: Store) -> None:
    page = OneMoment(small_district)
    with page.read() as work:
        known = work.people.all()
        with page.write() as other:
            other.people.put((a_person(email="new@schools.example"),))
        assert work.people.all() == known
    with page.read() as work:
        assert "new@schools.example" in work.people.all()
    page.close()


def test_after_an_error_a_page_reads_anew(small_district: Store) -> None:
    page = OneMoment(small_district)
    with pytest.raises(Unknown), page.read() as failed:
        raise Unknown("school", "elm")
    with page.read() as work:
        assert work is not failed
        assert work.districts.get() is not None
    page.close()
