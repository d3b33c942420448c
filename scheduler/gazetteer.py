"""Where a postal code lies: the middle of its area, not an address.

Canada by the first three characters of a postal code, the United States by ZIP code. Another
country, or a code that nobody knows, has no place. Coordinates of ZIP codes come from GeoNames.
"""

from __future__ import annotations

import re
from functools import lru_cache

from scheduler.domain.districts import Coordinates

_SORTATION_AREA = re.compile(r"[A-Z][0-9][A-Z](\s*[0-9][A-Z][0-9])?")
_ZIP_CODE = re.compile(r"([0-9]{5})(-?[0-9]{4})?")


@lru_cache(maxsize=4096)
def locate(postal_code: str, *, country: str) -> Coordinates | None:
    """Return the centroid of a postal code's area, None where it is not known."""
    code = postal_code.strip().upper()
    if country.upper() == "CA" and _SORTATION_AREA.fullmatch(code):
        return _in_canada(code[:3])
    if country.upper() == "US" and (zip_code := _ZIP_CODE.fullmatch(code)):
        return _in_the_united_states(zip_code[1])
    return None


# The tables are large and seldom needed, so they are opened when first asked.
def _in_canada(sortation_area: str) -> Coordinates | None:
    from pypostalcode import PostalCodeDatabase

    places = PostalCodeDatabase().get(sortation_area) or ()
    return next((Coordinates(each.latitude, each.longitude) for each in places), None)


def _in_the_united_states(zip_code: str) -> Coordinates | None:
    import zipcodes

    matching: list[dict[str, str]] = zipcodes.matching(zip_code)  # type: ignore[no-untyped-call]
    found = (place for place in matching if place["lat"] and place["long"])
    return next((Coordinates(float(each["lat"]), float(each["long"])) for each in found), None)
