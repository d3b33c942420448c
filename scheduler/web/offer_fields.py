"""What a volunteer offers, as fields that the join form and the profile share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from scheduler.domain.grades import LAST_GRADE, PRE_K
from scheduler.domain.topics import DEFAULT_LEVEL, TopicTree
from scheduler.domain.volunteers import Format
from scheduler.services.asking import grouped
from scheduler.web.languages import name_of
from scheduler.web.phrasing import grade
from scheduler.web.topic_names import topic_label

GRADES = tuple(range(PRE_K, LAST_GRADE + 1))
LANGUAGES = (
    *("en", "fr", "es", "ar", "bla", "cr", "de", "hi", "it", "iu", "ja", "ko"),
    *("pa", "pl", "pt", "ru", "so", "tl", "uk", "ur", "vi", "zh"),
)
LEVELS: Mapping[int, LazyString] = MappingProxyType(
    {
        1: _("I know some of it"),
        2: _("I know it well"),
        3: _("It is my work"),
    }
)
WAYS: Mapping[str, LazyString] = MappingProxyType(
    {str(Format.IN_PERSON): _("At the school"), str(Format.VIRTUAL): _("By video call")}
)


def topic_groups(tree: TopicTree) -> list[dict[str, object]]:
    """Return the tree as groups of check boxes, parents first."""
    return [
        {
            "title": topic_label(group.topics[0]),
            "topics": [{"value": each.key, "label": topic_label(each)} for each in group.topics],
        }
        for group in grouped(tree)
    ]


def grade_choices() -> list[dict[str, object]]:
    """Return every grade as a tile."""
    return [{"value": str(number), "label": grade(number)} for number in GRADES]


def language_choices(present: Iterable[str] = ()) -> list[dict[str, object]]:
    """Return the languages that can be picked, and any besides that somebody has already."""
    tags = dict.fromkeys((*LANGUAGES, *present))
    return [{"value": tag, "label": name_of(tag)} for tag in tags]


def way_choices() -> list[dict[str, object]]:
    """Return at school, and by video call."""
    return [{"value": value, "label": words} for value, words in WAYS.items()]


def levels_of(topics: Iterable[str], form: Mapping[str, str]) -> dict[str, int]:
    """Return ``{topic: level}`` of the ticked topics; the level is a field of its own, if any."""
    levels: dict[str, int] = {}
    for key in topics:
        said = form.get(f"level-{key}", "")
        levels[key] = int(said) if said in {"1", "2", "3"} else DEFAULT_LEVEL
    return levels


def grades_of(texts: Iterable[str]) -> frozenset[int]:
    """Return the ticked grades; what is none is left out."""
    known = {str(number): number for number in GRADES}
    return frozenset(known[text] for text in texts if text in known)


def formats_of(texts: Iterable[str]) -> frozenset[Format]:
    """Return the ticked ways; what is none is left out."""
    return frozenset(Format(text) for text in texts if text in WAYS)
