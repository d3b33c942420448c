"""Commands that run on: the web server, the timetable, and the demonstration."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode

import pytest

from scheduler.domain.visits import VisitState
from tests.builders import VOLUNTEER
from tests.cli.command_line import CommandLine, Said, ended
from tests.services.world import World

PATIENCE_SECONDS = 30
# The hold-back ends at 09:10; the volunteer's invitation and the teacher's news go out.
AFTER_THE_HOLD = ("--now", "2026-11-21T09:11:00-05:00")
NOTHING_DONE = (
    "0 released, 0 reminders written, 0 closed; mail: 0 sent, 0 to be tried again, 0 failed."
)
# Nothing but the machine's own settings, and no rehearsal.
REAL_TIME = {"REHEARSAL": "", "NOW": ""}


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def answer_of(port: int, path: str = "/healthz") -> bytes:
    """Return what the server answers, as soon as it does."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
                octets: bytes = response.read()
                return octets
        except (URLError, ConnectionError):
            assert time.monotonic() < give_up
            time.sleep(0.1)


@dataclass
class Server:
    """A server that runs as a process of its own, and what it said once it has ended."""

    port: int
    process: subprocess.Popen[str]
    said: Said | None = None

    def leaves_nobody_behind(self) -> bool:
        """Tell whether every process that it started ends with it."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            try:
                os.killpg(self.process.pid, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.1)
        return False


@contextmanager
def served(line: CommandLine, *words: str) -> Iterator[Server]:
    """Serve on a free port until the block ends, then ask the server to stop."""
    port = a_free_port()
    server = Server(port, line.process("serve", "--port", str(port), *words))
    try:
        yield server
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.said = ended(server.process)


@pytest.mark.each_engine
def test_serve_answers_until_it_is_told_to_stop(line: CommandLine) -> None:
    with served(line, "--workers", "1") as server:
        assert json.loads(answer_of(server.port)) == {"status": "ok"}
        ready = json.loads(answer_of(server.port, "/readyz"))
        assert (ready["status"], ready["timetable"]) == ("ok", "never ran")
        assert b"visitbell_visits" in answer_of(server.port, "/metrics")
    assert server.said == Said(0, "", "")
    assert server.leaves_nobody_behind()


def test_serve_runs_the_timetable_beside_it_and_stops_it_too(
    line: CommandLine, world: World
) -> None:
    world.propose()
    world.approve("robots")
    after_the_hold = line.having(NOW="2026-11-21T09:11:00-05:00")
    with served(after_the_hold, "--workers", "1", "--jobs") as server:
        answer_of(server.port)
        give_up = time.monotonic() + PATIENCE_SECONDS
        while world.visits_of()[0].state is VisitState.HELD and time.monotonic() < give_up:
            time.sleep(0.2)
    assert world.visits_of()[0].state is VisitState.INVITED
    assert server.process.returncode == 0
    assert server.leaves_nobody_behind()


def test_serve_refuses_an_address_that_is_taken(anywhere: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert anywhere.refused("serve", "--port", str(port)) == [
            f"Nothing can be served on 127.0.0.1, port {port}: Address already in use."
        ]
        assert anywhere.refused("demo", "--port", str(port)) == [
            f"Nothing can be served on 127.0.0.1, port {port}: Address already in use."
        ]


@pytest.mark.each_engine
def test_jobs_once_does_what_is_due_and_no_more(line: CommandLine, world: World) -> None:
    line.done("propose", "--seconds", "1")
    line.done("approve", "robots")
    assert line.done("jobs", "--once") == [NOTHING_DONE]
    assert line.done("jobs", "--once", *AFTER_THE_HOLD) == [
        "1 released, 0 reminders written, 0 closed; mail: 1 sent, 0 to be tried again, 0 failed."
    ]
    assert line.done("jobs", "--once", *AFTER_THE_HOLD) == [NOTHING_DONE]
    (visit,) = world.visits_of()
    assert visit.state is VisitState.INVITED
    mail = Path(line.environment["VISITBELL_INSTANCE"]) / "mail" / "new"
    recipients = [message_from_bytes(path.read_bytes())["To"] for path in mail.iterdir()]
    assert sorted(re.findall(r"[^<\s]+@[^>\s]+", " ".join(recipients))) == [VOLUNTEER]


def test_jobs_once_has_nothing_to_do_before_there_is_a_district(empty: CommandLine) -> None:
    assert empty.done("jobs", "--once") == [NOTHING_DONE]


@pytest.mark.timeout(180)
def test_demo_does_the_whole_job_and_goes_on_when_called_again(tmp_path: Path) -> None:
    line = CommandLine.at("", tmp_path).having(**REAL_TIME)
    first = line.done("demo", "--no-serve")
    assert [sentence.partition(":")[0] for sentence in first[:5]] == [
        "Read in",
        "Proposed",
        "Approved",
        "Answered",
        "Sent",
    ]
    roles = [each.split()[0] for each in first if "/login/" in each]
    assert {"coordinator", "teacher", "volunteer", "viewer", "office"} <= set(roles)
    assert re.fullmatch(r"A volunteer's calendar feed: \S+/cal/[\w-]{43}\.ics", first[-1])
    mails = sorted((tmp_path / "demo" / "mail").glob("*.eml"))
    assert first[4] == f"Sent: {len(mails)} mails, kept in {tmp_path / 'demo' / 'mail'}."
    assert len(mails) > 20

    again = line.done("demo", "--no-serve", "--port", "5123")
    assert again[0] == "The demo goes on."
    assert again[-1] == first[-1].replace(":5000/", ":5123/")
    assert sorted((tmp_path / "demo" / "mail").glob("*.eml")) == mails

    begun_again = line.done("demo", "--no-serve", "--reset")
    assert begun_again[:3] == first[:3]
    assert not (tmp_path / "visitbell.sqlite3").exists()


@pytest.mark.full
def test_answer_under_way_is_given_before_the_server_ends(line: CommandLine, world: World) -> None:
    with ExitStack() as stack, served(line, "--workers", "1") as server:
        answer_of(server.port)
        browser = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)
        browser.request("GET", "/login")
        page = browser.getresponse()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
        assert token is not None
        cookie = (page.headers["Set-Cookie"] or "").partition(";")[0]
        # Whoever writes waits for whoever wrote before.
        work = stack.enter_context(world.store.write())
        work.visits.lock((f"volunteer:{VOLUNTEER}",))
        browser.request(
            "POST",
            "/login",
            urlencode({"csrf_token": token[1], "email": VOLUNTEER}),
            {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"},
        )
        time.sleep(1)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        stack.close()
        stack.callback(browser.close)
        assert browser.getresponse().status == 200
    assert server.said == Said(0, "", "")
    with world.store.read() as work:
        assert [row.recipient for row in work.outbox.of_subjects(("sign-in",))] == [VOLUNTEER]
