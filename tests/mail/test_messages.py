"""What a mail is made of: parts, header fields, and the same octets on every attempt."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage

import pytest

from scheduler.mail.messages import CalendarPart, Mail, message_id_of
from scheduler.mail.refusals import MailRefused
from tests.builders import NOW
from tests.mail.envelopes import RECIPIENT, SENDER, a_mail
from tests.mail.golden import CALENDAR, FOLDER, whole_invitation


def test_invitation_goes_over_the_wire_as_it_was_last_read_by_a_person() -> None:
    assert whole_invitation() == (FOLDER / "invitation.eml").read_bytes()


def test_calendar_stands_beside_the_words_and_again_as_a_file() -> None:
    mail = received(a_mail(calendar=CALENDAR))
    assert layout(mail) == (
        "multipart/mixed",
        (
            ("multipart/alternative", ("text/plain", "text/html", "text/calendar")),
            "application/ics",
        ),
    )
    alternative, attachment = mail.iter_parts()
    *_, calendar = alternative.iter_parts()
    assert calendar["Content-Type"].params == {"method": "REQUEST", "charset": "utf-8"}
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_content_disposition() == "attachment"
    assert calendar.get_payload(decode=True) == CALENDAR.octets
    assert attachment.get_payload(decode=True) == CALENDAR.octets


def test_mail_without_a_calendar_is_text_and_html() -> None:
    mail = received(a_mail(text="Tschüß\n.\nFrom here\n", html="<p>Tschüß</p>\n"))
    assert layout(mail) == ("multipart/alternative", ("text/plain", "text/html"))
    text, html = (part.get_content() for part in mail.iter_parts())
    assert text == "Tschüß\r\n.\r\nFrom here\r\n"
    assert html == "<p>Tsch&#252;&#223;</p>\r\n"


def test_html_travels_as_it_stands_unless_a_line_is_longer_than_servers_take() -> None:
    short, long = "é" * 166, "é" * 167
    assert html_part(short).get("Content-Transfer-Encoding") == "7bit"
    assert html_part(long).get("Content-Transfer-Encoding") == "quoted-printable"
    assert html_part(short).get_content() == "&#233;" * 166 + "\r\n"
    assert html_part(long).get_content() == "&#233;" * 167 + "\r\n"


def test_mail_carries_exactly_these_fields() -> None:
    mail = received(a_mail(reply_to="carla@schools.example"))
    assert dict(mail.items()) == {
        "From": f"School visits <{SENDER}>",
        "To": f"Amara Okafor <{RECIPIENT}>",
        "Reply-To": "carla@schools.example",
        "Subject": "Invitation: Maple School",
        "Date": "Sat, 21 Nov 2026 14:00:00 +0000",
        "Message-ID": "<24881dd5757876aa5bbb19296f69d078f22a307b@schools.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
    }


def test_second_attempt_is_the_same_mail() -> None:
    assert a_mail(calendar=CALENDAR).octets == a_mail(calendar=CALENDAR).octets


def test_long_lines_in_any_part_are_folded() -> None:
    calendar = CalendarPart("CANCEL", b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\n" + b"x" * 5000)
    mail = a_mail(text="y" * 5000, html="z" * 5000, subject="s " * 500, calendar=calendar)
    assert max(len(line) for line in mail.octets.split(b"\r\n")) <= 78


def test_every_octet_is_plain_ascii_with_crlf() -> None:
    octets = a_mail(subject="Élan — 日本", text="Élan\n", calendar=CALENDAR).octets
    assert octets.isascii()
    assert octets.count(b"\n") == octets.count(b"\r\n") == octets.count(b"\r")


def test_text_without_a_mail_form_is_replaced_not_refused() -> None:
    mail = received(a_mail(text="nul \0 half \ud83d\n"))
    assert mail.get_body(("plain",)).get_content() == "nul \ufffd half \ufffd\r\n"


@pytest.mark.parametrize("length", [10, 60, 300])
def test_unsubscribe_address_stays_whole_and_takes_one_click(length: int) -> None:
    url = f"https://visits.example.org/m/{'a' * length}?from=mail"
    octets = a_mail(list_unsubscribe=url).octets
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in octets
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in octets


def test_unsubscribe_without_tls_promises_no_one_click() -> None:
    mail = a_mail(list_unsubscribe="http://127.0.0.1:5000/m/abc").message
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:5000/m/abc>"
    assert "List-Unsubscribe-Post" not in mail


@pytest.mark.parametrize(
    "url",
    [
        "mailto:a@b.example",
        "javascript:alert(1)",
        "https://x.example/\r\nBcc: spy@spy.example",
        "https://x.example/a b",
        "https://x.example/>,<https://y.example/",
        "https://x.example/é",
        "https://x.example/" + "a" * 900,
    ],
)
def test_unsubscribe_takes_web_addresses_alone(url: str) -> None:
    with pytest.raises(ValueError, match="web address"):
        a_mail(list_unsubscribe=url)


def test_message_id_follows_from_the_key() -> None:
    first = message_id_of("visit-1/reminder:7d/0/amara", "schools.example")
    assert first == message_id_of("visit-1/reminder:7d/0/amara", "schools.example")
    assert first != message_id_of("visit-1/reminder:1d/0/amara", "schools.example")
    assert first.endswith("@schools.example>")
    assert "amara" not in first


def test_message_id_writes_other_scripts_in_ascii() -> None:
    assert message_id_of("key", "schüle.example").endswith("@xn--schle-mva.example>")


@pytest.mark.parametrize("domain", ["", "a b", "a\r\nBcc: x", "a>b", ".", "a..b"])
def test_message_id_needs_a_domain(domain: str) -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        message_id_of("key", domain)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "amara",
        "@x.example",
        "a@",
        ".a@x.example",
        "a b@x.example",
        "ä@x.example",
        "<a@x.example>",
        "a@x.example\n",
        "a@x..example",
        "a@[127.0.0.1]",
        "a@x.example, b@y.example",
        "a@x.example\r\nBcc: b@y.example",
        f"{'a' * 65}@x.example",
        f"a@{'x' * 64}.example",
        f"a@{'x.' * 125}example",
    ],
)
def test_impossible_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(MailRefused) as refusal:
        a_mail(recipient=("Amara", address))
    assert refusal.value.is_permanent
    assert refusal.value.code == 553


@pytest.mark.parametrize(
    "address", ["visits@localhost", "o'neil+visits@x.example", "a_b-c.d@sub.x.example"]
)
def test_unusual_address_is_kept_as_it_is(address: str) -> None:
    assert a_mail(recipient=("", address)).message["To"] == address


def test_date_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        a_mail(date=datetime(2026, 12, 8, 10, 40))


@pytest.mark.parametrize(
    "octets",
    [
        b"BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nMETHOD:REQUEST\r\n",
        b"BEGIN:VCALENDAR\r\nX-METHOD:REQUEST\r\n",
        b"",
    ],
)
def test_method_outside_and_inside_the_calendar_are_one(octets: bytes) -> None:
    with pytest.raises(ValueError, match="METHOD:REQUEST"):
        CalendarPart("REQUEST", octets)


def received(mail: Mail) -> EmailMessage:
    parsed = mail.message
    assert parsed["Date"].datetime == NOW
    assert parsed.defects == []
    return parsed


def html_part(html: str) -> EmailMessage:
    _, part = received(a_mail(html=html)).iter_parts()
    return part


def layout(part: EmailMessage) -> object:
    if not part.is_multipart():
        return part.get_content_type()
    return (part.get_content_type(), tuple(layout(inner) for inner in part.iter_parts()))
