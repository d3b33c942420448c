"""How far everybody lives from one school: the plain distance, asked for many at once.

Arrays and single numbers may differ in the last binary digit, which matters only beside a
limit: whoever is that near to one is measured again by the plain rule.
"""

from __future__ import annotations

import numpy as np

from scheduler.domain.assignments import EARTH_RADIUS_KM, Place
from scheduler.domain.constraints.pairs import TOLERANCE_KM
from scheduler.matching.tables import Flags, Floats, Ints
from scheduler.matching.warm_table import WarmTable

NEAR_KM = 1e-7


def distances(table: WarmTable, place: Place | None, rows: Ints) -> Floats:
    """Return kilometres from these rows' homes to the place; NaN where either is unknown."""
    if place is None:
        return np.full(len(rows), np.nan)
    x, y = table.floats["x"][rows], table.floats["y"][rows]
    if table.geography.metric == "plane":
        return np.asarray(np.hypot(x - place.x, y - place.y), dtype=np.float64)
    km = _haversine_km(place, x, y, cos_latitude=table.floats["cos_latitude"][rows])
    limit = table.floats["max_km"][rows] + TOLERANCE_KM
    is_near = (np.abs(km - limit) < NEAR_KM) | (np.abs(km + 0.5 - np.rint(km + 0.5)) < NEAR_KM)
    for row in np.flatnonzero(is_near).tolist():
        home = Place(float(x[row]), float(y[row]))
        km[row] = table.geography.distance_km(home, place)
    return km


def rounded_km(km: Floats) -> Ints:
    """Return whole kilometres, a half rounded up."""
    return np.floor(km + 0.5).astype(np.int64)


def travel_minutes(table: WarmTable, place: Place, rows: Ints) -> Ints:
    """Return the plain minutes from these rows' homes to the place, all of them known."""
    homes = zip(table.floats["x"][rows].tolist(), table.floats["y"][rows].tolist(), strict=True)
    minutes = [table.geography.travel_minutes(Place(x, y), place) for x, y in homes]
    return np.array(minutes, dtype=np.int64)


def is_within(km: Floats, max_km: Floats) -> Flags:
    """Say who lives within their own radius; nobody of whom it is not known."""
    return np.asarray(km <= max_km + TOLERANCE_KM, dtype=np.bool_)


def _haversine_km(place: Place, x: Floats, y: Floats, *, cos_latitude: Floats) -> Floats:
    half_lat = np.sin(np.radians(place.y - y) / 2)
    half_lon = np.sin(np.radians(place.x - x) / 2)
    chord = half_lat**2 + cos_latitude * np.cos(np.radians(place.y)) * half_lon**2
    angle = np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    return np.asarray(2 * EARTH_RADIUS_KM * angle, dtype=np.float64)
