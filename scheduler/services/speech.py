"""Which language and region a person is spoken to in, as a tag; never the words themselves."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.districts import District
from scheduler.domain.errors import Unknown
from scheduler.services.ports import Store


def speech_of(own: str, district: District | None) -> str:
    """Return the tag a person is spoken to in: their own language, else the district's.

    A tag without a region takes the district's, which decides how days and hours are written.
    Before there is a district it is the person's own tag, or empty.
    """
    if district is None:
        return own
    tag = own or district.language
    region = region_of(district.locale)
    return tag if region_of(tag) or not region else f"{tag}-{region}"


def region_of(tag: str) -> str:
    """Return the region of a language tag, ``CA`` of ``fr-CA``, or nothing."""
    parts = tag.replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2), "")


def choose_language(store: Store, email: str, language: str) -> None:
    """Keep the language that a person wants to be spoken to in, on pages and in mails.

    Raises:
        Unknown: if there is no such account.
    """
    with store.write() as work:
        person = work.people.get(email)
        if person is None:
            raise Unknown("person", email)
        if person.locale.partition("-")[0] != language:
            work.people.put((replace(person, locale=language),))
