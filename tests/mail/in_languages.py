"""Every ordinary mail of a visit as text in the languages we ship, as last read by a person.

``python -m tests.mail.in_languages`` writes the files anew.
"""

from __future__ import annotations

from pathlib import Path

from tests.architecture.source import CHECKOUT
from tests.mail import letters
from tests.mail.golden import golden_text

FOLDER = CHECKOUT / "tests" / "golden" / "mail_in"
LOCALES = ("en-US", "es-US", "fr-CA")
MAILS = (
    *("sign_in", "ask_availability", "invitation", "announcement", "confirmation"),
    *("confirmation_teacher", "change", "cancellation", "reminder", "declined", "reopened"),
    *("taken_out", "still_coming", "no_answer_yet", "lapsed", "let_go", "roster", "approved"),
    "proposed",
    *("feedback", "thanks", "stand_in_ask", "stand_in_looking", "stand_in_found"),
    *("stand_in_arrives", "stand_in_plan_b"),
)
RULE = "=" * 72 + "\n"


def mails_in(locale: str) -> str:
    """Return the text of every mail in one language, one after the other."""
    told = (golden_text(letters.words_of(name, locale=locale)) for name in MAILS)
    return RULE.join(told)


def file_of(locale: str) -> Path:
    """Return where the mails in a language lie."""
    return FOLDER / f"{locale}.txt"


if __name__ == "__main__":
    for each in LOCALES:
        file_of(each).write_text(mails_in(each))
