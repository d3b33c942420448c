"""Topics: a shallow tree of what visits are about, and how well a person knows one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MAX_DEPTH = 3
NEAR_MATCH_LEVEL = 1
DEFAULT_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Topic:
    """One node: its key, its parent's key (empty at the top) and its labels by language."""

    key: str
    parent: str = ""
    label: str = ""
    label_fr: str = ""
    label_es: str = ""
    is_sensitive: bool = False

    @property
    def title(self) -> str:
        """Return the label, or the key in words where there is none."""
        return self.label or self.key.replace("_", " ").capitalize()

    def title_in(self, language: str) -> str:
        """Return the label in a language such as ``fr-CA``, else the title."""
        labels = {"fr": self.label_fr, "es": self.label_es}
        return labels.get(language.partition("-")[0].lower(), "") or self.title

    @property
    def names(self) -> tuple[str, ...]:
        """Return all it is called, in every language, and its key in words."""
        names = (self.title, self.label_fr, self.label_es, self.key.replace("_", " "))
        return tuple(name for name in names if name)


@dataclass(frozen=True, slots=True)
class TopicTree:
    """All topics of a district.

    Raises:
        ValueError: if a parent is missing, a topic is its own ancestor, or the tree is
            deeper than ``MAX_DEPTH``.
    """

    topics: tuple[Topic, ...]
    by_key: Mapping[str, Topic] = field(init=False, compare=False)
    _ancestors: Mapping[str, tuple[str, ...]] = field(init=False, compare=False)
    _descendants: Mapping[str, tuple[str, ...]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        by_key = {topic.key: topic for topic in self.topics}
        object.__setattr__(self, "by_key", by_key)
        above = {key: _ancestors(key, by_key=by_key) for key in by_key}
        below: dict[str, tuple[str, ...]] = {}
        for key, chain in above.items():
            for each in chain:
                below[each] = (*below.get(each, ()), key)
        object.__setattr__(self, "_ancestors", above)
        object.__setattr__(self, "_descendants", below)

    def __contains__(self, key: str) -> bool:
        """Tell whether the tree has that topic."""
        return key in self.by_key

    def topic(self, key: str) -> Topic:
        """Return the topic of that key, a bare one when the tree lacks it."""
        return self.by_key.get(key, Topic(key))

    def effective_levels(self, named: Mapping[str, int]) -> dict[str, int]:
        """Return the level, 1 to 3, that counts for a request of each topic.

        A request for a parent accepts the best of its own and its descendants' levels; a
        request for a child counts the own level if named, else a near match if an ancestor is.
        Topics that the person does not serve at all are left out. Cost: topics named × those
        below and above each.
        """
        levels: dict[str, int] = {}
        for key, level in named.items():
            for reached in (key, *self._ancestors.get(key, ())):
                levels[reached] = max(levels.get(reached, 0), level)
        for key in named:
            for below in self._descendants.get(key, ()):
                levels.setdefault(below, NEAR_MATCH_LEVEL)
        return levels


def _ancestors(key: str, *, by_key: Mapping[str, Topic]) -> tuple[str, ...]:
    chain: list[str] = []
    parent = by_key[key].parent
    while parent:
        if parent not in by_key:
            raise ValueError(f"The parent “{parent}” is not a topic.")
        if parent == key or parent in chain:
            raise ValueError(f"The topic “{parent}” is its own ancestor.")
        chain.append(parent)
        if len(chain) >= MAX_DEPTH:
            raise ValueError(f"The topic “{key}” lies deeper than {MAX_DEPTH} levels.")
        parent = by_key[parent].parent
    return tuple(chain)


def parse_levels(parts: Iterable[str]) -> dict[str, int]:
    """Return ``{topic: level}`` of entries such as ``robotics:3`` and ``engineering``.

    Raises:
        ValueError: if a level is not 1 to 3 or a topic is named twice.
    """
    levels: dict[str, int] = {}
    for part in parts:
        key, _, level = part.partition(":")
        key = key.strip()
        if level.strip() not in {"", "1", "2", "3"} or not key:
            raise ValueError(f"“{part}” is not a topic with a level from 1 to 3.")
        if key in levels:
            raise ValueError(f"The topic “{key}” is named twice.")
        levels[key] = int(level) if level.strip() else DEFAULT_LEVEL
    return levels
