"""The manual of the bundle says what is so: its examples are run, its columns are compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scheduler.bundle.district_file import PLAIN_KEYS
from scheduler.bundle.tables import TABLES, Table
from scheduler.domain.starts import starts_of
from scheduler.domain.zones import local
from scheduler.matching.problem import Weights
from tests.builders import TORONTO, a_request, a_school_time
from tests.bundle import sample
from tests.bundle.test_mistakes import MISTAKES
from tests.cli.command_line import CommandLine

MANUAL = (Path(__file__).parents[2] / "docs" / "bundle.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```(?:csv|toml) (\S+)\n(.*?)```", MANUAL, re.DOTALL))
HEADINGS = re.findall(r"^#{2,3} (.+)$", MANUAL, re.MULTILINE)


def section_of(file: str) -> str:
    """Return what the manual says below the heading that names a file."""
    found = re.search(rf"^### [^\n]*{re.escape(file)}.*?(?=^##)", MANUAL, re.DOTALL | re.MULTILINE)
    assert found, f"no heading names {file}"
    return found[0]


def test_the_smallest_bundle_leads_to_a_proposal(empty: CommandLine, tmp_path: Path) -> None:
    bundle = sample.lay(tmp_path / "bundle", FILES)
    empty.done("import", bundle)
    assert empty.done("import", bundle) == ["0 added, 0 changed."]
    assert empty.done("propose", "--seconds", "1")[0] == "1 of 1 requests have a proposal."
    assert empty.done("proposals") == ["robots: Tue 2026-12-08 10:55 amara@robots.example"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.file))
def test_every_column_is_explained(table: Table) -> None:
    said = section_of(table.file)
    bold = set(re.findall(r"\*\*(\w+)\*\*", said))
    assert table.required <= bold
    plain = set(re.findall(r"\w+", said))
    assert set(table.columns) <= plain


def test_every_key_of_the_district_is_explained() -> None:
    said = section_of("district.toml")
    assert {*PLAIN_KEYS, *Weights.names()} <= set(re.findall(r"\w+", said))
    usual = Weights()
    for name in Weights.names():
        assert f"{name} ({getattr(usual, name)})" in said


def test_half_an_hour_within_a_period_starts_when_the_manual_says() -> None:
    request = a_request("2026-12-08 10:55-11:45", duration_minutes=30)
    found = starts_of(request, school_time=a_school_time(), classroom=None)
    assert [f"{local(start.sessions[0].start, TORONTO):%H:%M}" for start in found] == [
        *("10:55", "11:00", "11:05", "11:10", "11:15")
    ]
    assert "10:55, 11:00, 11:05, 11:10 or 11:15" in MANUAL


def test_mistakes_are_told_in_the_words_of_the_manual(empty: CommandLine, tmp_path: Path) -> None:
    files = dict(sample.WHOLE)
    for name, row, *_ in MISTAKES:
        files[f"{name}.csv"] += f"{row}\n"
    told = empty.refused("import", sample.lay(tmp_path / "bundle", files))
    (printed,) = re.findall(r"as row 1\.\n\n(.*?)\n\n", MANUAL, re.DOTALL)
    shown = [line.strip() for line in printed.splitlines()]
    assert len(shown) == 4
    assert [line for line in shown if line in told] == shown[:3]
    assert "A bundle has no file of this name. Is it volunteers.csv?" in shown[3]


def test_links_within_the_manual_lead_somewhere() -> None:
    anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in HEADINGS}
    assert set(re.findall(r"\]\(#([\w-]+)\)", MANUAL)) <= anchors
