"""``district.toml``: every mistake has its line, and what is written reads back equal."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.bundle.changes import changes
from scheduler.bundle.district_file import district_text
from scheduler.bundle.toml_text import toml_lines
from scheduler.domain.day_parts import DayPart
from scheduler.domain.mail_rules import MailRules
from tests.bundle import sample

plain = (
    st.text()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.booleans()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.just(UTC) | st.none())
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_toml_reads_back_equal(document: dict[str, object]) -> None:
    assert tomllib.loads("\n".join(toml_lines(document))) == document


def test_toml_is_written_for_people() -> None:
    document = {
        "name": 'The "Lake"\n',
        "since": date(2026, 9, 1),
        "terms": [{"name": "Autumn", "bells": [time(8, 30)]}, {"name": "Spring"}],
        "rules": {"days": 5, "by kind": {"talk": {"steps": ["office"]}}},
        "mixed": [1, {"a": datetime(2026, 1, 1, tzinfo=UTC)}],
    }
    assert "\n".join(toml_lines(document)) == (
        'name = "The \\"Lake\\"\\n"\n'
        "since = 2026-09-01\n"
        "mixed = [1, {a = 2026-01-01T00:00:00+00:00}]\n"
        '\n[[terms]]\nname = "Autumn"\nbells = [08:30:00]\n'
        '\n[[terms]]\nname = "Spring"\n'
        "\n[rules]\ndays = 5\n"
        '\n[rules."by kind"]\n'
        '\n[rules."by kind".talk]\nsteps = ["office"]'
    )


def test_what_toml_lacks_is_refused() -> None:
    with pytest.raises(TypeError, match="TOML has no NoneType"):
        list(toml_lines({"nothing": None}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", ["row 1: This is not TOML: Invalid value (at end of document)."]),
        (
            'name = "X"\ntimezone = "Mars"\n',
            [
                "row 2, column timezone: “Mars” is not a time zone name such as America/Edmonton.",
            ],
        ),
        (
            'colour = "red"\nx_colour = "red"\n[[terms]]\nname = "A"\n',
            [
                "column name: The name is missing.",
                "column timezone: The timezone is missing.",
                "row 1, column colour: There is no key “colour” here.",
                "row 3, column first: The first is missing.",
                "row 3, column last: The last is missing.",
            ],
        ),
        (
            'name = "X"\ntimezone = "UTC"\nyear_start = 2026-09-01\nspeed_kmh = "fast"\n'
            '[[terms]]\nname = "A"\nfirst = 2026-09-01\nlast = 2026-12-01\n'
            '[[terms]]\nname = "B"\nfirst = 2027-02-01\nlast = 2027-01-01\nend = 3\n'
            "[weights]\nfit = 40\ntravel = -1\nluck = 3\n",
            [
                "row 3, column year_start: There is a year_start but no year_end.",
                "row 4, column speed_kmh: “fast” is not a number from 1 to 300.",
                "row 12, column last: “2027-01-01” is before the first day, 2027-02-01.",
                "row 13, column end: There is no key “end” here.",
                "row 16, column travel: “-1” is not a whole number from 0 to 1000000.",
                "row 17, column luck: There is no such weight: use fit, preference, preferred, "
                "fairness, equity, travel, same_start, same_volunteer.",
            ],
        ),
        (
            'name = ["X"]\ntimezone = "UTC"\nterms = 3\npolicy = 4\nweights = 5\n',
            [
                "row 1, column name: The name must be one text, number or date.",
                "row 3, column terms: Terms are written [[terms]], each with name, first and last.",
                "row 4, column policy: Rules are written [policy], each a name and a value.",
                "row 5, column weights: Weights are written [weights], each a name and a whole "
                "number.",
            ],
        ),
        (
            'name = "X"\ntimezone = "UTC"\n[mail]\nreminder_days = 9\nask_again_days = 99\n'
            'asks_still_coming = "no"\ncolour = 1\n[[day_parts]]\nname = "A"\nstart = "8"\n',
            [
                "row 3, column earlier_reminder_days: The earlier reminder must go before the "
                "other one; 0 is for none.",
                "row 5, column ask_again_days: “99” is not a whole number from 1 to 30.",
                "row 6, column asks_still_coming: This is written true or false.",
                "row 7, column colour: There is no key “colour” here.",
                "row 8, column end: The end is missing.",
                "row 10, column start: “8” is not a time such as 10:40.",
            ],
        ),
        (
            'name = "X"\ntimezone = "UTC"\nmail = 4\n'
            '[[day_parts]]\nname = "A"\nstart = 08:00:00\nend = 12:00:00\n'
            '[[day_parts]]\nname = "B"\nstart = 11:00:00\nend = 13:00:00\n',
            [
                "row 3, column mail: Rules for mail are written [mail], each a name and a number "
                "of days.",
                "row 4, column day_parts: The parts of a day are 2 to 6 [[day_parts]] in order, "
                "each with a name of its own, start and end, in steps of 5 minutes.",
            ],
        ),
        (
            'name = "X"\ntimezone = "UTC"\nday_parts = 3\n',
            [
                "row 3, column day_parts: The parts of a day are 2 to 6 [[day_parts]] in order, "
                "each with a name of its own, start and end, in steps of 5 minutes.",
            ],
        ),
    ],
    ids=["no TOML", "zone", "keys", "dates", "shapes", "choices", "overlap", "no parts"],
)
def test_mistake_is_told_with_its_line(tmp_path: Path, text: str, said: list[str]) -> None:
    found = sample.problems(tmp_path, {"district.toml": text})
    assert found == [f"district.toml, {sentence}" for sentence in said]


def test_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    content = 'name = "X"\nsite_name = "Écoles"\n'.encode("latin-1")
    files: dict[str, str | bytes] = {"district.toml": content, "policies/a.toml": "a = 1\nb = \n"}
    assert sample.problems(tmp_path, files) == [
        "district.toml, row 2: This line is not UTF-8: save the file as UTF-8.",
        "policies/a.toml, row 2: This is not TOML: Invalid value (at line 2, column 5).",
    ]


def test_key_left_out_keeps_what_is_known(tmp_path: Path) -> None:
    known = sample.merged(tmp_path / "old", sample.WHOLE)
    short = 'name = "Lakeshore District"\ntimezone = "America/Toronto"\n'
    again = sample.merged(tmp_path / "new", {"district.toml": short}, over=known)
    assert again == known


CHOICES = """
[[day_parts]]
name = "Before lunch"
start = "08:30"
end = "12:00"

[[day_parts]]
name = "After lunch"
start = "13:00"
end = "15:30"

[mail]
reminder_days = 2
earlier_reminder_days = 0
asks_still_coming = false
still_coming_days = 3
ask_again_days = 4
let_go_days = 5
"""


def test_choices_are_read_and_written_alike(tmp_path: Path) -> None:
    whole = sample.merged(tmp_path, {"district.toml": sample.DISTRICT + CHOICES})
    assert whole.day_parts == (
        DayPart("Before lunch", time(8, 30), time(12)),
        DayPart("After lunch", time(13), time(15, 30)),
    )
    assert whole.mail_rules == MailRules(
        reminder_days=2, earlier_reminder_days=0, asks_still_coming=False
    )
    assert district_text(whole) == sample.DISTRICT + CHOICES


def test_choices_left_out_stay_and_each_left_out_in_them_is_the_usual(tmp_path: Path) -> None:
    known = sample.merged(tmp_path / "old", {"district.toml": sample.DISTRICT + CHOICES})
    kept = sample.merged(tmp_path / "same", {"district.toml": sample.DISTRICT}, over=known)
    assert kept == known
    short = {"district.toml": sample.DISTRICT + "[mail]\nlet_go_days = 9\n"}
    changed = sample.merged(tmp_path / "new", short, over=known)
    assert changed.day_parts == known.day_parts
    assert changed.mail_rules == MailRules(let_go_days=9)
    assert [(each.field, each.is_overwrite) for each in changes(known, changed)] == [("mail", True)]


def test_dates_inside_rules_become_text(tmp_path: Path) -> None:
    text = sample.DISTRICT.replace("notice_school_days = 5", "since = 2026-09-01")
    whole = sample.merged(tmp_path, {"district.toml": text})
    assert whole.district is not None
    assert whole.district.policy["since"] == "2026-09-01"
