"""Style sheets and scripts: few, small, lasting, and what others made is what they published."""

from __future__ import annotations

import gzip
import re
from hashlib import sha256
from pathlib import Path

import pytest

from scheduler.web.assets import PARTS_BY_NAME
from tests.web.conftest import Visitor

STATIC = Path(__file__).parents[2] / "static"
VENDOR = STATIC / "vendor"


def vendored() -> dict[str, str]:
    """Return the sum of every file that VERSIONS names."""
    lines = (VENDOR / "VERSIONS").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {file: digest for file, _, _, _, _, digest in rows}


def test_what_others_made_is_what_they_published() -> None:
    files = [file for file in VENDOR.iterdir() if file.name != "VERSIONS"]
    assert {file.name: sha256(file.read_bytes()).hexdigest() for file in files} == vendored()


def test_scripts_of_a_page_stay_small() -> None:
    scripts = (VENDOR / "htmx.min.js", STATIC / "visitbell.js", STATIC / "slash.js")
    assert sum(len(gzip.compress(file.read_bytes())) for file in scripts) <= 25_000


def test_style_sheet_is_its_parts_in_order(client: Visitor) -> None:
    names = PARTS_BY_NAME["site.css"]
    parts = [STATIC / name for name in names]
    assert sorted(parts) == sorted((STATIC / "css").glob("*.css"))
    assert (names[0], names[-1]) == ("css/tokens.css", "css/print.css")
    joined = "\n".join(part.read_text(encoding="utf-8") for part in parts)
    assert rules_of(client.get("/static/site.css").text) == rules_of(joined)


def test_style_sheet_leaves_behind_what_only_its_writers_read(client: Visitor) -> None:
    sent = client.get("/static/site.css").text
    written = sum((STATIC / name).stat().st_size for name in PARTS_BY_NAME["site.css"])
    assert [mark for mark in ("/*", "\n", "  ", ";}") if mark in sent] == []
    assert len(sent) < 0.9 * written


def rules_of(sheet: str) -> str:
    """Return a style sheet without its comments and all its room."""
    return "".join(re.sub(r"(?s)/\*.*?\*/", "", sheet).split()).replace(";}", "}")


def test_script_is_what_others_made_and_then_ours(client: Visitor) -> None:
    parts = (VENDOR / "htmx.min.js", STATIC / "visitbell.js", STATIC / "slash.js")
    joined = "\n".join(part.read_text(encoding="utf-8") for part in parts)
    assert client.get("/static/site.js").text == joined


def test_file_goes_out_gzipped_where_the_browser_takes_that(client: Visitor) -> None:
    plain = client.get("/static/site.css")
    squeezed = client.get("/static/site.css", headers={"Accept-Encoding": "br, gzip"})
    assert plain.headers.get("Content-Encoding") is None
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(squeezed.data) == plain.data
    assert {answer.headers["Vary"] for answer in (plain, squeezed)} == {"Accept-Encoding"}


def test_address_on_a_page_lasts_a_year_and_another_is_asked_for_again(client: Visitor) -> None:
    (sheet,) = (
        link.get("href") or ""
        for link in client.page("/login").iter("link")
        if link.get("rel") == "stylesheet"
    )
    kept = client.get(sheet).headers["Cache-Control"]
    assert kept == "public, max-age=31536000, immutable"
    assert client.get("/static/site.css?v=older").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_file_that_did_not_change_is_not_sent_again(client: Visitor, encoding: str) -> None:
    asked = {"Accept-Encoding": encoding}
    first = client.get("/static/visitbell.js", headers=asked)
    again = {**asked, "If-None-Match": first.headers["ETag"]}
    second = client.get("/static/visitbell.js", headers=again)
    assert (second.status_code, second.data) == (304, b"")


@pytest.mark.parametrize("path", ["missing.css", "../setup.cfg", "css", "vendor/../../setup.cfg"])
def test_nothing_else_is_handed_out(client: Visitor, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404
