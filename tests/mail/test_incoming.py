"""Mail that comes in: what it says, and nothing that a mail can hold costs much or breaks us."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.mail.incoming import CameBack, IncomingMail, MailUnreadable, read_mail
from tests.trying import examples

BOUNCE = b"""\
From: MAILER-DAEMON@robots.example
To: visits@schools.example
Subject: Undelivered
Message-ID: <b1@robots.example>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.robots.example

Final-Recipient: rfc822; Amara@robots.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such person
--b
Content-Type: message/rfc822

Message-ID: <ours@schools.example>
Subject: Can you come?

Hello
--b--
"""


def a_mail(*headers: str, body: bytes = b"Yes, gladly.\r\n") -> bytes:
    """Return a plain mail from Amara with these headers besides."""
    head = ("From: Amara Okafor <Amara@robots.example>", "Subject: Re: Hello", *headers)
    return "\r\n".join((*head, "", "")).encode("utf-8", "surrogateescape") + body


def test_plain_mail_says_who_and_what() -> None:
    assert read_mail(a_mail("Message-ID: <1@robots.example>")) == IncomingMail(
        message_id="<1@robots.example>",
        sender="amara@robots.example",
        sender_name="Amara Okafor",
        subject="Re: Hello",
        text="Yes, gladly.\r\n",
        calendars=(),
        came_back=(),
        is_report=False,
        is_automatic=False,
    )


def test_bounce_says_to_whom_and_which() -> None:
    mail = read_mail(BOUNCE)
    assert mail.is_report
    assert mail.came_back == (
        CameBack(("amara@robots.example",), "<ours@schools.example>", "550 no such person"),
    )


@pytest.mark.parametrize("word", [b"delayed", b"delivered", b"relayed", b"expanded"])
def test_delay_is_no_bounce(word: bytes) -> None:
    late = BOUNCE.replace(b"Action: failed", b"Action: " + word).replace(b"5.1.1", b"4.4.1")
    assert read_mail(late).came_back == ()


def test_mail_that_was_given_up_after_days_of_trouble_says_nothing_of_the_address() -> None:
    (came_back,) = read_mail(BOUNCE.replace(b"5.1.1", b"4.4.1")).came_back
    assert not came_back.is_for_good


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; x=y",
        "Precedence: bulk",
        "Precedence: Auto_Reply",
        "X-Autoreply: yes",
        "X-Auto-Response-Suppress: All",
        "Return-Path: <>",
    ],
)
def test_automatic_answers_are_known(header: str) -> None:
    assert read_mail(a_mail(header)).is_automatic


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Can you come?",
        "AutoReply: Hello",
        "Out of Office: Hello",
        "Réponse automatique : Bonjour",
        "Respuesta automática: Hola",
        "Automatische Antwort: Hallo",
    ],
)
def test_automatic_answers_are_known_by_how_their_subject_begins(subject: str) -> None:
    assert read_mail(f"From: a@x.example\r\nSubject: {subject}\r\n\r\nAway".encode()).is_automatic


@pytest.mark.parametrize(
    "header",
    [
        *("Auto-Submitted: no", "Return-Path: <amara@robots.example>", "Precedence: list"),
        *("Subject: Out of office that day, sorry", "Subject: Re: Automatic reply: Hello"),
    ],
)
def test_person_is_no_machine(header: str) -> None:
    assert not read_mail(f"From: a@x.example\r\n{header}\r\n\r\nHello".encode()).is_automatic


def test_server_that_writes_from_nowhere_is_for_a_person() -> None:
    octets = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\n\r\nI gave up."
    assert not read_mail(octets).is_automatic


def test_mail_of_two_senders_is_of_nobody() -> None:
    assert read_mail(a_mail("From: ben@bridges.example")).sender == ""
    two = b"From: a@x.example, b@x.example\r\n\r\n"
    assert read_mail(two).sender == ""


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("=?iso-8859-1?Q?Okaf=F3r=2C_Amara?= <Amara@robots.example>", "Okafór, Amara"),
        ('"Okafor, Amara" <amara@robots.example>', "Okafor, Amara"),
        ("=?utf-8?B?QW1hcmE=?=\r\n <amara@robots.example>", "Amara"),
        ("Amará <amara@robots.example>", "Amará"),
        ("amara@robots.example (Amara)", "Amara"),
    ],
)
def test_name_in_any_letters_leaves_the_address(written: str, name: str) -> None:
    mail = read_mail(f"From: {written}\r\n\r\nYes".encode())
    assert (mail.sender, mail.sender_name) == ("amara@robots.example", name)


@pytest.mark.parametrize(
    "written",
    [
        "=?utf-8?q?amara=40robots.example?= <m@elsewhere.example>",
        "=?utf-8?q?Amara_=3Camara=40robots.example=3E=2C?= <m@elsewhere.example>",
        '"amara@robots.example" <m@elsewhere.example>',
        "m@elsewhere.example (<amara@robots.example>)",
    ],
)
def test_address_in_a_name_is_nobodys(written: str) -> None:
    assert read_mail(f"From: {written}\r\n\r\nYes".encode()).sender == "m@elsewhere.example"


@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
def test_letters_that_no_header_should_hold_are_read(coding: str) -> None:
    octets = "From: a@x.example\r\nSubject: Réponse\r\n\r\n".encode(coding)
    assert read_mail(octets).subject == "Réponse"


@pytest.mark.parametrize("coding", ["utf-8", "latin-1"])
def test_words_in_letters_that_nobody_names_are_read(coding: str) -> None:
    assert read_mail(a_mail(body="Oui, à bientôt".encode(coding))).text == "Oui, à bientôt"


def test_of_a_very_large_mail_the_beginning_is_read() -> None:
    photograph = b"--b\r\nContent-Type: image/jpeg\r\n\r\n" + b"A" * (25 * 1024 * 1024)
    words = b"--b\r\nContent-Type: text/plain\r\n\r\nYes, with a photograph.\r\n"
    octets = a_mail("Content-Type: multipart/mixed; boundary=b", body=words + photograph)
    mail = read_mail(octets)
    assert (mail.sender, mail.text) == ("amara@robots.example", "Yes, with a photograph.")


def test_html_alone_is_read_as_words() -> None:
    body = b"<style>p{}</style><p>Yes &amp; <b>gladly</b></p>"
    mail = read_mail(a_mail("Content-Type: text/html", body=body))
    assert mail.text.split() == ["Yes", "&", "gladly"]


def _nested(depth: int, kind: str = "multipart/mixed") -> bytes:
    parts = "".join(
        f"Content-Type: {kind}; boundary=b{level}\r\n\r\n--b{level}\r\n" for level in range(depth)
    )
    return b"From: a@x.example\r\n" + parts.encode() + b"\r\nhello"


def nasties() -> Iterator[bytes]:
    """Yield a hundred mails that nobody should send."""
    yield from (b"", b"\0", b"\n" * 1000, b"hello", b"\xff\xfe" * 500, b":\r\n\r\n")
    yield b"a" * (11 * 1024 * 1024)
    yield b"From: a@x.example\r\n\r\n" + b"\n" * 5_000_000
    yield b"From: a@x.example\r\n\r\n" + b"x" * (9 * 1024 * 1024)
    for number in (1_000, 10_000, 100_000):
        yield b"".join(b"X-%d: y\r\n" % n for n in range(number)) + b"\r\nhello"
        yield b"From: a@x.example\r\n" + b"X: y\r\n" * number + b"\r\n"
        yield b"From: " + b"a@x.example, " * number + b"\r\n\r\n"
        yield b"Subject: " + b"=?utf-8?q?=ff?= " * number + b"\r\n\r\n"
        yield b"Subject: " + b"(" * number + b"\r\n\r\n"
        yield b"From: " + b"<" * number + b"\r\n\r\n"
        yield b'From: "' + b"\\" * number + b"\r\n\r\n"
    for depth in (10, 50, 99, 300, 1_000, 3_000, 10_000):
        yield _nested(depth)
        yield _nested(depth, kind="message/rfc822")
        yield _nested(depth, kind="multipart/report; report-type=delivery-status")
    for charset in ("nope", "utf-7", "hex", "\0", "x" * 9_000, "idna", "punycode", "rot13", '"'):
        for kind in ("text/plain", "text/calendar", "text/html"):
            head = f'Content-Type: {kind}; charset="{charset}"'
            yield a_mail(head, body=b"\xff\xfe\0\x80" * 50)
    for coding in ("base64", "quoted-printable", "x-uuencode", "nope", "\0"):
        yield a_mail(f"Content-Transfer-Encoding: {coding}", body=b"=\xff\0==A" * 5_000)
    for word in ("=?nope?b?AAAA?=", "=?utf-8?b?A?=", "=?utf-8?x?A?=", "=?\0?q?a?=", "\ud800", "\0"):
        yield f"Subject: {word}\r\nFrom: {word} <a@x.example>\r\n\r\n".encode(
            "utf-8", "surrogatepass"
        )
    for address in ("@", "<>", "a@", '"\\', "a@b@c", "a\0@x.example", "(((", ";" * 3_000):
        yield f"From: {address}\r\n\r\nhello".encode()
    for body in (b"<style>" * 50_000, b"<" * 100_000, b"&" * 100_000, b"<a " * 50_000):
        yield a_mail("Content-Type: text/html", body=body)
    for size in (1, 1_000, 400_000):
        yield a_mail("Content-Type: text/calendar; method=REPLY", body=b"BEGIN:V" * size)


NASTIES = tuple(nasties())


def test_there_are_a_hundred_of_them() -> None:
    assert len(NASTIES) >= 100


@pytest.mark.parametrize("number", range(len(NASTIES)))
def test_nasty_is_read_or_refused_within_two_seconds(number: int) -> None:
    begun = time.process_time()
    with suppress(MailUnreadable):
        mail = read_mail(NASTIES[number])
        told = "".join((mail.text, mail.subject, mail.sender, mail.sender_name))
        assert "\0" not in told
        told.encode()
    assert time.process_time() - begun < 2


@examples(50)
@given(st.binary(max_size=2_000), st.sampled_from((b"From: ", b"Content-Type: ", b"Subject: ")))
def test_any_octets_are_read_or_refused(octets: bytes, header: bytes) -> None:
    with suppress(MailUnreadable):
        mail = read_mail(header + octets)
        assert "\0" not in mail.subject + mail.sender + mail.text
