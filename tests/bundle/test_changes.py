"""Before anything is written, an import tells what it would change, and what it would leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.bundle.changes import Change, changes, differing
from scheduler.bundle.pruning import Prunable, prunable
from scheduler.bundle.values import Bundle
from scheduler.domain.requests import RequestState
from tests.bundle import sample

AMARA, NOOR = "amara@robots.example", "noor@example.org"


@pytest.fixture
def existing(tmp_path: Path) -> Bundle:
    """Return the sample district as it is after a first import."""
    return sample.merged(tmp_path / "existing", sample.WHOLE)


def told(folder: Path, existing: Bundle, files: Mapping[str, str | bytes]) -> tuple[Change, ...]:
    return changes(existing, sample.merged(folder, files, over=existing))


def test_same_bundle_again_changes_nothing(tmp_path: Path, existing: Bundle) -> None:
    again = sample.merged(tmp_path / "again", sample.WHOLE, over=existing)
    assert changes(existing, again) == ()
    assert differing(existing, again) == Bundle()


def test_first_bundle_only_adds(existing: Bundle) -> None:
    found = changes(Bundle.empty(), existing)
    assert not any(change.is_overwrite for change in found)
    assert Change("volunteer", AMARA) in found
    assert Change("bell schedule", "high") in found
    # What belongs to every school belongs to nobody new.
    assert [change for change in found if not change.is_addition] == [
        Change("school", "", "closures", "", "2026-12-21 2027-01-01 Winter break")
    ]
    assert Change("district", "Lakeshore District") in found
    as_usual = replace(existing, day_parts=None, mail_rules=None)
    assert differing(Bundle.empty(), existing) == as_usual


def test_overwritten_field_tells_old_and_new(tmp_path: Path, existing: Bundle) -> None:
    requests = sample.REQUESTS.replace("How do robots see?", "Robots!")
    found = told(tmp_path / "again", existing, sample.changed(requests=requests))
    assert found == (Change("request", "r1", "title", "How do robots see?", "Robots!"),)
    assert found[0].is_overwrite


def test_lists_are_told_by_whose_they_are(tmp_path: Path, existing: Bundle) -> None:
    files = sample.changed(
        availability=f"volunteer_email,weekday,start,end\n{NOOR},Fri,09:00,11:00\n",
        closures=sample.CLOSURES.replace("2027-01-01,", "2027-01-04,"),
        bell_schedules=sample.BELLS.replace("08:30,09:50", "08:35,09:50"),
    )
    assert told(tmp_path / "again", existing, files) == (
        Change(
            "bell schedule",
            "high",
            "periods",
            "A P1 08:30 09:50; A P2 09:55 11:15; B P1 08:30 09:50",
            "A P1 08:35 09:50; A P2 09:55 11:15; B P1 08:35 09:50",
        ),
        Change(
            "school",
            "",
            "closures",
            "2026-12-21 2027-01-01 Winter break",
            "2026-12-21 2027-01-04 Winter break",
        ),
        Change("volunteer", NOOR, "availability", "", "Fri 09:00 11:00"),
    )


def test_district_rules_columns_and_calendars_are_told(tmp_path: Path, existing: Bundle) -> None:
    files = {
        **sample.WHOLE,
        "district.toml": sample.DISTRICT.replace("1.4", "1.5"),
        "organizations.csv": "organization,name,x_floor\nrobots,Robot Works,3\n",
        f"busy/{AMARA}.ics": sample.BUSY + "more",
        "policies/visits.toml": "a = 1\n",
        "policies/new.toml": "b = 1\n",
    }
    assert told(tmp_path / "again", existing, files) == (
        Change("district", "Lakeshore District", "road_factor", "1.4", "1.5"),
        Change("organization", "robots", "x_floor", "", "3"),
        Change("volunteer", AMARA, "busy calendar", "45 octets", "49 octets"),
        Change("policy", "policies/new.toml"),
        Change("policy", "policies/visits.toml", "text", sample.POLICY, "a = 1\n"),
    )


def test_only_what_differs_is_written(tmp_path: Path, existing: Bundle) -> None:
    files = sample.changed(
        requests=sample.REQUESTS.replace("How do robots see?", "Robots!"),
        bookings=sample.BOOKINGS.replace("ACCEPTED", "TENTATIVE"),
        volunteers=sample.VOLUNTEERS.replace("Noor Haddad", "Noor H."),
    )
    again = sample.merged(tmp_path / "again", files, over=existing)
    assert again.requests is not None
    assert again.volunteers is not None
    assert differing(existing, again) == Bundle(
        requests={"r1": again.requests["r1"]},
        volunteers={NOOR: again.volunteers[NOOR]},
        bookings=again.bookings,
    )


def test_class_that_moves_takes_its_requests_along(tmp_path: Path, existing: Bundle) -> None:
    classes = sample.CLASSES.replace("maple-5b,maple", "maple-5b,harbour").replace(
        "Mon P1;Tue P3", ""
    )
    requests = sample.REQUESTS.replace("2026-12-08 P3;2026-12-08 P1-P2;", "2026-12-08 P1;")
    files = sample.changed(classes=classes, requests=requests)
    again = sample.merged(tmp_path / "again", files, over=existing)
    written = differing(existing, again)
    assert written.requests is not None
    assert written.requests["r1"].school == "harbour"


def test_prunable_is_what_the_files_no_longer_list(tmp_path: Path, existing: Bundle) -> None:
    files = {
        "requests.csv": "\n".join(sample.REQUESTS.split("\n")[:1]) + "\n",
        "staff.csv": "email,name,roles\ncarla@schools.example,Carla Brandt,coordinator\n",
    }
    incoming = sample.read(sample.lay(tmp_path / "again", files), existing=existing).incoming
    # r1 is booked and stays; the volunteers' file is not there and says nothing.
    assert prunable(existing, incoming) == Prunable(
        requests=("r2",), people=("lena@schools.example", "paul@schools.example")
    )


def test_nothing_is_prunable_without_files(tmp_path: Path, existing: Bundle) -> None:
    incoming = sample.read(
        sample.lay(tmp_path / "again", {"topics.csv": sample.TOPICS}), existing=existing
    ).incoming
    assert prunable(existing, incoming) == Prunable((), ())


def test_someone_with_two_roles_is_pruned_only_when_no_file_lists_them(
    tmp_path: Path, existing: Bundle
) -> None:
    assert existing.staff is not None
    lena = replace(existing.staff["lena@schools.example"], email=NOOR, name="Noor Haddad")
    both = replace(existing, staff={**existing.staff, NOOR: lena})
    staff_alone = {"staff.csv": sample.STAFF}
    neither = {**staff_alone, "volunteers.csv": sample.VOLUNTEERS.partition("noor")[0]}
    readings = [
        sample.read(sample.lay(tmp_path / name, files), existing=both).incoming
        for name, files in (("alone", staff_alone), ("neither", neither))
    ]
    assert [prunable(both, incoming).people for incoming in readings] == [(), (NOOR,)]


def test_last_who_coordinate_are_not_prunable(tmp_path: Path, existing: Bundle) -> None:
    lena = "email,name,roles\nlena@schools.example,Lena Fischer,"
    readings = [
        sample.read(
            sample.lay(tmp_path / role, {"staff.csv": f"{lena}{role}\n"}), existing=existing
        )
        for role in ("teacher", "coordinator")
    ]
    assert [prunable(existing, reading.incoming).people for reading in readings] == [
        ("paul@schools.example",),
        ("carla@schools.example", "paul@schools.example"),
    ]


def test_what_rests_already_is_not_prunable(tmp_path: Path, existing: Bundle) -> None:
    assert existing.requests is not None
    assert existing.volunteers is not None
    resting = replace(
        existing,
        requests={"r2": replace(existing.requests["r2"], state=RequestState.WITHDRAWN)},
        volunteers={NOOR: replace(existing.volunteers[NOOR], is_active=False)},
        staff={},
    )
    nobody = Bundle(requests={}, volunteers={}, staff={})
    assert prunable(resting, nobody) == Prunable((), ())
