"""The words of the sources and of the catalogs.

``python -m tests.languages.words`` brings them together: it writes ``messages.pot`` anew, adds
new sentences to each language with no translation yet, and drops those that nobody says any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import uuid4

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from tests.architecture.source import CHECKOUT
from tests.languages.marking import sentences_of

FOLDER = CHECKOUT / "scheduler" / "locale"
TEMPLATE = FOLDER / "messages.pot"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
# Why a calendar or a file was not taken, or nobody comes: whatever is a sentence here, a page
# shows.
TELLING = (
    *("calendars/[!p]*.py", "domain/calendar_addresses.py", "fetching/*.py"),
    *("services/busy_*.py", "services/school_time_reading.py"),
    *("services/stand_in_rounds.py", "services/unconfirmed.py"),
)
SENTENCE = re.compile(r"[A-Z][^\n]* [^\n]*\.$")
METHODS = {"scheduler": ("**.py", "python"), "templates": ("**", "jinja2")}
JINJA_OPTIONS = {"trimmed": "true", "silent": "false"}
# The same at every writing, so that only words make a difference.
BEGUN = datetime(2026, 11, 22, tzinfo=UTC)
COPYRIGHT = "# The words of Visitbell, read as they lie here. Licensed like the project."


@cache
def spoken() -> Catalog:
    """Return every sentence of the sources, with the files that say it."""
    catalog = _empty()
    for folder, (pattern, method) in METHODS.items():
        found = extract_from_dir(
            CHECKOUT / folder,
            method_map=[(pattern, method)],
            options_map={"**": JINJA_OPTIONS} if method == "jinja2" else {},
            keywords=KEYWORDS,
        )
        for name, _, words, _, context in found:
            catalog.add(words, locations=[(f"{folder}/{name}", None)], context=context)
    for name, words in _told():
        catalog.add(words, locations=[(name, None)])
    return catalog


def languages() -> tuple[str, ...]:
    """Return the languages that have a catalog."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


def told_by() -> tuple[Path, ...]:
    """Return the modules that tell why something was not taken."""
    room = CHECKOUT / "scheduler"
    return tuple(sorted(path for pattern in TELLING for path in room.glob(pattern)))


def file_of(language: str, *, folder: Path = FOLDER) -> Path:
    """Return where a language's words lie."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def known(language: str) -> Catalog:
    """Return the catalog of a language as it lies in the checkout."""
    with file_of(language).open("rb") as file:
        return read_po(file, locale=language)


def messages_of(catalog: Catalog) -> Mapping[tuple[object, object], Message]:
    """Return a catalog's messages by context and source text, its header left out."""
    return {(each.context, each.id): each for each in catalog if each.id}


def write(catalog: Catalog, path: Path) -> None:
    """Write a catalog as this checkout keeps it: files without line numbers, no dates of today.

    Whoever reads meanwhile reads the former catalog whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with fresh.open("wb") as file:
            write_po(file, catalog, width=100, include_lineno=False, omit_header=False)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def update() -> None:
    """Bring the catalogs of the checkout up to what the sources say."""
    write(_retold(spoken(), {}), TEMPLATE)
    for language in languages():
        told = messages_of(known(language))
        write(_retold(spoken(), told, locale=language), file_of(language))


def _told() -> Iterator[tuple[str, str]]:
    for path in told_by():
        for sentence in sentences_of(path, SENTENCE):
            yield path.relative_to(CHECKOUT).as_posix(), sentence


def _retold(
    source: Catalog, told: Mapping[tuple[object, object], Message], *, locale: str | None = None
) -> Catalog:
    catalog = _empty(locale)
    for key, message in messages_of(source).items():
        known_words = told[key].string if key in told else _unsaid(message)
        files = sorted({(name, None) for name, _ in message.locations})
        catalog.add(message.id, known_words, files, message.flags, context=message.context)
    return catalog


def _unsaid(message: Message) -> str | tuple[str, ...]:
    return "" if isinstance(message.id, str) else ("",) * len(message.id)


def _empty(locale: str | None = None) -> Catalog:
    return Catalog(
        locale=locale,
        project="Visitbell",
        version="0.1",
        header_comment=COPYRIGHT,
        msgid_bugs_address="",
        last_translator="the makers of Visitbell",
        language_team=locale or "",
        creation_date=BEGUN,
        revision_date=BEGUN,
        fuzzy=False,
    )


if __name__ == "__main__":
    update()
