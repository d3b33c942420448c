"""Figures for a monitor, in the text format of Prometheus: counts and ages, nobody's name.

Every figure is read from the database when it is asked for, so any worker of any machine gives
the same. Whoever has the token is answered; without a token, only the machine itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Request, Response, abort, request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from scheduler.domain.errors import WrongTables
from scheduler.services.vital_signs import VitalSigns, take_vital_signs
from scheduler.web.desk import desk

# Whatever a proxy adds to a question that it passes on for somebody else.
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP")
LOCAL_NAME = "localhost"
BEARER = "Bearer "
State = TypeVar("State", bound=str)

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
def show() -> Response:
    """Tell the figures; to everybody else this page is not there."""
    if not _may_see(request, token=desk().metrics_token):
        abort(404)
    try:
        signs = take_vital_signs(desk().store, now=desk().now, lease_now=desk().lease_clock())
    except WrongTables as refusal:
        return Response(f"{refusal}\n", status=503, mimetype="text/plain")
    registry = CollectorRegistry()
    registry.register(_Gauges(signs))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_see(asked: Request, *, token: str) -> bool:
    if token:
        given = asked.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"{BEARER}{token}".encode())
    was_passed_on = any(name in asked.headers for name in PASSED_ON)
    return not was_passed_on and _is_here(asked.remote_addr) and _is_here(_name_in(asked.host))


def _name_in(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_here(name: str | None) -> bool:
    """Tell whether this names the machine itself; a proxy on it asks by the site's name."""
    try:
        return name == LOCAL_NAME or ip_address(name or "").is_loopback
    except ValueError:
        return False


class _Gauges(Collector):
    """What was found, as gauges."""

    def __init__(self, signs: VitalSigns) -> None:
        self._signs = signs

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each figure."""
        signs, counts = self._signs, self._signs.counts
        yield _counted("tables_info", "The version of the tables", {signs.version: 1}, "version")
        yield _counted("mails", "Mail by state", counts.mails, "state")
        yield _age(
            "mail_oldest_due_age_seconds", "How long the oldest due mail waits", signs.due_age
        )
        yield _counted("visits", "Visits by state", counts.visits, "state")
        yield _counted("bookings", "Volunteers in visits by answer", counts.bookings, "answer")
        yield _counted("requests", "Requests by state", counts.requests, "state")
        yield _counted("busy_calendars", "Busy calendars by state", counts.calendars, "state")
        yield _ages(
            "last_run_age_seconds", "Since a run of proposals last ended so", signs.run_age, "state"
        )
        yield _ages(
            "lease_left_seconds",
            "How long a lease still holds, negative once it ended",
            signs.lease_left,
            "lease",
        )
        if signs.tick_age is not None:
            words = "Since the timetable last did everything that was due"
            yield _age("timetable_tick_age_seconds", words, signs.tick_age)


def _counted(
    name: str, words: str, number_by_label: Mapping[State, int], label: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"visitbell_{name}", words, labels=(label,))
    for value, number in number_by_label.items():
        family.add_metric((str(value),), number)
    return family


def _ages(
    name: str, words: str, age_by_label: Mapping[State, timedelta], label: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"visitbell_{name}", words, labels=(label,))
    for value, age in age_by_label.items():
        family.add_metric((str(value),), age.total_seconds())
    return family


def _age(name: str, words: str, age: timedelta) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"visitbell_{name}", words, value=age.total_seconds())
