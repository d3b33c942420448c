"""Mails as they were last read by a person, kept as files and compared byte for byte.

``python -m tests.mail.golden`` writes the files anew; read the difference before keeping it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scheduler.mail.messages import CalendarPart, compose, message_id_of
from scheduler.mail.words import MESSAGES, Words
from tests.architecture.source import CHECKOUT
from tests.builders import NOW, VOLUNTEER
from tests.mail import letters

FOLDER = CHECKOUT / "tests" / "golden" / "mail"
CALENDAR = CalendarPart(
    "REQUEST",
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n"
    b"SUMMARY:Robots around us \xe2\x80\x93 5A\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
)
OFFICES = {"page": f"{letters.SITE}/day?day=2026-12-08", "choices": letters.ANSWERS["choices"]}
VARIANTS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "invitation-series": ("invitation", {"sheets": letters.series(), "facts": {}}),
        "invitation-file": (
            "invitation",
            {"facts": {}, "links": letters.ANSWERS | {"file": f"{letters.SITE}/r/kVq3/visit.ics"}},
        ),
        "confirmation-online": ("confirmation", {"sheets": (letters.online_sheet(),)}),
        "confirmation-panel": ("confirmation", {"sheets": (letters.panel(),)}),
        "confirmation_teacher-panel": ("confirmation_teacher", {"sheets": (letters.panel(),)}),
        "change-teacher": ("change", {"role": "teacher"}),
        "cancellation-teacher": ("cancellation", {"role": "teacher", "facts": {}}),
        "reminder-unanswered": (
            "reminder",
            {"sheets": (letters.open_sheet(),), "facts": {"days": 7}},
        ),
        "handed_over-no": (
            "handed_over",
            {
                "facts": {
                    "author": "Omar Haddad",
                    "class_name": "5A",
                    "school_name": "Maple School",
                    "accepted": False,
                }
            },
        ),
        "no_answer_yet-always": ("no_answer_yet", {"facts": {}}),
        "let_go-teacher": ("let_go", {"role": "teacher"}),
        "cancellation-open-again": (
            "cancellation",
            {
                "role": "teacher",
                "reason": "The school did not confirm the time.",
                "facts": {"is_open_again": True},
            },
        ),
        "stand_in_looking-office": (
            "stand_in_looking",
            {
                "role": "office",
                "links": OFFICES,
                "facts": {"speaker_name": "Amara Okafor", "is_sought": True},
            },
        ),
        "cancellation-own": (
            "cancellation",
            {"role": "teacher", "facts": {"by": "Lena Fischer", "is_own": True}},
        ),
        "cancellation-one-of-three": (
            "cancellation",
            {"sheets": (letters.certain_sheet(sessions=3),), "facts": {}},
        ),
        "cancellation-office": ("cancellation", {"role": "office", "links": OFFICES, "facts": {}}),
        "declined-sought": (
            "declined",
            {"facts": {"speaker_name": "Amara Okafor", "is_sought": True}},
        ),
        "stand_in_looking-lapsed": (
            "stand_in_looking",
            {"facts": {"speaker_name": "Amara Okafor", "has_lapsed": True, "is_sought": True}},
        ),
        "confirmation_teacher-office": (
            "confirmation_teacher",
            {"role": "office", "links": OFFICES},
        ),
        "confirmation_teacher-coordinator": (
            "confirmation_teacher",
            {"role": "coordinator", "links": {"page": f"{letters.SITE}/requests/robots"}},
        ),
        "change-office": ("change", {"role": "office", "links": OFFICES, "facts": {}}),
        "cancellation-coordinator": (
            "cancellation",
            {
                "role": "coordinator",
                "facts": {"by": "Lena Fischer"},
                "links": {"page": f"{letters.SITE}/requests/robots"},
            },
        ),
        "stand_in_looking-by-hand": (
            "stand_in_looking",
            {"facts": {"speaker_name": "Amara Okafor", "is_sought": False}},
        ),
        "stand_in_plan_b-by-hand": (
            "stand_in_plan_b",
            {"role": "office", "links": OFFICES, "facts": {"plan_b": "", "is_sought": False}},
        ),
        "stand_in_plan_b-over": (
            "stand_in_plan_b",
            {"sheets": (letters.lacking(),), "facts": {"plan_b": "", "is_over": True}},
        ),
        "let_go-sought": (
            "let_go",
            {"facts": {"speaker_name": "Amara Okafor", "is_sought": True}},
        ),
        "other_time-again": (
            "other_time",
            {"facts": {"offset": "again", "kept_until": date(2026, 11, 30)}},
        ),
        "reminder-lacking": (
            "reminder",
            {"role": "teacher", "sheets": (letters.lacking(),), "facts": {"days": 1}},
        ),
        "stand_in_looking-panel": (
            "stand_in_looking",
            {
                "sheets": (letters.lacking(),),
                "facts": {"speaker_name": "Cleo", "is_sought": True},
            },
        ),
        "stand_in_plan_b-panel": ("stand_in_plan_b", {"sheets": (letters.lacking(),)}),
        "stand_in_plan_b-empty": (
            "stand_in_plan_b",
            {"facts": {"speaker_name": "Amara Okafor", "plan_b": "", "is_sought": True}},
        ),
        "still_coming-again": ("still_coming", {"facts": {"days": 3, "offset": "2"}}),
        "roster-teacher": ("roster", {"role": "teacher"}),
        "roster-volunteer": ("roster", {"role": "volunteer"}),
        "approved-office": (
            "approved",
            {
                "role": "office",
                "facts": {"weeks": ((date(2026, 12, 7), 1),), "schools": ("Maple School",)},
            },
        ),
        "proposed-one": (
            "proposed",
            {"facts": {"waiting": 1, "clear": 1, "nobody": 0, "first_day": date(2026, 12, 8)}},
        ),
        "proposed-many": (
            "proposed",
            {"facts": {"waiting": 312, "nobody": 41, "first_day": date(2026, 12, 8)}},
        ),
        "reminder-teacher": ("reminder", {"role": "teacher", "facts": {}}),
    }
)
NAMES = (*MESSAGES, *VARIANTS)


def golden_words(name: str) -> Words:
    """Return the words of one of ``NAMES``: a mail by its own name, or a variant of one."""
    message, changes = VARIANTS.get(name, (name, {}))
    return letters.words_of(message, **changes)


def golden_text(words: Words) -> str:
    """Return the subject and the plain text as they stand in a file."""
    return f"Subject: {words.subject}\n\n{words.text}"


def whole_invitation(date: datetime = NOW) -> bytes:
    """Return the ordinary invitation as it goes over the wire."""
    words = golden_words("invitation")
    mail = compose(
        sender=("Lakeshore District", "visits@schools.example"),
        recipient=("Amara Okafor", VOLUNTEER),
        reply_to="carla@schools.example",
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=message_id_of("visit-1/invitation/0/amara", "schools.example"),
        date=date,
        calendar=CALENDAR,
    )
    return mail.octets


def golden_files() -> Mapping[str, bytes]:
    """Return every golden file's content by its name."""
    files = {"invitation.eml": whole_invitation()}
    for name in NAMES:
        words = golden_words(name)
        files[f"{name}.txt"] = golden_text(words).encode()
        files[f"{name}.html"] = words.html.encode()
    return files


def write_anew(folder: Path = FOLDER) -> None:
    """Replace the folder's files by what the templates say now."""
    for path in folder.iterdir():
        path.unlink()
    for name, content in golden_files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write_anew()
