"""Which language a page speaks, and where its words come from.

The words are the ``.po`` files under ``scheduler/locale``, read as they lie there, each once per
process and only when somebody is spoken to in it. English is the source and has no file. Nothing
here decides what is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_babel, get_locale, gettext

from scheduler.domain.districts import District
from scheduler.services.picture import find_district
from scheduler.services.speech import region_of, speech_of
from scheduler.web.desk import desk
from scheduler.web.signed_in import person

FOLDER = Path(__file__).resolve().parent.parent / "locale"
SOURCE = "en"
COOKIE = "language"
FILE = "LC_MESSAGES/messages.po"
ENGLISH = Locale("en")
# Everywhere else English dates are written as this house writes them.
REGIONS_OF_AMERICAN_DATES = frozenset({"US"})

# Asked for each sentence and each hour of a mail; the application takes long to say.
_spoken: ContextVar[Locale | None] = ContextVar("spoken", default=None)


class Speech(Babel):
    """Flask-Babel that reads its words from ``.po`` files."""

    @cached_property
    def domain_instance(self) -> Domain:
        """Return where words are looked up."""
        return _Words()


def speak(app: Flask) -> None:
    """Give an application the languages that are shipped."""
    Speech().init_app(
        app,
        default_locale=SOURCE,
        default_translation_directories=str(FOLDER),
        locale_selector=_locale_of_page,
    )


@contextmanager
def speaking(tag: str, *, within: Flask) -> Iterator[Mapping[str, str]]:
    """Speak that language while the block lasts; yield its ``lang`` and ``dir``.

    A language that is not shipped is English.
    """
    with within.app_context():
        locale = locale_of(tag)
        before = _spoken.set(locale)
        try:
            yield _marks_of(locale)
        finally:
            _spoken.reset(before)


def shipped() -> tuple[str, ...]:
    """Return the languages that can be spoken, English first."""
    return _shipped_in(get_babel().translation_directories[0])


def locale_of(tag: str) -> Locale:
    """Return how to write for a language tag: the nearest that is both shipped and known."""
    return _nearest(tag, shipped())


@lru_cache(1024)
def _nearest(tag: str, languages: tuple[str, ...]) -> Locale:
    language = tag.replace("_", "-").partition("-")[0].lower()
    if language not in languages:
        return ENGLISH
    region = region_of(tag)
    if language == SOURCE and region not in REGIONS_OF_AMERICAN_DATES:
        return ENGLISH
    try:
        return Locale(language, region or None)
    except UnknownLocaleError:
        return Locale(language)


def lang_of(locale: Locale) -> str:
    """Return the tag for the attribute ``lang``."""
    return str(locale).replace("_", "-")


@cache
def _marks_of(locale: Locale) -> Mapping[str, str]:
    return MappingProxyType({"lang": lang_of(locale), "dir": locale.text_direction})


def present_locale() -> Locale:
    """Return what is spoken right now; English where nobody is spoken to."""
    return _spoken.get() or get_locale() or ENGLISH


def language_on_page() -> Mapping[str, object]:
    """Return what the layout says of languages: its own, and those one can change to."""
    locale = present_locale()
    return {
        "lang": lang_of(locale),
        "dir": locale.text_direction,
        "site_languages": tuple(
            {"tag": tag, "name": own_name(tag), "current": tag == locale.language}
            for tag in shipped()
        ),
    }


def own_name(tag: str) -> str:
    """Return a language's name in itself: ``Français``."""
    name = Locale(tag).get_display_name() or tag
    return name[:1].upper() + name[1:]


def in_their_language(sentence: str) -> str:
    """Return a sentence that a calendar or file was refused with; as it is where none is known.

    They are found in the sources by the errors that carry them.
    """
    return gettext(sentence) if sentence else ""


def name_of(tag: str) -> str:
    """Return what a language is called in the one spoken right now; nothing if it has no name."""
    return str(present_locale().languages.get(tag.partition("-")[0].lower(), ""))


def present_district() -> District | None:
    """Return the district, looked up once per request."""
    if "district" not in g:
        with desk().store.read() as work:
            g.district = find_district(work)
    found = g.district
    assert found is None or isinstance(found, District)
    return found


def zone_here() -> str:
    """Return the zone that the district tells its times in."""
    district = present_district()
    return district.timezone if district else "UTC"


class _Words(Domain):
    def get_translations(self) -> NullTranslations:
        """Return the words of the language spoken right now."""
        return _words_of(present_locale().language, *get_babel().translation_directories[:1])


@cache
def _words_of(language: str, directory: str) -> NullTranslations:
    # Asked for each sentence of a page, so nothing here is looked up twice.
    if language == SOURCE or language not in _shipped_in(directory):
        return NullTranslations()
    compiled = BytesIO()
    with (Path(directory) / language / FILE).open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


@cache
def _shipped_in(directory: str) -> tuple[str, ...]:
    found = sorted(path.parents[1].name for path in Path(directory).glob(f"*/{FILE}"))
    return (SOURCE, *found)


def _locale_of_page() -> Locale:
    present = person()
    own = (present.locale if present else "") or request.cookies.get(COOKIE, "")
    if own.partition("-")[0] not in shipped():
        own = _wanted_by_browser()
    return locale_of(speech_of(own, present_district()))


def _wanted_by_browser() -> str:
    """Return the first language asked for that is shipped, whatever its region."""
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in wanted if language in shipped()), "")
