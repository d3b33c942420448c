"""Sending over real connections: what each answer means, and that one bad mail stops no other."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import Envelope, Session

from scheduler.mail.refusals import NO_ANSWER, MailRefused, Stage, is_permanent
from scheduler.mail.smtp import Security, SmtpTransport
from tests.mail.envelopes import RECIPIENT, SENDER, a_mail
from tests.mail.golden import CALENDAR
from tests.mail.servers import ACCOUNT, HOST, Office, a_rude_server, a_server, a_transport

OTHER = "ben@robots.example"
SILENCE_SECONDS = 1.0
# The server warns; here the line never leaves the machine.
SIGNING_IN_OPENLY = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@dataclass
class FallsSilent(Office):
    """Says nothing of a mail, or of one person's, for longer than anybody waits."""

    over: str = ""
    asked: int = 0

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        self.asked += 1
        if self.over and envelope.rcpt_tos != [self.over]:
            return await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(SILENCE_SECONDS)
        return "250 taken"


def test_mail_arrives_as_it_was_written() -> None:
    office, mail = Office(), a_mail(text="Dots:\n.\n..\n", calendar=CALENDAR)
    with a_server(office) as port:
        a_transport(port).send(mail, sender=SENDER, recipient=RECIPIENT)
    (envelope,) = office.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [RECIPIENT])
    assert envelope.content == mail.octets


def test_one_connection_serves_a_batch() -> None:
    office = Office()
    with a_server(office) as port, a_transport(port).open() as connection:
        for _ in range(3):
            connection.send(a_mail(), sender=SENDER, recipient=RECIPIENT)
        with connection.open() as same:
            same.send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    assert (len(office.taken), len(office.peers)) == (4, 1)


@pytest.mark.parametrize("refuses_content", [False, True], ids=["address", "content"])
@pytest.mark.parametrize(
    ("reply", "is_permanent"),
    [
        ("450 4.2.0 Mailbox busy", False),
        ("451 4.7.1 Greylisted", False),
        ("550 5.1.1 No such mailbox", True),
        ("554 5.7.1 Not wanted", True),
    ],
)
def test_refused_mail_tells_whether_to_try_again_and_others_still_go_out(
    reply: str, is_permanent: bool, refuses_content: bool
) -> None:
    office = Office({RECIPIENT: reply}, refuses_content=refuses_content)
    with a_server(office) as port, a_transport(port).open() as connection:
        refusal = refusal_of(connection)
        connection.send(a_mail(), sender=SENDER, recipient=OTHER)
    assert refused(refusal) == (int(reply[:3]), reply[4:], is_permanent)
    assert [envelope.rcpt_tos for envelope in office.taken] == [[OTHER]]
    assert len(office.peers) == 1


def test_pauses_are_used_from_before_each_mail_leaves_to_before_its_answer_is_known() -> None:
    office, seen = Office({OTHER: "450 4.2.0 Mailbox busy"}, refuses_content=True), []
    with (
        a_server(office) as port,
        a_transport(port).open(meanwhile=lambda: seen.append(len(office.taken))) as connection,
    ):
        for recipient, taken_before in ((RECIPIENT, 0), (OTHER, 1), (RECIPIENT, 1)):
            seen.clear()
            with suppress(MailRefused):
                connection.send(a_mail(), sender=SENDER, recipient=recipient)
            *before_it_leaves, _ = seen[:4]
            assert before_it_leaves == [taken_before] * 3


def test_full_mailbox_is_tried_again() -> None:
    with a_server(Office({RECIPIENT: "552 5.2.2 Mailbox full"})) as port:
        assert refused(refusal_of(a_transport(port))) == (552, "5.2.2 Mailbox full", False)


def test_too_big_a_mail_is_not_tried_again() -> None:
    office = Office({RECIPIENT: "552 5.3.4 Too big"}, refuses_content=True)
    with a_server(office) as port:
        assert refused(refusal_of(a_transport(port))) == (552, "5.3.4 Too big", True)


def test_line_lost_in_the_middle_is_temporary_and_others_still_go_out() -> None:
    office = Office()
    with a_server(office, hangs_up=True) as port, a_transport(port).open() as connection:
        refusal = refusal_of(connection)
        connection.send(a_mail(), sender=SENDER, recipient=OTHER)
    assert (refusal.code, refusal.is_permanent) == (0, False)
    assert [envelope.rcpt_tos for envelope in office.taken] == [[OTHER]]


def test_server_that_closes_after_421_is_called_again() -> None:
    office = Office({RECIPIENT: "421 4.3.2 Shutting down"}, refuses_content=True)
    with a_server(office) as port, a_transport(port).open() as connection:
        refusal = refusal_of(connection)
        connection.send(a_mail(), sender=SENDER, recipient=OTHER)
    assert refused(refusal) == (421, "4.3.2 Shutting down", False)
    assert len(office.peers) == 2


@pytest.mark.parametrize(
    ("greeting", "code"),
    [(b"554 No service here\r\n", 554), (b"421 Too busy\r\n", 421), (b"", 0), (None, 0)],
    ids=["no service", "busy", "hangs up", "silent"],
)
def test_server_out_of_order_is_called_once_per_batch_and_never_for_good(
    greeting: bytes | None, code: int
) -> None:
    with (
        a_rude_server(greeting) as (port, callers),
        a_transport(port, timeout_seconds=0.3).open() as connection,
    ):
        refusals = [refusal_of(connection) for _ in range(3)]
    assert {(r.code, r.is_permanent) for r in refusals} == {(code, False)}
    assert len(callers) == 1


def test_nobody_listening_is_temporary() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    refusal = refusal_of(a_transport(port))
    assert (refusal.code, refusal.is_permanent) == (0, False)
    assert "refused" in refusal.text


def test_batch_without_mail_makes_no_connection() -> None:
    with a_rude_server(b"421 Too busy\r\n") as (port, callers):
        with a_transport(port).open():
            pass
        assert callers == []


@SIGNING_IN_OPENLY
def test_account_signs_in() -> None:
    office = Office()
    with a_server(office, needs_account=True) as port:
        with_account(port).send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    assert office.accounts == [ACCOUNT]


@SIGNING_IN_OPENLY
def test_wrong_password_is_no_reason_to_give_a_mail_up() -> None:
    with a_server(Office(), needs_account=True) as port:
        refusal = refusal_of(with_account(port, password="forgotten"))
    assert (refusal.code, refusal.is_permanent) == (535, False)
    assert "forgotten" not in str(refusal)


@SIGNING_IN_OPENLY
def test_missing_account_is_no_reason_to_give_a_mail_up() -> None:
    with a_server(Office(), needs_account=True) as port:
        refusal = refusal_of(a_transport(port))
    assert (refusal.code, refusal.is_permanent) == (530, False)


def test_open_line_is_never_used_where_tls_is_wanted() -> None:
    office = Office()
    with a_server(office) as port:
        refusal = refusal_of(a_transport(port, security=Security.STARTTLS))
    assert (refusal.code, refusal.is_permanent) == (0, False)
    assert (office.taken, office.peers) == ([], set())


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_mail_goes_out_over_tls(
    security: Security, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    (server, client), office = certificate, Office()
    with a_server(office, tls=server, security=security) as port:
        transport = a_transport(port, host="localhost", security=security, tls=client)
        transport.send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    (envelope,) = office.taken
    assert message_from_bytes(envelope.content, policy=SMTP)["To"] == f"Amara Okafor <{RECIPIENT}>"


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_certificate_that_nobody_vouches_for_is_refused(
    security: Security, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    (server, _), office = certificate, Office()
    with a_server(office, tls=server, security=security) as port:
        refusal = refusal_of(a_transport(port, security=security))
    assert "CERTIFICATE_VERIFY_FAILED" in refusal.text
    assert (refusal.is_permanent, office.taken) == (False, [])


def test_password_is_not_shown() -> None:
    shown = repr(SmtpTransport("mail.example", 587, username="visits", password="hunter2"))
    assert "visits" in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize(
    ("code", "stage", "expected"),
    [
        (550, Stage.CONNECTION, False),
        (550, Stage.SENDER, True),
        (530, Stage.SENDER, False),
        (552, Stage.RECIPIENT, False),
        (552, Stage.CONTENT, True),
        (553, Stage.RECIPIENT, True),
        (499, Stage.RECIPIENT, False),
        (500, Stage.CONTENT, True),
        (599, Stage.CONTENT, True),
        (600, Stage.CONTENT, False),
        (0, Stage.CONTENT, False),
    ],
)
def test_reply_codes(code: int, stage: Stage, expected: bool) -> None:
    assert is_permanent(code, stage) is expected


def test_long_reply_becomes_one_short_line() -> None:
    refusal = MailRefused(550, b"no\r\nsuch \xff" + b"x" * 1000, is_permanent=True)
    assert refusal.text.startswith("no such \ufffdx")
    assert (len(refusal.text), str(refusal)[:4]) == (300, "550 ")


def refusal_of(transport: SmtpTransport) -> MailRefused:
    with pytest.raises(MailRefused) as refusal:
        transport.send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    return refusal.value


def refused(refusal: MailRefused) -> tuple[int, str, bool]:
    return refusal.code, refusal.text, refusal.is_permanent


def with_account(port: int, **changes: str) -> SmtpTransport:
    account = {"username": ACCOUNT.login.decode(), "password": ACCOUNT.password.decode()}
    return a_transport(port, **{**account, **changes})


@pytest.fixture(scope="module")
def certificate(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's own TLS context, and that of a client who trusts it."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine to make a certificate")
    folder: Path = tmp_path_factory.mktemp("certificate")
    key, chain = folder / "key.pem", folder / "chain.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    made = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    subprocess.run(
        ["openssl", "req", *made, "-keyout", key, "-out", chain, *subject],
        check=True,
        capture_output=True,
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, key)
    return server, ssl.create_default_context(cafile=str(chain))


def test_silence_over_one_mail_keeps_none_of_the_others() -> None:
    office = FallsSilent(over=RECIPIENT)
    with a_server(office) as port, a_transport(port, timeout_seconds=0.3).open() as connection:
        refusal = refusal_of(connection)
        for _ in range(3):
            connection.send(a_mail(), sender=SENDER, recipient=OTHER)
    assert (refusal.code, refusal.is_permanent) == (NO_ANSWER, False)
    assert [envelope.rcpt_tos for envelope in office.taken] == [[OTHER]] * 3


def test_server_that_falls_silent_keeps_only_two_mails_of_a_batch_waiting() -> None:
    office = FallsSilent()
    with a_server(office) as port, a_transport(port, timeout_seconds=0.3).open() as connection:
        for _ in range(5):
            with pytest.raises(MailRefused) as refused:
                connection.send(a_mail(), sender=SENDER, recipient=RECIPIENT)
            assert (refused.value.code, refused.value.is_permanent) == (NO_ANSWER, False)
    assert office.asked == 2
