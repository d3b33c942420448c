"""Topics: parents accept children, children are nearly matched by ancestors, trees are shallow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.topics import Topic, TopicTree, parse_levels

SCIENCE = TopicTree(
    (
        Topic("science"),
        Topic("engineering", parent="science"),
        Topic("robotics", parent="engineering"),
        Topic("bridges", parent="engineering"),
        Topic("biology", parent="science"),
        Topic("music"),
    )
)
PARENT_BY_TOPIC = {topic.key: topic.parent for topic in SCIENCE.topics}


def test_request_for_a_parent_accepts_its_children() -> None:
    assert SCIENCE.effective_levels({"robotics": 3}) == {
        "robotics": 3,
        "engineering": 3,
        "science": 3,
    }


def test_parent_counts_the_best_of_its_own_and_its_childrens_levels() -> None:
    levels = SCIENCE.effective_levels({"engineering": 1, "robotics": 2, "bridges": 3})
    assert levels == {"engineering": 3, "robotics": 2, "bridges": 3, "science": 3}


def test_request_for_a_child_counts_its_own_level_where_named() -> None:
    assert SCIENCE.effective_levels({"engineering": 3, "robotics": 1})["robotics"] == 1


def test_request_for_a_child_nearly_matches_a_named_ancestor() -> None:
    assert SCIENCE.effective_levels({"science": 3}) == {
        "science": 3,
        "engineering": 1,
        "robotics": 1,
        "bridges": 1,
        "biology": 1,
    }


def test_sibling_is_no_match() -> None:
    assert "bridges" not in SCIENCE.effective_levels({"robotics": 3})


def test_ancestor_that_only_a_child_reached_makes_no_near_match() -> None:
    assert "biology" not in SCIENCE.effective_levels({"robotics": 3})


def test_topic_that_the_tree_lacks_serves_itself_alone() -> None:
    assert SCIENCE.effective_levels({"falconry": 2}) == {"falconry": 2}


def test_nobody_serves_anything_without_naming_it() -> None:
    assert SCIENCE.effective_levels({}) == {}


@given(st.dictionaries(st.sampled_from(sorted(PARENT_BY_TOPIC)), st.integers(1, 3)))
def test_levels_follow_the_two_rules_for_every_choice(named: dict[str, int]) -> None:
    expected = {}
    for topic in PARENT_BY_TOPIC:
        below = [level for other, level in named.items() if topic in (other, *ancestors(other))]
        if below:
            expected[topic] = max(below)
        elif set(ancestors(topic)) & set(named):
            expected[topic] = 1
    assert SCIENCE.effective_levels(named) == expected


def ancestors(topic: str) -> list[str]:
    parent = PARENT_BY_TOPIC[topic]
    return [parent, *ancestors(parent)] if parent else []


def test_three_levels_are_allowed_and_four_are_not() -> None:
    four = (*SCIENCE.topics, Topic("grippers", parent="robotics"))
    with pytest.raises(ValueError, match="“grippers” lies deeper than 3 levels"):
        TopicTree(four)


@pytest.mark.parametrize(
    "topics",
    [
        pytest.param([Topic("a", "a")], id="itself"),
        pytest.param([Topic("a", "b"), Topic("b", "a")], id="two"),
        pytest.param([Topic("a", "b"), Topic("b", "c"), Topic("c", "a")], id="three"),
        pytest.param([Topic("x", "a"), Topic("a", "b"), Topic("b", "a")], id="below a circle"),
    ],
)
def test_cycle_is_refused(topics: list[Topic]) -> None:
    with pytest.raises(ValueError, match=r"The topic “[abc]” is its own ancestor"):
        TopicTree(tuple(topics))


def test_missing_parent_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="parent “engineering” is not a topic"):
        TopicTree((Topic("robotics", parent="engineering"),))


def test_order_of_topics_does_not_matter() -> None:
    backwards = TopicTree(SCIENCE.topics[::-1])
    assert backwards.effective_levels({"robotics": 3}) == SCIENCE.effective_levels({"robotics": 3})


def test_tree_knows_its_topics_and_their_titles() -> None:
    tree = TopicTree((Topic("ice_fishing"), Topic("space", label="Outer space")))
    assert ("space" in tree, "sport" in tree) == (True, False)
    assert [tree.topic(key).title for key in ("ice_fishing", "space", "deep_sea")] == [
        "Ice fishing",
        "Outer space",
        "Deep sea",
    ]


def test_topic_is_not_sensitive_where_nothing_is_said() -> None:
    assert Topic("space").is_sensitive is False


def test_trees_of_equal_topics_are_equal() -> None:
    assert TopicTree(SCIENCE.topics) == SCIENCE
    assert hash(TopicTree(SCIENCE.topics)) == hash(SCIENCE)


def test_level_is_two_where_not_given() -> None:
    assert parse_levels(["robotics:3", "engineering", " music : 1 "]) == {
        "robotics": 3,
        "engineering": 2,
        "music": 1,
    }


@pytest.mark.parametrize(
    "part", ["robotics:0", "robotics:4", "robotics:high", ":2", "", "a:1:2", "robotics:-1"]
)
def test_level_outside_one_to_three_is_refused(part: str) -> None:
    with pytest.raises(ValueError, match="is not a topic with a level from 1 to 3"):
        parse_levels([part])


def test_topic_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="“music” is named twice"):
        parse_levels(["music:1", "music:3"])
