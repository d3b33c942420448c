"""How fast mail goes out, against the bare library with the same message on one connection.

``python -m tests.benchmarks.delivery 500`` prints both rates, their ratio and what memory grew.
"""

from __future__ import annotations

import resource
import smtplib
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from scheduler.services.delivery import deliver_due
from scheduler.storage import database
from scheduler.storage.unit_of_work import SqlStore
from tests.mail.servers import HOST, Office, a_server, a_transport
from tests.services.world import World, _fill


@dataclass(frozen=True)
class Rates:
    """Mails a second, by the product and by the bare library; ``grown_mb`` is memory."""

    ours: float
    bare: float
    grown_mb: float

    @property
    def ratio(self) -> float:
        """Return our rate as a share of the bare one."""
        return self.ours / self.bare


def measured(mails: int) -> Rates:
    """Send that many invitations, then as many copies of the last one by the bare library."""
    from tests.faults.test_delivery import invite_many

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'mail.sqlite3'}"
        database.upgrade(url)
        engine = database.connect(url)
        world = World(SqlStore(database.sessions(engine)))
        _fill(world.store)
        invite_many(world, mails)
        office = Office()
        with a_server(office) as port:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            begun = time.perf_counter()
            deliver_due(
                world.store,
                now=world.now,
                transport=a_transport(port),
                head=world.letterhead,
                most_per_domain=mails,
            )
            ours = time.perf_counter() - begun
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            assert len(office.taken) == mails
            last = office.taken[-1]
            begun = time.perf_counter()
            with smtplib.SMTP(HOST, port) as server:
                for _ in range(mails):
                    server.sendmail(str(last.mail_from), last.rcpt_tos, last.content)
            bare = time.perf_counter() - begun
        engine.dispose()
    return Rates(mails / ours, mails / bare, grown / 1024)


if __name__ == "__main__":
    found = measured(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
    print(
        f"ours {found.ours:.0f}/s, bare {found.bare:.0f}/s, ratio {found.ratio:.2f}, "
        f"memory +{found.grown_mb:.0f} MB"
    )
