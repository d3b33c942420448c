"""Which transport a setting means, and that a wrong one never gives a password away."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from scheduler.mail.smtp import Security
from scheduler.mail.transports import (
    AnyTransport,
    ConsoleTransport,
    EmlFolderTransport,
    MaildirTransport,
    MemoryTransport,
    SentMail,
    SmtpTransport,
    transport_of,
)
from tests.mail.envelopes import RECIPIENT, SENDER, a_mail

INSTANCE = Path("/srv/visitbell")
PASSWORD = "hunter2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("maildir:", MaildirTransport(INSTANCE / "mail")),
        ("maildir:post", MaildirTransport(INSTANCE / "post")),
        ("maildir:/var/mail/visits", MaildirTransport(Path("/var/mail/visits"))),
        ("eml:outbox", EmlFolderTransport(INSTANCE / "outbox")),
        ("eml:/tmp/outbox", EmlFolderTransport(Path("/tmp/outbox"))),
        ("console:", ConsoleTransport()),
        (" console: ", ConsoleTransport()),
        (
            "smtp://visits:s%2Fcret%40@mail.example:2525?tls=starttls",
            SmtpTransport("mail.example", 2525, Security.STARTTLS, "visits", "s/cret@"),
        ),
        ("smtp://mail.example", SmtpTransport("mail.example", 587, Security.STARTTLS)),
        ("smtp://mail.example?tls=none", SmtpTransport("mail.example", 25, Security.NONE)),
        ("smtp://mail.example/", SmtpTransport("mail.example", 587, Security.STARTTLS)),
        ("smtp://localhost", SmtpTransport("localhost", 25, Security.NONE)),
        ("smtp://[::1]:1025", SmtpTransport("::1", 1025, Security.NONE)),
        ("smtp://a:b@127.0.0.1", SmtpTransport("127.0.0.1", 25, Security.NONE, "a", "b")),
        (
            "smtp://localhost?tls=starttls",
            SmtpTransport("localhost", 587, Security.STARTTLS),
        ),
        (
            "smtps://visits:secret@mail.example",
            SmtpTransport("mail.example", 465, Security.TLS, "visits", "secret"),
        ),
    ],
)
def test_setting_names_a_transport(url: str, expected: AnyTransport) -> None:
    assert transport_of(url, INSTANCE) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "maildir",
        "eml:",
        "console",
        "console:loud",
        PASSWORD,
        f"imap://visits:{PASSWORD}@mail.example",
        f"smtp:visits:{PASSWORD}@mail.example",
        f"smtp://visits:{PASSWORD}@",
        f"smtp://visits:{PASSWORD}/2@mail.example",
        f"smtp://visits:{PASSWORD}#2@mail.example",
        f"smtp://visits:{PASSWORD}?2@mail.example",
        f"smtp://visits:{PASSWORD}@mail.example/inbox",
        f"smtp://visits:{PASSWORD}@mail.example:many",
        f"smtp://visits:{PASSWORD}@mail.example:99999",
        f"smtp://visits:{PASSWORD}@[mail.example",
        f"smtp://visits:{PASSWORD}\u2100@mail.example",
        f"smtp://visits:{PASSWORD}@mail.example?tls=none",
        f"smtp://visits:{PASSWORD}@mail.example?tls=",
        f"smtp://visits:{PASSWORD}@mail.example?tls=maybe",
        f"smtp://visits:{PASSWORD}@mail.example?timeout=5",
        f"smtps://visits:{PASSWORD}@mail.example?tls=starttls",
    ],
)
def test_wrong_setting_is_refused_in_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"^VISITBELL_MAIL_URL is not understood: .+\.$") as error:
        transport_of(url, INSTANCE)
    assert PASSWORD not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None


def test_console_shows_whom_what_and_the_words() -> None:
    stream = io.StringIO()
    with ConsoleTransport(stream).open() as same:
        same.send(a_mail(subject="Tschüß"), sender=SENDER, recipient=RECIPIENT)
    assert stream.getvalue() == f"To: {RECIPIENT}\nSubject: Tschüß\n\nCan you come?\n\n"


def test_console_is_standard_output_unless_told(capsys: pytest.CaptureFixture[str]) -> None:
    ConsoleTransport().send(a_mail(), sender=SENDER, recipient=RECIPIENT)
    assert capsys.readouterr().out.startswith(f"To: {RECIPIENT}\n")


def test_memory_keeps_mails_in_order_with_their_envelopes() -> None:
    first, second, transport = a_mail(subject="First"), a_mail(subject="Second"), MemoryTransport()
    with transport.open() as same:
        same.send(first, sender=SENDER, recipient=RECIPIENT)
        same.send(second, sender=SENDER, recipient=RECIPIENT)
    assert transport.sent == [
        SentMail(SENDER, RECIPIENT, first),
        SentMail(SENDER, RECIPIENT, second),
    ]
