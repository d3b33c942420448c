"""A speaker speaks the language of the class."""

from __future__ import annotations

import pytest

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import language_match
from tests.constraints.snapshots import a_demand, a_speaker


@pytest.mark.parametrize(("language", "kept"), [("fr", True), ("es", False)])
def test_language_must_be_spoken(language: str, kept: bool) -> None:
    speaker = a_speaker(languages=frozenset({"fr", "en"}))
    found = language_match(speaker, a_demand(language=language))
    facts = {"language": language, "spoken": ("en", "fr")}
    assert found == Finding("language_match", kept, facts)
