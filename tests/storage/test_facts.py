"""Free-form facts survive JSON without loss, or are refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.storage.facts import KINDS, plain, restored

ZONES = (None, UTC, timezone(timedelta(hours=-6)))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.dates()
    | st.times().map(lambda time: time.replace(fold=0))
    | st.datetimes(timezones=st.sampled_from(ZONES)).map(lambda moment: moment.replace(fold=0))
)
NAMES = st.text() | st.sampled_from(sorted(KINDS))
FACTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(NAMES, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(FACTS)
def test_facts_come_back_equal_and_of_the_same_kind(facts: object) -> None:
    found = restored(json.loads(json.dumps(plain(facts))))
    assert found == facts
    assert repr(found) == repr(facts)


@pytest.mark.parametrize(
    ("fact", "written"),
    [
        (date(2026, 12, 8), {"$date": "2026-12-08"}),
        (time(10, 40), {"$time": "10:40:00"}),
        (datetime(2026, 12, 8, 16, 40, tzinfo=UTC), {"$moment": "2026-12-08T16:40:00+00:00"}),
        ((1, ("a",)), {"$tuple": [1, {"$tuple": ["a"]}]}),
        ({"$date": 1}, {"$mapping": {"$date": 1}}),
        ({"a": [True, None]}, {"a": [True, None]}),
    ],
)
def test_facts_are_written_like_this(fact: object, written: object) -> None:
    assert plain(fact) == written


@pytest.mark.parametrize("fact", [b"octets", {1: "number as a name"}, {"inner": frozenset()}])
def test_what_has_no_form_is_refused(fact: object) -> None:
    with pytest.raises(TypeError):
        plain(fact)


def test_mark_that_holds_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="does not hold what it should"):
        restored({"$date": 20261208})
