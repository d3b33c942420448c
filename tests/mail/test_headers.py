"""Whatever strangers call themselves, a mail keeps its fields and its one recipient."""

from __future__ import annotations

from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP
from email.utils import getaddresses, parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scheduler.mail.headers import header_text, refuse_split_headers
from scheduler.mail.messages import compose
from scheduler.mail.refusals import MailRefused
from tests.builders import NOW
from tests.mail.envelopes import RECIPIENT, SENDER, a_mail

FIELDS = a_mail(reply_to="carla@schools.example").message.keys()
BREAKS = ("\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029")
ATTACKS = (
    *(f"Ann{line_break}Bcc: spy@spy.example" for line_break in BREAKS),
    *(f"Ann{line_break}{line_break}<b>body</b>" for line_break in BREAKS),
    "=?utf-8?q?Ann=0D=0ABcc:_spy=40spy.example?=",
    "=?utf-8?b?QW5uDQpCY2M6IHNweUBzcHkuZXhhbXBsZQ==?=",
    "==??utf-8?q?=0D=0A?=?=",
    '"Ann" <spy@spy.example>, Ben',
    'Ann\\" <spy@spy.example>',
    "spy@spy.example",
    "Ann (comment; Bcc: spy@spy.example)",
    "group: spy@spy.example;",
    "\u202ennA\u202c \u2066Ann\u2069",
    "\ud83d half",
    "é, " * 700,
    "a" * 2000,
    "日本 " * 600,
    "",
)
HOSTILE = st.one_of(
    st.sampled_from(ATTACKS),
    st.text(st.characters(codec=None), max_size=300),
    st.lists(st.sampled_from((*ATTACKS[:12], "=?", "?=", '"', "\\", ",", "é", " "))).map("".join),
)


@given(name=HOSTILE, site=HOSTILE, subject=HOSTILE, text=HOSTILE)
@example(name="", site="", subject="", text="")
def test_strangers_words_never_leave_their_field(
    name: str, site: str, subject: str, text: str
) -> None:
    octets = compose(
        sender=(site, SENDER),
        recipient=(name, RECIPIENT),
        reply_to="carla@schools.example",
        subject=subject,
        text=text,
        html=text,
        message_id="<1@schools.example>",
        date=NOW,
    ).octets
    mail = message_from_bytes(octets, policy=SMTP)
    assert mail.keys() == FIELDS
    assert mail.defects == []
    assert [address.addr_spec for address in mail["To"].addresses] == [RECIPIENT]
    assert [address.addr_spec for address in mail["From"].addresses] == [SENDER]
    assert mail["Message-ID"] == "<1@schools.example>"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert max(len(line) for line in octets.split(b"\r\n")) <= 998


@given(name=HOSTILE)
def test_older_mail_programs_see_one_recipient_too(name: str) -> None:
    octets = a_mail(recipient=(name, RECIPIENT)).octets
    fields = message_from_bytes(octets).get_all("To", [])
    assert [address for _, address in getaddresses(fields)] == [RECIPIENT]


@given(name=HOSTILE, subject=HOSTILE)
def test_reader_sees_the_harmless_words(name: str, subject: str) -> None:
    octets = a_mail(recipient=(name, RECIPIENT), subject=subject).octets
    assert message_from_bytes(octets, policy=SMTP)["Subject"] == header_text(subject)
    phrase, _ = parseaddr("".join(message_from_bytes(octets)["To"].splitlines()))
    assert str(make_header(decode_header(phrase))) == header_text(name, longest=100)


@given(text=HOSTILE, longest=st.integers(1, 300))
def test_header_text_is_one_bounded_line(text: str, longest: int) -> None:
    line = header_text(text, longest=longest)
    assert len(line) <= longest
    assert line.split() == line.split(" ") or not line
    assert "=?" not in line
    assert header_text(line, longest=longest) == line


def test_long_subject_ends_with_a_sign_that_there_was_more() -> None:
    assert header_text("word " * 3, longest=11) == "word word…"


@pytest.mark.parametrize(
    "unsafe",
    ["Ann\r\nBcc: spy@spy.example", "Ann\nBcc: spy@spy.example", "Ann\r\n\r\nbody", "Ann\rBcc: x"],
)
def test_field_that_breaks_out_of_its_line_is_caught(unsafe: str) -> None:
    head = f"Subject: {unsafe}\r\nTo: {RECIPIENT}\r\n".encode()
    with pytest.raises(MailRefused):
        refuse_split_headers(head, ("Subject", "To"))
