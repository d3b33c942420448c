"""A site with a certificate of its own, on this machine, and a fetcher that may ask it."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from scheduler.fetching.fetcher import CalendarFetcher
from tests.fetching.servers import Listener, listening, names

LOOPBACK = (ip_network("127.0.0.0/8"),)
HOST = "calendar.example"


@dataclass(frozen=True)
class Certificate:
    """The two ends of TLS: a server with a certificate, and a client who trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Return a certificate for ``HOST`` that nobody but the client at hand trusts."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine to make a certificate")
    folder: Path = tmp_path_factory.mktemp("certificate")
    key, chain = folder / "key.pem", folder / "chain.pem"
    subject = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}")
    made = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    subprocess.run(
        ["openssl", "req", *made, "-keyout", key, "-out", chain, *subject],
        check=True,
        capture_output=True,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    return Certificate(server, ssl.create_default_context(cafile=str(chain)))


@dataclass(frozen=True)
class Site:
    """A listener and how to fetch from it by its name."""

    listener: Listener
    certificate: Certificate

    def address(self, path: str = "/cal.ics", *, host: str = HOST, scheme: str = "https") -> str:
        """Return an address on this site."""
        return f"{scheme}://{host}:{self.listener.port}{path}"

    def fetcher(self, **changes: Any) -> CalendarFetcher:
        """Return a fetcher that may ask this machine and trusts the site's certificate."""
        given = {
            "allow": LOOPBACK,
            "resolve": names({HOST: ("127.0.0.1",)}),
            "context": self.certificate.client,
            **changes,
        }
        return CalendarFetcher(**given)


@pytest.fixture
def site(certificate: Certificate) -> Iterator[Site]:
    """Yield a site that speaks TLS."""
    with listening(certificate.server) as listener:
        yield Site(listener, certificate)


@pytest.fixture
def bystander() -> Iterator[Listener]:
    """Yield a listener that nobody may ever reach."""
    with listening() as listener:
        yield listener
