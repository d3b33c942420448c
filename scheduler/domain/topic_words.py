"""Guess the topic that a few words are about; a guess is shown, never kept unseen."""

from __future__ import annotations

import re

from scheduler.domain.topics import TopicTree

SHORTEST_WORD = 4
SHARED_BEGINNING = 5
_WORD = re.compile(r"[^\W\d_]+")


def nearest_topic(words: str, tree: TopicTree) -> str:
    """Return the key of the topic most of whose words are among these, empty where none is.

    Two words are the same when one begins the other or both begin alike: ``robots`` and
    ``robotics``. Of equals the first in the tree counts. Cost: words × topics.
    """
    said = _words(words)
    best, best_score = "", 0.0
    for topic in tree.topics:
        score = max(_score(said, label) for label in topic.names)
        if score > best_score:
            best, best_score = topic.key, score
    return best


def _score(said: tuple[str, ...], label: str) -> float:
    """How many of the label's words are said; a label said whole counts a little more."""
    named = _words(label)
    found = sum(any(_alike(word, each) for each in said) for word in named)
    return found + found / (len(named) + 1)


def _alike(first: str, second: str) -> bool:
    length = min(len(first), len(second), SHARED_BEGINNING)
    return first[:length] == second[:length]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in _WORD.findall(text.casefold()) if len(word) >= SHORTEST_WORD)
