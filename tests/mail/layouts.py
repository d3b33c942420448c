"""Mails as the programs of other people write them: answers, returns, and notes of absence.

Each is laid out as its program does it, with names and numbers of ours in place of theirs.
"""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.builders import VOLUNTEER


@dataclass(frozen=True)
class About:
    """What a mail is about: the visit's UID, its SEQUENCE, and the Message-ID of our mail."""

    uid: str
    sequence: int = 0
    message_id: str = "<ours@schools.example>"


def google_answer(about: About, *, partstat: str = "ACCEPTED") -> bytes:
    """Return an answer given with the buttons in Gmail."""
    calendar = _calendar(
        *("PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0"),
        *("CALSCALE:GREGORIAN", "METHOD:REPLY", "BEGIN:VEVENT"),
        *("DTSTART:20261208T154000Z", "DTEND:20261208T163000Z", "DTSTAMP:20261122T150000Z"),
        *("ORGANIZER;CN=School visits:mailto:visits@schools.example", f"UID:{about.uid}"),
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT="
        f"{partstat};CN=Amara Oka\r\n for;X-NUM-GUESTS=0:mailto:{VOLUNTEER}",
        *("X-MICROSOFT-CDO-OWNERAPPTID:-1", "DESCRIPTION:", f"SEQUENCE:{about.sequence}"),
        *("STATUS:CONFIRMED", "SUMMARY:Robots around us", "END:VEVENT", "END:VCALENDAR"),
    )
    return _mail(
        *("MIME-Version: 1.0", "Sender: Google Calendar <calendar@google.example>"),
        *("Message-ID: <calendar-1@google.example>", f"From: Amara Okafor <{VOLUNTEER}>"),
        "Subject: =?UTF-8?Q?Accepted=3A_Robots_around_us_=40_Tue_8_Dec?=",
        'Content-Type: multipart/mixed; boundary="0000000000a1"',
    ) + _parts(
        "0000000000a1",
        (
            'Content-Type: multipart/alternative; boundary="0000000000a2"',
            _parts(
                "0000000000a2",
                (
                    'Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes',
                    b"Amara Okafor has accepted this invitation.\r\n",
                ),
                ('Content-Type: text/html; charset="UTF-8"', b"<p>Accepted</p>\r\n"),
                (
                    'Content-Type: text/calendar; charset="UTF-8"; method=REPLY\r\n'
                    "Content-Transfer-Encoding: 7bit",
                    calendar,
                ),
            ),
        ),
        (
            'Content-Type: application/ics; name="invite.ics"\r\nContent-Transfer-Encoding: base64',
            encodebytes(calendar),
        ),
    )


def outlook_answer(about: About, *, partstat: str = "ACCEPTED") -> bytes:
    """Return an answer given in Outlook, from an office that writes family names first."""
    calendar = _calendar(
        *("METHOD:REPLY", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0"),
        *("BEGIN:VTIMEZONE", "TZID:Eastern Standard Time", "BEGIN:STANDARD"),
        *("DTSTART:16010101T020000", "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500"),
        *("RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11", "END:STANDARD"),
        *("BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:-0500"),
        *("TZOFFSETTO:-0400", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3"),
        *("END:DAYLIGHT", "END:VTIMEZONE", "BEGIN:VEVENT"),
        f'ATTENDEE;PARTSTAT={partstat};CN="Okafór, Amara":mailto:Amara@Robots.example',
        *("COMMENT;LANGUAGE=en-CA:\\n", f"UID:{about.uid}"),
        "SUMMARY;LANGUAGE=en-CA:Accepted: Robots around us",
        "DTSTART;TZID=Eastern Standard Time:20261208T104000",
        "DTEND;TZID=Eastern Standard Time:20261208T113000",
        *("CLASS:PUBLIC", "PRIORITY:5", "DTSTAMP:20261122T150000Z", "TRANSP:OPAQUE"),
        *("STATUS:CONFIRMED", f"SEQUENCE:{about.sequence}", "LOCATION;LANGUAGE=en-CA:Room 12"),
        *("X-MICROSOFT-CDO-APPT-SEQUENCE:0", "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY"),
        *("END:VEVENT", "END:VCALENDAR"),
    )
    return _mail(
        "From: =?iso-8859-1?Q?Okaf=F3r=2C_Amara?= <Amara@Robots.example>",
        "To: School visits <visits@schools.example>",
        "Subject: Accepted: Robots around us",
        "Message-ID: <YQ1PR01@YQ1PR01.CANPRD01.PROD.OUTLOOK.example>",
        *("Content-Language: en-CA", "X-MS-Has-Attach:", "X-MS-TNEF-Correlator:"),
        'Content-Type: multipart/alternative;\r\n\tboundary="_000_YQ1PR01_"',
        "MIME-Version: 1.0",
    ) + _parts(
        "_000_YQ1PR01_",
        (
            'Content-Type: text/plain; charset="iso-8859-1"\r\n'
            "Content-Transfer-Encoding: quoted-printable",
            b"\r\n",
        ),
        (
            'Content-Type: text/calendar; charset="utf-8"; method=REPLY\r\n'
            "Content-Transfer-Encoding: base64",
            encodebytes(calendar),
        ),
    )


def apple_answer(about: About, *, partstat: str = "ACCEPTED") -> bytes:
    """Return an answer given in Apple's calendar, which attaches it as a file."""
    calendar = _calendar(
        *("VERSION:2.0", "PRODID:-//Apple Inc.//iPhone OS 18.1//EN", "CALSCALE:GREGORIAN"),
        *("METHOD:REPLY", "BEGIN:VEVENT", f"UID:{about.uid}", "DTSTAMP:20261122T150000Z"),
        f"ATTENDEE;CN=Amara Okafor;CUTYPE=INDIVIDUAL;EMAIL={VOLUNTEER};PARTSTAT={partstat}"
        f":mailto:{VOLUNTEER}",
        *("DTSTART;TZID=America/Toronto:20261208T104000", "SUMMARY:Robots around us"),
        *("ORGANIZER:mailto:visits@schools.example", f"SEQUENCE:{about.sequence}"),
        *("END:VEVENT", "END:VCALENDAR"),
    )
    return _mail(
        *(f"From: Amara Okafor <{VOLUNTEER}>", "X-Mailer: iPhone Mail (22B83)"),
        *("Mime-Version: 1.0 (1.0)", "Message-Id: <8C1F@robots.example>"),
        "Subject: Amara Okafor accepted the invitation to Robots around us",
        "Content-Type: multipart/mixed; boundary=Apple-Mail-8C1F",
    ) + _parts(
        "Apple-Mail-8C1F",
        (
            "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit",
            b"Amara Okafor accepted.\r\n",
        ),
        (
            "Content-Disposition: attachment; filename=iCal-1.ics\r\n"
            "Content-Type: application/ics; name=iCal-1.ics\r\n"
            "Content-Transfer-Encoding: quoted-printable",
            calendar.replace(b"=", b"=3D"),
        ),
    )


def postfix_return(about: About, *, status: str = "5.1.1", action: str = "failed") -> bytes:
    """Return what Postfix sends back, with the mail that it is about."""
    return _mail(
        *("Return-Path: <>", "From: MAILER-DAEMON@mx.schools.example (Mail Delivery System)"),
        *("Subject: Undelivered Mail Returned to Sender", "Auto-Submitted: auto-replied"),
        *("MIME-Version: 1.0", "Message-Id: <20261122150000.5A1@mx.schools.example>"),
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        '\tboundary="4F.1795/mx.schools.example"',
    ) + _parts(
        "4F.1795/mx.schools.example",
        (
            "Content-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii",
            b"This is the mail system at host mx.schools.example.\r\n",
        ),
        (
            "Content-Description: Delivery report\r\nContent-Type: message/delivery-status",
            (
                "Reporting-MTA: dns; mx.schools.example\r\nX-Postfix-Queue-ID: 5A1\r\n\r\n"
                f"Final-Recipient: rfc822; {VOLUNTEER}\r\n"
                f"Original-Recipient: rfc822;{VOLUNTEER}\r\n"
                f"Action: {action}\r\nStatus: {status}\r\nRemote-MTA: dns; mx.robots.example\r\n"
                f"Diagnostic-Code: smtp; 550 5.1.1 <{VOLUNTEER}>; mailbox\r\n    unknown\r\n"
            ).encode(),
        ),
        (
            "Content-Description: Undelivered Message\r\nContent-Type: message/rfc822",
            _our_mail(about),
        ),
    )


def exchange_return(about: About) -> bytes:
    """Return what Exchange sends back in French."""
    words = "<p>Impossible de remettre votre message à ces destinataires.</p>"
    return _mail(
        "From: =?iso-8859-1?Q?Microsoft_Outlook?= <MicrosoftExchange329e@robots.example>",
        "Subject: =?iso-8859-1?Q?Non_remis_=3A_Invitation?=",
        *("Auto-Submitted: auto-replied", "Message-ID: <ab12@robots.example>"),
        'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="5c8f-a1"',
    ) + _parts(
        "5c8f-a1",
        (
            'Content-Type: multipart/alternative; boundary="5c8f-a2"',
            _parts(
                "5c8f-a2",
                ("Content-Type: text/html; charset=iso-8859-1", words.encode("latin-1")),
            ),
        ),
        (
            "Content-Type: message/delivery-status",
            (
                "Reporting-MTA: dns;YQ1PR01.robots.example\r\nArrival-Date: Sun, 22 Nov 2026"
                f"\r\n\r\nFinal-recipient: RFC822;{VOLUNTEER.title()}\r\n"
                "Action: failed\r\nStatus: 5.1.10\r\n"
                "Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound\r\n"
                f"X-Display-Name: {VOLUNTEER}\r\n"
            ).encode(),
        ),
        ("Content-Type: message/rfc822", _our_mail(about)),
    )


def passed_on_return(about: About) -> bytes:
    """Return what Google sends back of a mail that was passed on to an address of theirs."""
    return _mail(
        *("Return-Path: <>", "From: Mail Delivery Subsystem <mailer-daemon@google.example>"),
        "Subject: Delivery Status Notification (Failure)",
        *("Auto-Submitted: auto-replied", "Message-ID: <672@mx.google.example>"),
        "X-Failed-Recipients: amara.private@google.example",
        'Content-Type: multipart/report; boundary="0000b1"; report-type=delivery-status',
    ) + _parts(
        "0000b1",
        (
            'Content-Type: multipart/related; boundary="0000b2"',
            _parts("0000b2", ("Content-Type: text/plain", b"** Address not found **\r\n")),
        ),
        (
            "Content-Type: message/delivery-status",
            b"Reporting-MTA: dns; google.example\r\n\r\n"
            b"Final-Recipient: rfc822; amara.private@google.example\r\n"
            b"Action: failed\r\nStatus: 5.1.1\r\n"
            b"Diagnostic-Code: smtp; 550-5.1.1 The email account does not exist.\r\n",
        ),
        ("Content-Type: message/rfc822", _our_mail(about)),
    )


def return_in_words(about: About) -> bytes:
    """Return what an older Exim sends back: words, a header, and a copy."""
    return (
        _mail(
            *("Return-Path: <>", f"X-Failed-Recipients: {VOLUNTEER}"),
            "Auto-Submitted: auto-replied",
            "From: Mail Delivery System <Mailer-Daemon@mx.robots.example>",
            "Subject: Mail delivery failed: returning message to sender",
            "Message-Id: <E1abc-0001@mx.robots.example>",
        )
        + b"A message that you sent could not be delivered.\r\n\r\n"
        b"------ This is a copy of the message, including all the headers. ------\r\n\r\n"
        + _our_mail(about)
    )


ANSWERS = MappingProxyType(
    {"google": google_answer, "outlook": outlook_answer, "apple": apple_answer}
)
RETURNS = MappingProxyType(
    {
        "postfix": postfix_return,
        "exchange": exchange_return,
        "passed on": passed_on_return,
        "in words": return_in_words,
    }
)
AWAY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "google": (
            *("Subject: Away Re: Invitation", "Precedence: bulk", "X-Autoreply: yes"),
            "Auto-Submitted: auto-replied",
        ),
        "exchange": (
            "Subject: =?utf-8?Q?R=C3=A9ponse_automatique=C2=A0=3A_Invitation?=",
            "X-Auto-Response-Suppress: All",
        ),
        "exchange without its marks": ("Subject: Automatic reply: Invitation",),
        "vacation": ("Subject: I am away", "Return-Path: <>"),
    }
)


def away(kind: str) -> bytes:
    """Return a note of absence."""
    return _mail(f"From: Amara Okafor <{VOLUNTEER}>", *AWAY[kind]) + b"I am away until Monday.\r\n"


def _our_mail(about: About) -> bytes:
    return (
        _mail(
            "From: School visits <visits@schools.example>",
            *(f"To: Amara Okafor <{VOLUNTEER}>", "Subject: Invitation"),
            *(f"Message-ID: {about.message_id}", "MIME-Version: 1.0"),
        )
        + b"Can you come?\r\n"
    )


def _mail(*headers: str) -> bytes:
    return "\r\n".join((*headers, "", "")).encode()


def _calendar(*lines: str) -> bytes:
    return "\r\n".join(("BEGIN:VCALENDAR", *lines, "")).encode()


def _parts(boundary: str, *parts: tuple[str, bytes]) -> bytes:
    opened = (f"--{boundary}\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts)
    return b"".join(opened) + f"--{boundary}--\r\n".encode()
