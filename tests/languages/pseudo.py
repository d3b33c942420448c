"""A language that nobody speaks, made of the source's own words: what is not in it stayed English.

Every Latin letter becomes another one, so that any plain word on a page was never translated,
and every sentence grows by 40 %, which is about what French or German take.
"""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path

from babel.messages import Catalog

from tests.languages import words

PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ODD = "ȧƀƈḓḗƒɠħīĵķŀḿƞǿƥɋřşŧŭṽẇẋẏẑȦƁƇḒḖƑƓĦĪĴĶĿḾȠǾƤɊŘŞŦŬṼẆẊẎẐ"
ODD_BY_PLAIN = str.maketrans(PLAIN, ODD)
KEPT = re.compile(r"(%\(\w+\)s|\{\w+\}|<[^<>]*>|&\w+;)")
GROWTH = 0.4


def odd(sentence: str) -> str:
    """Return the sentence in the language that nobody speaks; what is filled in is kept."""
    pieces = KEPT.split(sentence)
    told = "".join(
        piece if KEPT.fullmatch(piece) else piece.translate(ODD_BY_PLAIN) for piece in pieces
    )
    return told + "·" * ceil(GROWTH * len(sentence))


def write_odd(folder: Path, *languages: str) -> None:
    """Write catalogs of the odd language under the names of these real ones."""
    for language in languages:
        catalog = Catalog(locale=language, fuzzy=False)
        for message in words.messages_of(words.spoken()).values():
            if isinstance(message.id, str):
                catalog.add(message.id, odd(message.id), context=message.context)
            else:
                many = tuple(odd(message.id[-1]) for _ in range(catalog.num_plurals))
                catalog.add(message.id, many, context=message.context)
        words.write(catalog, words.file_of(language, folder=folder))
