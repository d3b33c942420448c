"""Guess the topic that a teacher's words are about."""

from __future__ import annotations

import pytest

from scheduler.domain.topic_words import nearest_topic
from scheduler.domain.topics import Topic, TopicTree

TREE = TopicTree(
    (
        Topic("engineering", label="Engineering", label_fr="Génie"),
        Topic("robotics", parent="engineering"),
        Topic("bridges", parent="engineering", label="Bridges and buildings"),
        Topic("health_care", label="Health care", label_es="Salud"),
        Topic("art", label="Art"),
    )
)


@pytest.mark.parametrize(
    ("words", "topic"),
    [
        ("How do robots walk?", "robotics"),
        ("HOW DO BRIDGES STAY UP?", "bridges"),
        ("Building bridges", "bridges"),
        ("An engineer at work", "engineering"),
        ("Jobs in health care", "health_care"),
        ("¿Qué es la salud?", "health_care"),
        ("Le génie civil", "engineering"),
        ("Art", ""),
        ("The sea", ""),
        ("", ""),
    ],
)
def test_words_lead_to_the_topic_that_shares_most_of_them(words: str, topic: str) -> None:
    assert nearest_topic(words, TREE) == topic


def test_first_of_equals_counts() -> None:
    equals = TopicTree((Topic("deep_water"), Topic("water_birds")))
    assert nearest_topic("Water", equals) == "deep_water"
