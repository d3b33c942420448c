"""Real calendar programs read our feeds as the instants they mean: khal by vdirsyncer, ical.js,
node-ical.

They are installed for this test alone, into folders of their own; the feeds come over HTTP. Besides
the kept feeds there are ten thousand random visits, in thirty zones and near all clock changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scheduler.calendars.texts import Audience
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.zones import zone
from tests.architecture.source import CHECKOUT
from tests.calendars.golden import feed as render
from tests.calendars.histories import FIRST_YEAR, LAST_YEAR, ZONES, state
from tests.outside.ics_checker import instants
from tests.outside.ics_reading import read, unescaped

# The notice of a replaced address lasts all day, which is no instant.
FEEDS = [
    CHECKOUT / "tests" / "golden" / "calendars" / f"feed-{name}.ics"
    for name in ("empty", "school", "teacher", "volunteer")
]
KHAL = ("khal==0.14.1", "vdirsyncer==0.21.0", "tzdata")
ICAL_JS, NODE_ICAL = "ical.js@2.2.1", "node-ical@0.26.1"
RANDOM_FILES, RANDOM_VISITS = 20, 500
MOMENT = "%Y-%m-%d %H:%M:%S"
SCRIPT = """
import ICAL from "ical.js"; import fs from "fs";
const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(process.argv[2], "utf8")));
ICAL.TimezoneService.reset();
for (const zone of calendar.getAllSubcomponents("vtimezone"))
  ICAL.TimezoneService.register(new ICAL.Timezone(zone));
const iso = (time) => new Date(time.toUnixTime() * 1000).toISOString();
const moment = (time) => iso(time).slice(0, 19).replace("T", " ");
for (const part of calendar.getAllSubcomponents("vevent")) {
  const event = new ICAL.Event(part);
  if (!event.startDate.isDate)
    console.log(`${moment(event.startDate)} ${moment(event.endDate)} ${event.summary}`);
}
"""
NODE_SCRIPT = """
import ical from "node-ical"; import fs from "fs";
const moment = (time) => time.toISOString().slice(0, 19).replace("T", " ");
const found = ical.sync.parseICS(fs.readFileSync(process.argv[2], "utf8"));
for (const event of Object.values(found))
  if (event.type === "VEVENT")
    console.log(`${moment(event.start)} ${moment(event.end)} ${event.summary}`);
"""
# Which offset, in minutes, the zone data inside Node gives for each line "zone milliseconds".
OFFSETS_SCRIPT = """
import fs from "fs";
for (const line of fs.readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
  const [timeZone, milliseconds] = line.split(" ");
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const parts = format.formatToParts(new Date(Number(milliseconds)));
  const name = parts.find((part) => part.type === "timeZoneName").value;
  const found = /GMT([+-])(\\d\\d):(\\d\\d)/.exec(name);
  console.log(found ? Number(found[1] + "1") * (60 * found[2] + 1 * found[3]) : 0);
}
"""
pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]


class Silent(SimpleHTTPRequestHandler):
    """Serve files without a word."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the kept feeds and those of random visits."""
    folder = tmp_path_factory.mktemp("feeds")
    for feed in FEEDS:
        shutil.copy(feed, folder)
    for number in range(RANDOM_FILES):
        seeds = range(number * RANDOM_VISITS, (number + 1) * RANDOM_VISITS)
        octets = render(Audience.SCHOOL, *(shown_alone(seed) for seed in seeds))
        (folder / f"random-{number}.ics").write_bytes(octets)
    return folder


def shown_alone(seed: int) -> VisitSheet:
    """Return a random visit without guests, so that its title is its number alone."""
    return replace(state(seed), speakers=(), class_name="")


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """Yield where the feeds are served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with khal, vdirsyncer, ical.js and node-ical in it."""
    folder = tmp_path_factory.mktemp("programs")
    run(sys.executable, "-m", "venv", str(folder / "venv"))
    run(str(folder / "venv/bin/pip"), "install", "--quiet", *KHAL)
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine to install ical.js with")
    (folder / "package.json").write_text('{"private": true}')
    (folder / "instants.mjs").write_text(SCRIPT)
    (folder / "node-instants.mjs").write_text(NODE_SCRIPT)
    (folder / "offsets.mjs").write_text(OFFSETS_SCRIPT)
    run("npm", "install", "--silent", ICAL_JS, NODE_ICAL, folder=folder)
    return folder


def run(*words: str, folder: Path | None = None, answers: str = "") -> str:
    """Run a program in a plain environment and return what it says."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONTZPATH": ""}
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment,
        input=answers,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def meant(feed: Path) -> list[str]:
    """Return start, end and title of each event, by the strict reading of the octets."""
    octets = feed.read_bytes()
    events = read(octets).named("VEVENT")
    title_by_uid = {unescaped(e.value("UID")): unescaped(e.value("SUMMARY")) for e in events}
    return sorted(
        f"{start:{MOMENT}} {end:{MOMENT}} {title_by_uid[uid]}"
        for uid, start, end in instants(octets)
    )


def synchronised(feed: Path, *, address: str, programs: Path, home: Path) -> list[str]:
    """Return what khal lists after vdirsyncer has fetched the feed."""
    (home / "khal").mkdir()
    settings = home / "vdirsyncer.conf"
    settings.write_text(
        f'[general]\nstatus_path = "{home}/status/"\n'
        '[pair feed]\na = "remote"\nb = "local"\ncollections = null\n'
        f'[storage remote]\ntype = "http"\nurl = "{address}/{feed.name}"\n'
        f'[storage local]\ntype = "filesystem"\npath = "{home}/khal/"\nfileext = ".ics"\n'
    )
    vdirsyncer = str(programs / "venv/bin/vdirsyncer")
    run(vdirsyncer, "-c", str(settings), "discover", answers="y\n" * 9)
    run(vdirsyncer, "-c", str(settings), "sync")
    (home / "khal.conf").write_text(
        f"[calendars]\n[[feed]]\npath = {home}/khal/\nreadonly = True\n"
        "[locale]\ntimeformat = %H:%M:%S\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        f"datetimeformat = {MOMENT}\nlongdatetimeformat = {MOMENT}\n"
        f"local_timezone = UTC\ndefault_timezone = UTC\n[sqlite]\npath = {home}/khal.db\n"
    )
    said = run(
        str(programs / "venv/bin/khal"),
        *("-c", str(home / "khal.conf"), "list", "--once", "--notstarted"),
        *("--day-format", "", "--format", "{start-long-full} {end-long-full} {title}"),
        *("2024-01-01", "3650d"),
    )
    return sorted({line for line in said.splitlines() if line})


@pytest.mark.parametrize(
    "name",
    [*(feed.stem for feed in FEEDS), *(f"random-{number}" for number in range(RANDOM_FILES))],
)
def test_clients_read_the_same_instants(
    name: str, folder: Path, address: str, programs: Path, tmp_path: Path
) -> None:
    feed = folder / f"{name}.ics"
    expected = [line for line in meant(feed) if line]
    told = run("node", str(programs / "instants.mjs"), str(feed), folder=programs)
    assert sorted(told.splitlines()) == expected
    assert synchronised(feed, address=address, programs=programs, home=tmp_path) == expected
    told = run("node", str(programs / "node-instants.mjs"), str(feed), folder=programs)
    unknown = titles_in(zones_that_node_has_wrong(programs), feed)
    assert [line for line in sorted(told.splitlines()) if line[40:] not in unknown] == [
        line for line in expected if line[40:] not in unknown
    ]


def zones_that_node_has_wrong(programs: Path) -> frozenset[str]:
    """Return the zones whose rules changed after the data inside Node was made.

    node-ical goes by that data alone and never by a file's own VTIMEZONE.
    """
    first = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    weeks = [first + timedelta(weeks=week) for week in range(52 * (LAST_YEAR + 1 - FIRST_YEAR))]
    asked = [(name, moment) for name in ZONES for moment in weeks]
    told = run(
        "node",
        str(programs / "offsets.mjs"),
        folder=programs,
        answers="".join(f"{name} {moment.timestamp() * 1000:.0f}\n" for name, moment in asked),
    )
    wrong = frozenset(
        name
        for (name, moment), minutes in zip(asked, told.splitlines(), strict=True)
        if moment.astimezone(zone(name)).utcoffset() != timedelta(minutes=int(minutes))
    )
    assert len(wrong) <= len(ZONES) / 5, wrong
    return wrong


def titles_in(zones: Collection[str], feed: Path) -> frozenset[str]:
    """Return the titles of the events whose times name one of these zones."""
    return frozenset(
        unescaped(event.value("SUMMARY"))
        for event in read(feed.read_bytes()).named("VEVENT")
        if event.all("DTSTART")[0].parameters.get("TZID") in zones
    )
