"""No sentence of ours reaches a page by a way on which nobody translates it.

What templates and the modules of pages say themselves is looked at with the catalogs. Here it is
what the rooms below hand out: facts and keys, never words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.domain.topics import Topic
from scheduler.web.topic_names import topic_label, topic_labels, topic_options
from tests.architecture.source import CHECKOUT
from tests.languages import words
from tests.languages.marking import sentences_of

SERVICES = sorted((CHECKOUT / "scheduler" / "services").rglob("*.py"))
PICKED_UP = frozenset(words.told_by())
LOGS = frozenset({"log", "logger"})
SPACE = Topic("space", label="Space", label_fr="Espace", label_es="Espacio")
ENERGY = Topic("energy", label="Energy", label_fr="Énergie", label_es="Energía")


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_service_hands_out_no_sentence(path: Path) -> None:
    said = set(sentences_of(path, words.SENTENCE)) - set(_of_errors(path))
    assert path in PICKED_UP or sorted(said) == []


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_service_names_no_topic(path: Path) -> None:
    assert re.findall(r"\btopics?(?:\.topic\(.*?\))?\.title\b", path.read_text()) == []


@pytest.mark.parametrize("language", words.languages())
def test_why_a_calendar_was_not_taken_is_told_in_every_language(language: str) -> None:
    told = words.messages_of(words.known(language))
    assert "The site did not answer." in {key for _, key in told}


def test_topics_are_named_in_the_language_of_the_page() -> None:
    assert (topic_label(SPACE), SPACE.title_in("fr-CA"), SPACE.title_in("es")) == (
        "Space",
        "Espace",
        "Espacio",
    )
    assert topic_labels((SPACE, ENERGY)) == ["Energy", "Space"]
    assert topic_options((SPACE, ENERGY)) == [
        {"value": "energy", "label": "Energy"},
        {"value": "space", "label": "Space"},
    ]


def _of_errors(path: Path) -> Iterator[str]:
    """Yield what errors and the log say: pages tell an error by its kind, the log is ours."""
    for node in ast.walk(ast.parse(path.read_text())):
        is_logged = isinstance(node, ast.Call) and _receiver(node) == "log"
        if isinstance(node, ast.Raise) or is_logged:
            texts = (each.value for each in ast.walk(node) if isinstance(each, ast.Constant))
            yield from (text for text in texts if isinstance(text, str))


def _receiver(call: ast.Call) -> str:
    owner = getattr(call.func, "value", None)
    return "log" if isinstance(owner, ast.Name) and owner.id.strip("_").lower() in LOGS else ""
