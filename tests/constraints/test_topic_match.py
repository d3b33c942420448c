"""A speaker comes only for a topic they know."""

from __future__ import annotations

from scheduler.domain.assignments import Finding
from scheduler.domain.constraints import topic_match
from tests.constraints.snapshots import a_demand, a_speaker


def test_known_topic_is_kept_with_its_level() -> None:
    found = topic_match(a_speaker(level_by_topic={"robotics": 3}), a_demand(topic="robotics"))
    assert found == Finding("topic_match", True, {"topic": "robotics", "level": 3})


def test_unknown_topic_is_refused() -> None:
    found = topic_match(a_speaker(level_by_topic={"baking": 3}), a_demand(topic="robotics"))
    assert found == Finding("topic_match", False, {"topic": "robotics"})
