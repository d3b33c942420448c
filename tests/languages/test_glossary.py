"""One word for one thing in each language, and each language's own marks between words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from unicodedata import combining, normalize

import pytest

from scheduler.domain.visits import VisitState
from scheduler.services.following import Stage
from scheduler.web.progress import TAGS
from scheduler.web.visit_words import state_words
from tests.architecture.source import CHECKOUT
from tests.languages import words
from tests.languages.test_catalogs import source_of, told

PAGE = CHECKOUT / "docs" / "languages.md"
LANGUAGES = ("fr", "es")
# Where a sentence says it by a pronoun, a verb or a name, a translation may do so as well.
TERMS = ("clearance", "e-mail", "organization", "room", "account", "stand-in", "school office")
WRONG_IN_FRENCH = re.compile(r"[ \u00a0][;?!]|(?<!\u00a0):(?=$|\s)|«(?!\u00a0)|(?<!\u00a0)»")
TUTEANDO = re.compile(r"\b(tú|tu|tus|te|ti|contigo|puedes|tienes|quieres|haz)\b", re.IGNORECASE)
TUTOYANT = re.compile(r"\b(tu|ton|ta|tes|toi)\b", re.IGNORECASE)
FILLED_IN = re.compile(r"%\(\w+\)s")
FIELD = r" ([^|\n]+) \|"
# What a state was called besides, here or there.
SECOND_NAMES = {
    *("Agreed", "Arranged", "Cancelled", "Canceled", "Confirmed", "Happened"),
    *("Did not take place", "Not everyone has answered", "Took place"),
    *("Waiting for answers", "Waiting for the others"),
}
STATE_BY_STAGE = {
    Stage.ASKED: VisitState.INVITED,
    Stage.AGREED: VisitState.CONFIRMED,
    Stage.VISITED: VisitState.HAPPENED,
    Stage.MISSED: VisitState.MISSED,
}
# A table of one's own: some words right after the key of a state.
OWN_NAME = re.compile(
    r"""(?:["'](?:confirmed|happened|invited)["']|VisitState\.[A-Z]+): *(?:\{"words": *)?_\("""
)


@cache
def glossary() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the words for each English term, by language."""
    rows = re.findall(rf"^\|{FIELD}{FIELD}{FIELD}$", PAGE.read_text(), re.MULTILINE)
    return {
        english: {"fr": tuple(french.split(", ")), "es": tuple(spanish.split(", "))}
        for english, french, spanish in rows
        if english != "English"
    }


@cache
def names_by_state() -> dict[str, tuple[str, str, str]]:
    """Return what each state of a visit is called in English, French and Spanish."""
    rows = re.findall(rf"^\|{FIELD}{FIELD}{FIELD}{FIELD}$", PAGE.read_text(), re.MULTILINE)
    return {state: tuple(names) for state, *names in rows if state != "State"}


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Yield every English sentence with its translation, each plural form by itself."""
    for message in words.messages_of(words.known(language)).values():
        yield from ((source_of(message), form) for form in told(message))


def plain(text: str) -> str:
    """Return the text in lower case without accents."""
    return "".join(c for c in normalize("NFD", text.lower()) if not combining(c))


def beginnings(terms: tuple[str, ...]) -> tuple[str, ...]:
    """Return how these terms begin, so that a plural or another form counts as well."""
    firsts = (plain(term.split()[0]) for term in terms)
    return tuple(first[: max(4, len(first) - 3)] for first in firsts)


def test_state_of_a_visit_has_one_name_in_each_language() -> None:
    assert {state: called.words for state, called in state_words().items()} == {
        state: english for state, (english, *_) in names_by_state().items()
    }
    assert names_by_state().keys() == set(VisitState)
    for place, language in enumerate(LANGUAGES, 1):
        told = dict(sentences(language))
        assert [told[names[0]] for names in names_by_state().values()] == [
            names[place] for names in names_by_state().values()
        ]


def test_teacher_reads_of_a_request_what_its_visit_is_called() -> None:
    names = {state: english for state, (english, *_) in names_by_state().items()}
    assert {stage: str(TAGS[stage][0]) for stage in STATE_BY_STAGE} == {
        stage: names[state] for stage, state in STATE_BY_STAGE.items()
    }


def test_no_state_has_a_second_name() -> None:
    assert SECOND_NAMES & {english for english, _ in sentences("fr")} == set()
    sources = (
        *(CHECKOUT / "templates").rglob("*.html"),
        *(CHECKOUT / "scheduler/web").glob("*.py"),
    )
    assert {each.name for each in sources if OWN_NAME.search(each.read_text())} == set()


def test_every_term_has_a_word_in_each_language() -> None:
    assert len(glossary()) >= 30
    assert set(TERMS) <= glossary().keys()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", TERMS)
def test_term_is_said_by_its_word(term: str, language: str) -> None:
    said = re.compile(rf"\b{term}s?\b", re.IGNORECASE)
    allowed = beginnings(glossary()[term][language])
    wrong = [
        (english, form)
        for english, form in sentences(language)
        if form and said.search(FILLED_IN.sub("", english))
        if not any(each in plain(form) for each in allowed)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_label_that_is_a_term_is_its_word(language: str) -> None:
    labels = {english.lower(): form for english, form in sentences(language)}
    wrong = {
        term: labels[term]
        for term, by_language in glossary().items()
        if term in labels and plain(labels[term]) not in map(plain, by_language[language])
    }
    assert wrong == {}


def test_english_has_curly_apostrophes() -> None:
    assert [english for english, _ in sentences("fr") if "'" in english] == []


def test_french_has_its_own_blanks_and_apostrophes() -> None:
    wrong = [
        form
        for _, form in sentences("fr")
        if WRONG_IN_FRENCH.search(re.sub(r"https?:|webcal:|BEGIN:|<[^<>]*>", "", form))
        or "'" in form
    ]
    assert wrong == []


def test_questions_and_exclamations_of_spanish_are_opened() -> None:
    wrong = [
        form
        for _, form in sentences("es")
        if form.count("?") != form.count("¿") or form.count("!") != form.count("¡")
    ]
    assert [form for form in wrong if form != "?"] == []


def test_everyone_is_addressed_with_respect() -> None:
    assert [form for _, form in sentences("fr") if TUTOYANT.search(form)] == []
    assert [form for _, form in sentences("es") if TUTEANDO.search(form)] == []
