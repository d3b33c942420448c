"""How words are compared when somebody looks for something: without accents, without case."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import combining, normalize

# Letters that no decomposition takes apart.
PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """Return the text as it is compared: ``Chloé`` and ``CHLOE`` are both ``chloe``."""
    # Taken apart first: a sign such as ``™`` stands for capital letters.
    parts = normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(c for c in parts if not combining(c)).translate(PLAIN_LETTERS)


@lru_cache(maxsize=50_000)
def words_of(text: str) -> tuple[str, ...]:
    """Return the folded words of a text: what stands between anything but letters and digits."""
    return tuple("".join(c if c.isalnum() else " " for c in folded(text)).split())


def begins(asked: tuple[str, ...], text: str) -> bool:
    """Tell whether each word that was asked for begins some word of the text."""
    line = word_line(text)
    return all(f" {each}" in line for each in asked)


@lru_cache(maxsize=50_000)
def word_line(text: str) -> str:
    """Return the words with a space before each, so that a beginning is found as a part.

    Lines sort as their words do, one after the other.
    """
    return "".join(f" {word}" for word in words_of(text))
