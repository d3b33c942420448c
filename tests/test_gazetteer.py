"""A postal code has the place of its area, in the two countries whose tables are at hand."""

from __future__ import annotations

import pytest

from scheduler.domain.districts import Coordinates
from scheduler.gazetteer import locate

HALIFAX = Coordinates(44.6224, -63.5736)
CHICAGO = Coordinates(41.8858, -87.6181)


@pytest.mark.parametrize("postal_code", ["B3H 4R2", "b3h4r2", " B3H ", "B3H  4R2"])
def test_canadian_code_lies_in_the_middle_of_its_area(postal_code: str) -> None:
    assert locate(postal_code, country="CA") == HALIFAX


@pytest.mark.parametrize("postal_code", ["60601", "60601-1234", " 60601 "])
def test_zip_code_has_its_centroid(postal_code: str) -> None:
    assert locate(postal_code, country="us") == CHICAGO


@pytest.mark.parametrize(
    ("postal_code", "country"),
    [
        ("B3H 4R2", "US"),
        ("60601", "CA"),
        ("X9X 9X9", "CA"),
        ("B3H 4R", "CA"),
        ("99999", "US"),
        ("6060", "US"),
        ("'; --", "US"),
        ("75001", "FR"),
        ("B3H 4R2", ""),
        ("", "CA"),
    ],
)
def test_anything_else_has_no_place(postal_code: str, country: str) -> None:
    assert locate(postal_code, country=country) is None
