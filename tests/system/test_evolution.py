"""The story by mail, as a calendar program that is not ours lives it.

Our mails go over SMTP to a real server; their calendar parts are handed to Evolution Data
Server, which applies them to a calendar of its own. On Debian: ``apt-get install
evolution-data-server gir1.2-ecal-2.0 python3-gi dbus``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from scheduler.domain.visits import Visit
from scheduler.mail.smtp import SmtpTransport
from scheduler.services import visits
from scheduler.services.delivery import deliver_due
from scheduler.storage.database import connect
from tests.architecture.source import CHECKOUT
from tests.builders import VOLUNTEER, a_request
from tests.mail.servers import Office, a_server, a_transport
from tests.services.test_visits import THURSDAY, cancel, move
from tests.services.world import World, open_world, two_more_volunteers

SCRIPT = CHECKOUT / "tests" / "outside" / "evolution.py"
PYTHONS = ("/usr/bin/python3", "python3")
PACKAGES = "evolution-data-server gir1.2-ecal-2.0 python3-gi dbus"
BINDINGS = "import gi; gi.require_version('ECal', '2.0'); from gi.repository import ECal"
pytestmark = [pytest.mark.full, pytest.mark.timeout(120)]

Calendar = list[dict[str, object]]
Told = Callable[[], list[Calendar]]


@dataclass
class Post:
    """A district whose mail goes to a server on this machine."""

    world: World
    transport: SmtpTransport
    office: Office = field(default_factory=Office)

    def deliver(self) -> None:
        """Send what is due."""
        head = self.world.letterhead
        deliver_due(self.world.store, now=self.world.now, transport=self.transport, head=head)

    def messages_to(self, email: str) -> list[bytes]:
        """Return the calendar part of each mail that reached an address, oldest first."""
        found = []
        for envelope in self.office.taken:
            content = envelope.content
            assert isinstance(content, bytes)
            if envelope.rcpt_tos == [email]:
                mail = message_from_bytes(content, policy=default)
                parts = [p for p in mail.walk() if p.get_content_type() == "text/calendar"]
                found += [part.get_payload(decode=True) for part in parts]
        return [octets for octets in found if isinstance(octets, bytes)]


@pytest.fixture
def post(sqlite_url: str) -> Iterator[Post]:
    """Yield a small district with its post."""
    engine = connect(sqlite_url)
    office = Office()
    with a_server(office) as port:
        yield Post(open_world(engine), a_transport(port), office)
    engine.dispose()


@pytest.fixture(scope="session")
def python_with_evolution() -> str:
    """Return a Python that can speak to Evolution Data Server; skip where there is none."""
    if shutil.which("dbus-run-session") is None:
        pytest.skip(f"no message bus on this machine; install {PACKAGES}")
    for name in PYTHONS:
        found = shutil.which(name)
        if found and not subprocess.run([found, "-c", BINDINGS], capture_output=True).returncode:
            return found
    pytest.skip(f"no Evolution Data Server on this machine; install {PACKAGES}")


def calendars_after(messages: list[bytes], *, python: str, home: Path) -> list[Calendar]:
    """Return what Evolution's calendar holds after each message."""
    paths = []
    for number, octets in enumerate(messages):
        path = home / f"message-{number}.ics"
        path.write_bytes(octets)
        paths.append(str(path))
    running = home / "run"
    running.mkdir(mode=0o700)
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment = {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(running), "TZ": "UTC"}
    done = subprocess.run(
        ["dbus-run-session", "--", python, str(SCRIPT), *paths],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def entry(visit: Visit, status: str) -> dict[str, object]:
    """Return what a calendar should hold of a visit."""
    return {
        "uid": visit.uid,
        "start": visit.period.start.isoformat(),
        "end": visit.period.end.isoformat(),
        "status": status,
        "sequence": visit.sequence,
    }


def facts(calendar: Calendar) -> list[dict[str, object]]:
    """Return a calendar's entries without their words."""
    return [
        {key: value for key, value in each.items() if key not in ("summary", "location")}
        for each in calendar
    ]


def test_invitation_is_entered_confirmed_moved_and_taken_away(
    post: Post, python_with_evolution: str, tmp_path: Path
) -> None:
    world = post.world
    (invited,) = world.invite()
    post.deliver()
    confirmed = world.answer(invited, VOLUNTEER, True)
    post.deliver()
    move(world, confirmed, THURSDAY)
    world.wait(minutes=11)
    visits.release_due(world.store, now=world.now)
    post.deliver()
    (moved,) = world.visits_of()
    cancel(world, moved)
    post.deliver()

    messages = post.messages_to(VOLUNTEER)
    assert [_method(octets) for octets in messages] == ["REQUEST"] * 3 + ["CANCEL"]
    told = calendars_after(messages, python=python_with_evolution, home=tmp_path)
    assert [facts(calendar) for calendar in told] == [
        [entry(invited, "tentative")],
        [entry(confirmed, "confirmed")],
        [entry(moved, "tentative")],
        [],
    ]
    assert moved.period.start == THURSDAY
    assert "Maple School" in str(told[0][0]["location"])
    assert "Robots" in str(told[0][0]["summary"])


def test_one_of_two_guests_leaves_and_the_other_keeps_the_visit(
    post: Post, python_with_evolution: str, tmp_path: Path
) -> None:
    world = post.world
    world.put_volunteers(*two_more_volunteers())
    world.put_requests(a_request(speakers=2))
    (visit,) = world.invite()
    post.deliver()
    leaver, stayer = visit.volunteers
    world.answer(visit, leaver, False, "I am ill")
    world.wait(minutes=11)
    post.deliver()
    for email, is_left in ((leaver, False), (stayer, True)):
        home = tmp_path / email
        home.mkdir()
        messages = post.messages_to(email)
        told = calendars_after(messages, python=python_with_evolution, home=home)
        assert [each["uid"] for each in told[0]] == [visit.uid]
        assert [each["uid"] for each in told[-1]] == [visit.uid] * is_left, email


def _method(octets: bytes) -> str:
    return octets.partition(b"METHOD:")[2].partition(b"\r\n")[0].decode()
