"""The stories over https, as browsers send their forms there: no referrer, the origin "null"."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Request

from scheduler.domain.visits import VisitState
from tests.browser.district import COORDINATOR
from tests.browser.serving import Served, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Return a certificate for this machine that nobody trusts."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine to make a certificate")
    folder: Path = tmp_path_factory.mktemp("certificate")
    key, chain = folder / "key.pem", folder / "chain.pem"
    made = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    subprocess.run(
        ["openssl", "req", *made, "-keyout", key, "-out", chain, "-subj", "/CN=localhost"],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


@pytest.fixture
def secure_site(district: Path, tmp_path: Path, certificate: ssl.SSLContext) -> Iterator[Served]:
    """Yield a copy of the district behind https."""
    with served(district, tmp_path, tls=certificate, reads_strictly=True) as opened:
        yield opened


def posts(context: BrowserContext) -> list[Request]:
    """Return a list that fills with every form that is sent."""
    seen: list[Request] = []
    context.on("request", lambda sent: seen.append(sent) if sent.method == "POST" else None)
    return seen


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_answer_and_approval_go_through_without_a_referrer(
    secure_site: Served, browser: Browser, scripts: bool
) -> None:
    choices = {"ignore_https_errors": True, "java_script_enabled": scripts}
    invited = secure_site.visits(VisitState.INVITED)[0]
    with secure_site.context(browser, **choices) as context:
        sent = posts(context)
        page = context.new_page()
        page.goto(secure_site.answer_path(invited))
        page.get_by_role("button", name="Yes, ").first.click()
        page.get_by_role("heading", name="You are coming").wait_for()
        assert [request.all_headers().get("referer") for request in sent] == [None]
    with secure_site.context(browser, COORDINATOR, **choices) as context:
        page = context.new_page()
        page.goto("/proposals")
        page.locator(".bottom-bar .button-primary").click()
        page.get_by_text("approved").first.wait_for()
        names = {cookie["name"]: cookie["secure"] for cookie in context.cookies()}
        assert names == {"__Host-visitbell": True, "__Host-form": True}


def test_form_on_another_site_is_refused(secure_site: Served, browser: Browser) -> None:
    invited = secure_site.visits(VisitState.INVITED)[0]
    address = secure_site.address + secure_site.answer_path(invited)
    form = f'<form method="post" action="{address}"><button>Go</button></form>'
    with secure_site.context(browser, ignore_https_errors=True) as context:
        page = context.new_page()
        page.goto("data:text/html,<p>elsewhere")
        page.set_content(form)
        with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
            page.get_by_role("button").click()
        assert refused.value.status == 400
    assert secure_site.visits(VisitState.INVITED)[0].uid == invited.uid
