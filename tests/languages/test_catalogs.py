"""The catalogs: every sentence of the sources in every language, whole, with what is filled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from jinja2 import Environment

from tests.architecture.source import CHECKOUT
from tests.languages import words
from tests.languages.marking import unmarked_in_module, unmarked_in_template
from tests.languages.pseudo import odd

LANGUAGES = words.languages()
FILLED_IN = re.compile(r"%\(\w+\)s|\{\w+\}|<[^<>]*>")
# Pages that builders of pages see or monitors read, and what every language calls the same.
GALLERY = frozenset({"_ui_decisions.html", "_ui_forms.html", "_ui_lists.html", "ui.html"})
BUILDERS_MODULES = frozenset({"metrics.py", "ui_pages.py"})
SAME_EVERYWHERE = frozenset(
    {
        *("Google Calendar", "Apple Calendar", "Outlook", "Thunderbird", "Nextcloud", "Evolution"),
        *("English", "Enter", "Shift X"),
    }
)
TEMPLATES = sorted(path for path in (CHECKOUT / "templates").rglob("*.*"))
MODULES = sorted((CHECKOUT / "scheduler" / "web").glob("*.py"))


def test_french_and_spanish_are_shipped() -> None:
    assert LANGUAGES == ("es", "fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalog_has_every_sentence_of_the_sources_and_no_other(language: str) -> None:
    known, spoken = words.messages_of(words.known(language)), words.messages_of(words.spoken())
    assert sorted(map(str, spoken.keys() - known.keys())) == []
    assert sorted(map(str, known.keys() - spoken.keys())) == []


def test_template_has_every_sentence_of_the_sources() -> None:
    with words.TEMPLATE.open("rb") as file:
        template = words.read_po(file)
    assert words.messages_of(template).keys() == words.messages_of(words.spoken()).keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_whole(language: str) -> None:
    catalog = words.known(language)
    left = [
        message.id
        for message in words.messages_of(catalog).values()
        if message.fuzzy or not all(told(message)) or len(told(message)) != forms(message, catalog)
    ]
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_fills_in_what_the_sentence_fills_in(language: str) -> None:
    wrong = [
        (message.id, form)
        for message in words.messages_of(words.known(language)).values()
        for number, form in enumerate(told(message))
        if not fills_alike(message, form, is_first=number == 0)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_begins_and_ends_like_its_sentence(language: str) -> None:
    wrong = [
        (message.id, form)
        for message in words.messages_of(words.known(language)).values()
        for form in told(message)
        if edges(source_of(message)) != edges(form)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_template_says_nothing_that_is_not_marked(path: Path) -> None:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    found = set(unmarked_in_template(path, environment)) - SAME_EVERYWHERE
    assert path.name in GALLERY or sorted(found) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_module_of_the_pages_says_nothing_that_is_not_marked(path: Path) -> None:
    assert path.name in BUILDERS_MODULES or sorted(set(unmarked_in_module(path))) == []


def test_the_odd_language_keeps_what_is_filled_in() -> None:
    assert odd('Go to <a href="%(page)s">%(name)s</a> now.') == (
        'Ɠǿ ŧǿ <a href="%(page)s">%(name)s</a> ƞǿẇ.' + "·" * 17
    )


def told(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def source_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[-1])


def forms(message: Message, catalog: Catalog) -> int:
    return 1 if isinstance(message.id, str) else catalog.num_plurals


def fills_alike(message: Message, form: str, *, is_first: bool) -> bool:
    """Tell whether nothing is left out; the form for one may write the number out."""
    wanted, filled = (sorted(set(FILLED_IN.findall(each))) for each in (source_of(message), form))
    may_leave_out = is_first and not isinstance(message.id, str)
    return filled == wanted or (may_leave_out and filled == [w for w in wanted if w != "%(num)s"])


def edges(sentence: str) -> tuple[bool, bool, bool]:
    """Return whether there are blanks before or after it, and whether it ends with a full stop."""
    return sentence[:1].isspace(), sentence[-1:].isspace(), sentence.endswith(".")
