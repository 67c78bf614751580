"""Patterns of topics: what they match, cover and share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.mqtt.rules import Listening, collisions, with_defaults
from config.mqtt.topics import common_topic, covers, matches, wildcard_mistake

LEVELS = st.lists(st.sampled_from(["a", "b", "+", "#"]), min_size=1, max_size=4)
PATTERNS = LEVELS.map("/".join).filter(lambda pattern: wildcard_mistake(pattern) is None)
TOPICS = st.lists(st.sampled_from(["a", "b", "x"]), min_size=1, max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("pattern", "topic", "expected"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/b/c", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("#", "$SYS/uptime", False),
        ("+/b", "a/b", True),
        ("a", "a/b", False),
    ],
)
def test_wildcards_match_as_the_standard_says(pattern: str, topic: str, expected: bool) -> None:
    assert matches(pattern, topic) is expected


@given(PATTERNS, PATTERNS, TOPICS)
def test_what_a_pattern_covers_it_matches(wide: str, narrow: str, topic: str) -> None:
    if covers(wide, narrow) and matches(narrow, topic):
        assert matches(wide, topic)


@given(PATTERNS, PATTERNS, TOPICS)
def test_a_common_topic_is_found_exactly_where_there_is_one(one: str, other: str, topic: str) -> None:
    example = common_topic(one, other)
    if example is None:
        assert not (matches(one, topic) and matches(other, topic))
    else:
        assert matches(one, example)
        assert matches(other, example)


def test_a_template_names_the_topic_of_a_meter_that_names_none() -> None:
    broker = {"topics": "schulen/{property}/{serial}/state", "value": "kwh", "time": "ts"}
    found = with_defaults({"from": "b", "time": "t"}, broker, {"id": "strom", "serial": "4711"}, "gs-tal")
    assert found == {"from": "b", "topic": "schulen/gs-tal/4711/state", "value": "kwh", "time": "t"}


def test_a_template_that_asks_for_what_a_meter_has_not_names_nothing() -> None:
    assert "topic" not in with_defaults({"from": "b"}, {"topics": "x/{serial}"}, {"id": "strom"}, "gs-tal")


def test_meters_that_take_different_things_of_the_same_messages_do_not_collide() -> None:
    one = Listening("a", "b", "x/+", "kwh", ())
    others = [
        Listening("c", "b", "x/y", "w", ()),
        Listening("d", "b", "x/y", "kwh", (("id", "1"),)),
        Listening("e", "other", "x/y", "kwh", ()),
    ]
    assert list(collisions([one, *others])) == []
