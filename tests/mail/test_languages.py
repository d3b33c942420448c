"""Mails in the reader's own language and region."""

from __future__ import annotations

import pytest

from scheduler.services.speech import speech_of
from tests.builders import a_district
from tests.mail import letters
from tests.mail.in_languages import LOCALES, file_of, mails_in


@pytest.mark.parametrize("locale", LOCALES)
def test_mails_read_as_they_were_last_read_by_a_person(locale: str) -> None:
    assert mails_in(locale) == file_of(locale).read_text()


def test_html_says_its_language_and_direction() -> None:
    html = letters.words_of("invitation", locale="fr-CA").html
    assert '<html lang="fr-CA" dir="ltr"' in html
    assert "Pouvez-vous venir?" in html


@pytest.mark.parametrize("locale", ["", "en", "en-CA", "xx", "de-DE"])
def test_mail_in_a_language_that_is_not_shipped_is_english(locale: str) -> None:
    assert letters.words_of("invitation", locale=locale) == letters.words_of("invitation")


@pytest.mark.parametrize(
    ("own", "expected"), [("fr", "fr-CA"), ("fr-FR", "fr-FR"), ("", "en-CA"), ("es", "es-CA")]
)
def test_person_is_spoken_to_in_their_language_and_the_districts_region(
    own: str, expected: str
) -> None:
    assert speech_of(own, a_district(locale="en-CA")) == expected


def test_before_there_is_a_district_the_own_tag_counts() -> None:
    assert (speech_of("fr", None), speech_of("", None)) == ("fr", "")
