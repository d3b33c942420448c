"""Pages go out gzipped, and their length tells nothing about the secrets in them."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.services.ports import Store
from scheduler.services.sign_in import link_for, redeem
from tests.builders import COORDINATOR, NOW

TAKES_GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Return a browser that keeps answers as they came."""
    return FlaskClient(app, app.response_class)


def test_page_is_the_same_gzipped_and_smaller(browser: FlaskClient) -> None:
    plain, squeezed = browser.get("/help"), browser.get("/help", headers=TAKES_GZIP)
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    tokens = re.compile(rb'name="csrf_token" value="[^"]+"')
    unpacked = tokens.sub(b"", gzip.decompress(squeezed.data))
    assert unpacked == tokens.sub(b"", plain.data)


def test_long_page_goes_out_at_less_than_half_its_length(
    browser: FlaskClient, small_district: Store
) -> None:
    session = redeem(small_district, link_for(small_district, COORDINATOR, now=NOW), now=NOW)
    browser.set_cookie("visitbell", session or "")
    plain, squeezed = (browser.get("/calendar", headers=each) for each in ({}, TAKES_GZIP))
    assert (plain.status_code, squeezed.status_code) == (200, 200)
    assert len(squeezed.data) < len(plain.data) / 2


def test_browser_that_takes_no_gzip_gets_none(browser: FlaskClient) -> None:
    for accepted in ("", "identity", "gzip;q=0"):
        answer = browser.get("/help", headers={"Accept-Encoding": accepted})
        assert "Content-Encoding" not in answer.headers


def test_length_of_a_page_differs_by_chance(browser: FlaskClient) -> None:
    lengths = {len(browser.get("/help", headers=TAKES_GZIP).data) for _ in range(30)}
    assert len(lengths) > 5


def test_error_is_gzipped_too_and_a_redirect_is_not(browser: FlaskClient) -> None:
    assert browser.get("/nowhere", headers=TAKES_GZIP).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in browser.get("/today", headers=TAKES_GZIP).headers
