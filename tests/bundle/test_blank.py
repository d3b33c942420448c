"""Empty files are what the reader takes: filled in, they can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.bundle.blank import blank_files, new_district_text
from scheduler.bundle.tables import DISTRICT_FILE, TABLES
from tests.bundle import sample


def test_every_file_has_its_first_row() -> None:
    files = dict(blank_files())
    assert set(files) == {DISTRICT_FILE, *(table.file for table in TABLES)}
    assert files["topics.csv"] == b"topic,parent,label,label_fr,label_es,sensitive\n"


def test_empty_files_lack_nothing_but_the_district(tmp_path: Path) -> None:
    assert sample.problems(tmp_path, dict(blank_files())) == [
        "district.toml, row 1, column name: The name is missing.",
        "district.toml, row 2, column timezone: The timezone is missing.",
    ]


def test_district_of_a_few_words_can_be_read(tmp_path: Path) -> None:
    text = new_district_text({"name": 'The "Foothills"', "timezone": "America/Edmonton"})
    district = sample.merged(tmp_path, {DISTRICT_FILE: text}).district
    assert district is not None
    assert (district.name, district.timezone) == ('The "Foothills"', "America/Edmonton")


@pytest.mark.parametrize("name", ["schools.xlsx", "Schools.ODS"])
def test_spreadsheet_programs_own_files_are_told(tmp_path: Path, name: str) -> None:
    files: dict[str, str | bytes] = {DISTRICT_FILE: sample.DISTRICT, name: b"PK"}
    assert sample.problems(tmp_path, files) == [
        f"{name}: Save this sheet as “CSV UTF-8” under the name schools.csv."
    ]


def test_spreadsheet_programs_own_file_beside_its_csv_is_left_alone(tmp_path: Path) -> None:
    with_it = sample.merged(tmp_path / "with", {**sample.WHOLE, "schools.xlsx": b"PK"})
    assert with_it == sample.merged(tmp_path / "without", sample.WHOLE)
