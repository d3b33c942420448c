"""A bundle adds and changes; what it does not name stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from scheduler.bundle.values import Bundle
from scheduler.domain.availability import WeeklyAvailability
from scheduler.domain.periods import DateRange
from scheduler.domain.requests import RequestState
from scheduler.domain.schooldays import Closure
from scheduler.domain.volunteers import Volunteer
from tests.bundle import sample

AMARA, NOOR = "amara@robots.example", "noor@example.org"


@pytest.fixture
def existing(tmp_path: Path) -> Bundle:
    """Return the sample district as it is after a first import."""
    return sample.merged(tmp_path / "existing", sample.WHOLE)


def volunteer(bundle: Bundle, email: str) -> Volunteer:
    assert bundle.volunteers is not None
    return bundle.volunteers[email]


def test_same_bundle_again_changes_nothing(tmp_path: Path, existing: Bundle) -> None:
    assert sample.merged(tmp_path / "again", sample.WHOLE, over=existing) == existing


@pytest.mark.parametrize("name", sorted(sample.WHOLE))
def test_missing_file_says_nothing(tmp_path: Path, existing: Bundle, name: str) -> None:
    files = {key: content for key, content in sample.WHOLE.items() if key != name}
    assert sample.merged(tmp_path / "again", files, over=existing) == existing


@pytest.mark.parametrize("name", sorted(sample.WHOLE))
def test_file_alone_fits_the_district_as_it_is(tmp_path: Path, existing: Bundle, name: str) -> None:
    files = {name: sample.WHOLE[name]}
    assert sample.merged(tmp_path / "again", files, over=existing) == existing


def test_missing_column_keeps_what_is_known(tmp_path: Path, existing: Bundle) -> None:
    text = "school,name,latitude,longitude\nmaple,Maple Academy,43.6629,-79.3957\n"
    whole = sample.merged(tmp_path / "again", {"schools.csv": text}, over=existing)
    assert existing.schools is not None
    assert whole.schools == {
        **existing.schools,
        "maple": replace(existing.schools["maple"], name="Maple Academy"),
    }


def test_empty_cell_means_the_default(tmp_path: Path, existing: Bundle) -> None:
    text = "school,name,latitude,longitude,need_weight\nharbour,Harbour High,43.64,-79.38,\n"
    whole = sample.merged(tmp_path / "again", {"schools.csv": text}, over=existing)
    assert whole.schools is not None
    assert whole.schools["harbour"].need_weight == 1


def test_availability_of_one_leaves_the_others(tmp_path: Path, existing: Bundle) -> None:
    text = f"volunteer_email,weekday,start,end\n{NOOR},friday,9:00,11:00\n"
    whole = sample.merged(tmp_path / "again", {"availability.csv": text}, over=existing)
    friday = WeeklyAvailability(4, time(9), time(11))
    assert whole.volunteers == {
        AMARA: volunteer(existing, AMARA),
        NOOR: replace(volunteer(existing, NOOR), weekly=(friday,)),
    }


def test_rows_of_a_volunteer_replace_the_former_ones(tmp_path: Path, existing: Bundle) -> None:
    text = f"volunteer_email,weekday,start,end\n{AMARA},Fri,09:00,11:00\n{AMARA},Fri,09:00,11:00\n"
    whole = sample.merged(tmp_path / "again", {"availability.csv": text}, over=existing)
    assert volunteer(whole, AMARA).weekly == (WeeklyAvailability(4, time(9), time(11)),)


def test_closures_of_a_school_replace_only_its_own(tmp_path: Path, existing: Bundle) -> None:
    text = "school,first_date,last_date,name\nmaple,2027-02-12,2027-02-12,Snow\n"
    whole = sample.merged(tmp_path / "again", {"closures.csv": text}, over=existing)
    assert whole.closures == (
        Closure("", DateRange(date(2026, 12, 21), date(2027, 1, 1)), "Winter break"),
        Closure("maple", DateRange(date(2027, 2, 12), date(2027, 2, 12)), "Snow"),
    )


def test_withdrawn_request_stays_withdrawn(tmp_path: Path, existing: Bundle) -> None:
    assert existing.requests is not None
    withdrawn = replace(existing.requests["r2"], state=RequestState.WITHDRAWN)
    changed = replace(existing, requests={**existing.requests, "r2": withdrawn})
    whole = sample.merged(tmp_path / "again", sample.WHOLE, over=changed)
    assert whole.requests == changed.requests


def test_person_whom_the_bundle_names_is_active_again(tmp_path: Path, existing: Bundle) -> None:
    resting = replace(volunteer(existing, NOOR), is_active=False)
    assert existing.volunteers is not None
    changed = replace(existing, volunteers={**existing.volunteers, NOOR: resting})
    assert sample.merged(tmp_path / "again", sample.WHOLE, over=changed) == existing


def test_name_is_the_accounts_in_both_files(tmp_path: Path, existing: Bundle) -> None:
    text = f"email,name,roles\n{NOOR},Noor H. Haddad,viewer\n"
    whole = sample.merged(tmp_path / "staff", {"staff.csv": text}, over=existing)
    assert volunteer(whole, NOOR).name == "Noor H. Haddad"
    again = sample.merged(
        tmp_path / "volunteers", {"volunteers.csv": sample.VOLUNTEERS}, over=whole
    )
    assert again.staff is not None
    assert again.staff[NOOR].name == "Noor Haddad"


def test_incoming_holds_only_what_the_files_name(tmp_path: Path, existing: Bundle) -> None:
    text = "school,name,latitude,longitude\nelm,Elm,43.6,-79.3\n"
    reading = sample.read(sample.lay(tmp_path / "again", {"schools.csv": text}), existing=existing)
    assert reading.merged.schools is not None
    assert reading.incoming == Bundle(schools={"elm": reading.merged.schools["elm"]})


def test_new_parent_that_would_close_a_ring_is_told_where_it_stands(
    tmp_path: Path, existing: Bundle
) -> None:
    text = "topic,parent\nengineering,robotics\n"
    assert sample.problems(tmp_path / "again", {"topics.csv": text}, over=existing) == [
        "topics.csv, row 2, column parent: “engineering” is its own ancestor: "
        "engineering > robotics > engineering."
    ]
