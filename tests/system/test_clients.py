"""Real calendar programs read our feeds as the instants they mean: khal by vdirsyncer, ical.js,
node-ical.

They are installed for this test alone, into folders of their own; the feeds come over HTTP. Besides
the kept feeds there are ten thousand random visits, in thirty zones and near all clock changes.
Each zone has a file of its own: vdirsyncer gives every event all zones of its file, and khal reads
them every time. One more file has all zones.
"""

from __future__ import annotations

import json
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
from urllib.parse import urlsplit

import pytest
from werkzeug.serving import make_server

from scheduler.calendars.texts import Audience
from scheduler.domain.visit_sheets import VisitSheet
from scheduler.domain.visits import Visit
from scheduler.domain.zones import zone
from scheduler.services.feeds import feed_for
from scheduler.services.records import FeedKind
from tests.architecture.source import CHECKOUT
from tests.builders import COORDINATOR, VOLUNTEER, moment
from tests.calendars.golden import feed as render
from tests.calendars.histories import FIRST_YEAR, LAST_YEAR, ZONES, life, state
from tests.databases import engine_on
from tests.outside.ics_checker import instants
from tests.outside.ics_reading import read, unescaped
from tests.services.world import open_world
from tests.system.site import Site, close_site, line, open_site

# The notice of a replaced address lasts all day, which is no instant.
FEEDS = [
    CHECKOUT / "tests" / "golden" / "calendars" / f"feed-{name}.ics"
    for name in ("empty", "school", "teacher", "volunteer")
]
KHAL = ("khal==0.14.1", "vdirsyncer==0.21.0", "tzdata")
ICAL_JS, NODE_ICAL = "ical.js@2.2.1", "node-ical@0.26.1"
RANDOM_VISITS, MIXED_VISITS, HOSTILE_VISITS = 10_000, 300, 200
RANDOM_FEEDS = {
    "random-mixed": range(RANDOM_VISITS, RANDOM_VISITS + MIXED_VISITS),
    # A visit's seed chooses its zone by the remainder.
    **{f"random-{n}": range(n, RANDOM_VISITS, len(ZONES)) for n in range(len(ZONES))},
}
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
TEXTS = ("summary", "location", "description")
TEXTS_SCRIPT = """
import ICAL from "ical.js"; import fs from "fs";
const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(process.argv[2], "utf8")));
const told = (part) => process.argv.slice(3).map((n) => part.getFirstPropertyValue(n) ?? "");
console.log(JSON.stringify(calendar.getAllSubcomponents("vevent").map(told)));
"""
NODE_TEXTS_SCRIPT = """
import ical from "node-ical"; import fs from "fs";
const events = Object.values(ical.sync.parseICS(fs.readFileSync(process.argv[2], "utf8")));
const told = (event) => process.argv.slice(3).map((n) => event[n]?.val ?? event[n] ?? "");
console.log(JSON.stringify(events.filter((event) => event.type === "VEVENT").map(told)));
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
    for name, seeds in RANDOM_FEEDS.items():
        octets = render(Audience.SCHOOL, *(shown_alone(seed) for seed in seeds))
        (folder / f"{name}.ics").write_bytes(octets)
    hostile = (life(seed)[-1] for seed in range(HOSTILE_VISITS))
    (folder / "hostile.ics").write_bytes(render(Audience.SCHOOL, *hostile))
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


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """Yield the site of a small district, with a request that nobody decided on."""
    opened = open_site(open_world(engine_on(sqlite_url)), url=sqlite_url, instance=tmp_path)
    yield opened
    close_site(opened)


@pytest.fixture
def site_address(site: Site) -> Iterator[str]:
    """Yield where the site is served."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
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
    (folder / "texts.mjs").write_text(TEXTS_SCRIPT)
    (folder / "node-texts.mjs").write_text(NODE_TEXTS_SCRIPT)
    (folder / "offsets.mjs").write_text(OFFSETS_SCRIPT)
    run("npm", "install", "--silent", ICAL_JS, NODE_ICAL, folder=folder)
    return folder


@pytest.fixture(scope="session")
def wrong_zones(programs: Path) -> frozenset[str]:
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
    subscribe(f"{address}/{feed.name}", programs=programs, home=home)
    synchronise(programs, home)
    return listed(programs, home, "{start-long-full} {end-long-full} {title}")


def subscribe(address: str, *, programs: Path, home: Path) -> None:
    """Give vdirsyncer and khal a calendar."""
    (home / "khal").mkdir()
    settings = home / "vdirsyncer.conf"
    settings.write_text(
        f'[general]\nstatus_path = "{home}/status/"\n'
        '[pair feed]\na = "remote"\nb = "local"\ncollections = null\n'
        f'[storage remote]\ntype = "http"\nurl = "{address}"\n'
        f'[storage local]\ntype = "filesystem"\npath = "{home}/khal/"\nfileext = ".ics"\n'
    )
    vdirsyncer = str(programs / "venv/bin/vdirsyncer")
    run(vdirsyncer, "-c", str(settings), "discover", answers="y\n" * 9)
    (home / "khal.conf").write_text(
        f"[calendars]\n[[feed]]\npath = {home}/khal/\nreadonly = True\n"
        "[locale]\ntimeformat = %H:%M:%S\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        f"datetimeformat = {MOMENT}\nlongdatetimeformat = {MOMENT}\n"
        f"local_timezone = UTC\ndefault_timezone = UTC\n[sqlite]\npath = {home}/khal.db\n"
    )


def synchronise(programs: Path, home: Path) -> None:
    """Have vdirsyncer fetch the calendar."""
    run(str(programs / "venv/bin/vdirsyncer"), "-c", str(home / "vdirsyncer.conf"), "sync")


def listed(programs: Path, home: Path, form: str) -> list[str]:
    """Return khal's events of ten years, in order."""
    said = khal(programs, home, "--day-format", "", "--format", form)
    return sorted({line for line in said.splitlines() if line})


def khal(programs: Path, home: Path, *words: str) -> str:
    """Return what khal lists of ten years."""
    settings = ("-c", str(home / "khal.conf"))
    span = ("2024-01-01", "3650d")
    command = ("list", "--once", "--notstarted", *words, *span)
    return run(str(programs / "venv/bin/khal"), *settings, *command)


@pytest.mark.parametrize("name", [*(feed.stem for feed in FEEDS), *RANDOM_FEEDS])
def test_clients_read_the_same_instants(
    name: str,
    folder: Path,
    address: str,
    programs: Path,
    wrong_zones: frozenset[str],
    tmp_path: Path,
) -> None:
    feed = folder / f"{name}.ics"
    expected = [line for line in meant(feed) if line]
    told = run("node", str(programs / "instants.mjs"), str(feed), folder=programs)
    assert sorted(told.splitlines()) == expected
    assert synchronised(feed, address=address, programs=programs, home=tmp_path) == expected
    told = run("node", str(programs / "node-instants.mjs"), str(feed), folder=programs)
    unknown = titles_in(wrong_zones, feed)
    assert [line for line in sorted(told.splitlines()) if line[40:] not in unknown] == [
        line for line in expected if line[40:] not in unknown
    ]


def test_clients_read_the_same_texts(
    folder: Path, address: str, programs: Path, tmp_path: Path
) -> None:
    feed = folder / "hostile.ics"
    events = read(feed.read_bytes()).named("VEVENT")
    expected = sorted([unescaped(e.value(name.upper())) for name in TEXTS] for e in events)
    told = run("node", str(programs / "texts.mjs"), str(feed), *TEXTS, folder=programs)
    assert sorted(json.loads(told)) == expected

    subscribe(f"{address}/{feed.name}", programs=programs, home=tmp_path)
    synchronise(programs, tmp_path)
    fields = (word for name in ("title", *TEXTS[1:]) for word in ("--json", name))
    days = khal(programs, tmp_path, *fields).splitlines()
    shown = [[e["title"], e["location"], e["description"]] for d in days for e in json.loads(d)]
    assert sorted(shown) == expected

    told = run("node", str(programs / "node-texts.mjs"), str(feed), *TEXTS, folder=programs)
    # Of a backslash before an n, node-ical makes a line break of its own.
    plain = [texts for texts in expected if "\\" not in "".join(texts)]
    assert len(plain) > HOSTILE_VISITS / 10
    assert [texts for texts in plain if texts not in json.loads(told)] == []


def test_subscriber_sees_each_step_of_a_visit(
    site: Site, site_address: str, programs: Path, tmp_path: Path
) -> None:
    world, coordinator = site.world, site.browser(COORDINATOR)
    feed = feed_for(world.store, kind=FeedKind.VOLUNTEER, owner=VOLUNTEER, settings=world.feeds)
    path = urlsplit(world.feeds.address_of(feed)).path
    subscribe(site_address + path, programs=programs, home=tmp_path)

    def shown() -> list[str]:
        synchronise(programs, tmp_path)
        return listed(programs, tmp_path, "{start-long-full} {status}")

    world.propose()
    assert coordinator.send("/proposals/approve", {"proposal": "robots"}).status_code == 303
    assert shown() == []
    site.pass_time(minutes=10)
    (visit,) = world.visits_of()
    assert shown() == [f"{utc_of(visit)} TENTATIVE "]

    world.answer(visit, VOLUNTEER, True)
    assert shown() == [f"{utc_of(visit)} CONFIRMED "]

    thursday = moment("2026-12-17 10:40")
    page = f"/visits/{visit.uid}"
    assert coordinator.send(f"{page}/move", {"start": thursday.isoformat()}).status_code == 303
    site.pass_time(minutes=31)
    (moved,) = world.visits_of()
    assert moved.period.start == thursday
    # A new time asks everyone again. vdirsyncer makes UIDs of its own, so ours is read as sent.
    assert shown() == [f"{utc_of(moved)} TENTATIVE "]
    assert line(site.calendar(FeedKind.VOLUNTEER, VOLUNTEER), "UID") == [visit.uid]

    assert coordinator.send(f"{page}/cancel", {"reason": "Snow"}, on=page).status_code == 303
    assert shown() == [f"{utc_of(moved)} CANCELLED "]


def utc_of(visit: Visit) -> str:
    """Return when a visit starts as khal writes it."""
    return f"{visit.period.start.astimezone(UTC):{MOMENT}}"


def titles_in(zones: Collection[str], feed: Path) -> frozenset[str]:
    """Return the titles of the events whose times name one of these zones."""
    return frozenset(
        unescaped(event.value("SUMMARY"))
        for event in read(feed.read_bytes()).named("VEVENT")
        if event.all("DTSTART")[0].parameters.get("TZID") in zones
    )
