"""Topics as rows of ``topics.csv``, and what is wrong with their tree."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.bundle.problems import quoted
from scheduler.bundle.rows import Row
from scheduler.bundle.tables import Cells
from scheduler.bundle.words import flag_text, parse_flag, parse_key
from scheduler.domain.topics import MAX_DEPTH, Topic


def read_topic(row: Row) -> Topic:
    """Return the topic of a row."""
    return Topic(
        key=row.read("topic", _parse_topic_key, default=""),
        parent=row.read("parent", _parse_topic_key, default=""),
        label=row.text("label"),
        label_fr=row.text("label_fr"),
        label_es=row.text("label_es"),
        is_sensitive=row.read("sensitive", parse_flag, default=False),
    )


def topic_cells(topic: Topic) -> Cells:
    """Return the row of a topic."""
    return {
        "topic": topic.key,
        "parent": topic.parent,
        "label": topic.label,
        "label_fr": topic.label_fr,
        "label_es": topic.label_es,
        "sensitive": flag_text(topic.is_sensitive),
    }


def topic_misfits(parent_by_key: Mapping[str, str]) -> dict[str, str]:
    """Return why topics cannot stand where they are, by key.

    A ring of parents is told once, at its first topic in the given order; a topic that is too
    deep only because its parent is, is not told. Cost: topics × depth.
    """
    misfits: dict[str, str] = {}
    in_told_rings: set[str] = set()
    for key, parent in parent_by_key.items():
        if parent and parent not in parent_by_key:
            misfits[key] = f"There is no topic {quoted(parent)} in topics.csv."
            continue
        chain = _chain(key, parent_by_key)
        if key in chain:
            if key not in in_told_rings:
                misfits[key] = f"{quoted(key)} is its own ancestor: {' > '.join((key, *chain))}."
            in_told_rings.update(chain)
        elif len(chain) == MAX_DEPTH:
            misfits[key] = f"{quoted(key)} lies deeper than {MAX_DEPTH} levels."
    return misfits


def _chain(key: str, parent_by_key: Mapping[str, str]) -> tuple[str, ...]:
    chain: list[str] = []
    parent = parent_by_key.get(key, "")
    while parent and parent not in chain:
        chain.append(parent)
        parent = parent_by_key.get(parent, "")
    return tuple(chain)


def _parse_topic_key(text: str) -> str:
    if ":" in text:
        raise ValueError(f"{quoted(text)} must not contain “:”, which stands before a level.")
    return parse_key(text)
