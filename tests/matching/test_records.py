"""Ids keep their type on the way in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.matching.records import Wrong, key_of, raw_of

ids = st.integers(-(2**63), 2**63 - 1) | st.text()


@given(ids)
def test_id_survives_the_way_in_and_out(raw: int | str) -> None:
    assert raw_of(key_of(raw, name="id")) == raw


@given(ids, ids)
def test_different_ids_have_different_keys(first: int | str, second: int | str) -> None:
    assert (key_of(first, name="id") == key_of(second, name="id")) == (first == second)


@pytest.mark.parametrize("raw", [True, 1.0, None, [1], {"a": 1}, 2**63])
def test_other_things_are_no_ids(raw: object) -> None:
    with pytest.raises(Wrong, match=r"^id must "):
        key_of(raw, name="id")
