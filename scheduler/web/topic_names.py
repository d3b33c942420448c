"""What topics are called in the language of the page; never which of them there are."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.folding import folded
from scheduler.domain.topics import Topic
from scheduler.web.languages import present_locale


def topic_label(topic: Topic) -> str:
    """Return a topic's name in the language of the page."""
    return topic.title_in(present_locale().language)


def topic_labels(topics: Iterable[Topic]) -> list[str]:
    """Return the topics' names in the order of the alphabet."""
    return sorted((topic_label(each) for each in topics), key=folded)


def topic_options(topics: Iterable[Topic]) -> list[dict[str, str]]:
    """Return the topics as what a select field offers, by name."""
    options = [{"value": each.key, "label": topic_label(each)} for each in topics]
    return sorted(options, key=lambda each: folded(each["label"]))
