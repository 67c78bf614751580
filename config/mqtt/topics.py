"""Topic patterns (MQTT 5, 4.7) and the template with which one line names the topics of many meters."""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\{(\w+)\}")
VARIABLES = ("property", "meter", "medium", "serial")


def is_pattern(topic: str) -> bool:
    """Say whether a topic stands for several."""
    return "+" in topic or "#" in topic


def matches(pattern: str, topic: str) -> bool:
    """Say whether a message on `topic` is one of `pattern`; topics that begin with $ match no wildcard."""
    if topic[:1] == "$" and pattern[:1] in {"+", "#"}:
        return False
    return covers(pattern, topic)


def covers(wide: str, narrow: str) -> bool:
    """Say whether every topic of the pattern `narrow` is one of `wide`."""
    levels, below = wide.split("/"), narrow.split("/")
    for index, level in enumerate(levels):
        if level == "#":
            return True
        if index >= len(below) or below[index] == "#" or level not in {"+", below[index]}:
            return False
    return len(levels) == len(below)


def common_topic(one: str, other: str) -> str | None:
    """Return a topic that two patterns both match, as an example for a person; None where there is none."""
    first, second = one.split("/"), other.split("/")
    shared: list[str] = []
    for index in range(max(len(first), len(second))):
        here = first[index] if index < len(first) else None
        there = second[index] if index < len(second) else None
        if here == "#" or there == "#":
            # `#` stands for its parent level too: the rest is what the other one says.
            rest = second[index:] if here == "#" else first[index:]
            return "/".join([*shared, *(_example(level) for level in rest if level != "#")]) or "x"
        if here is None or there is None or not ({here, there} & {"+"} or here == there):
            return None
        shared.append(_example(there if here == "+" else here))
    return "/".join(shared)


def _example(level: str) -> str:
    return "x" if level in {"+", "#"} else level


def template_variables(template: str) -> list[str]:
    """Return the names in braces, in their order."""
    return _VARIABLE.findall(template)


def filled(template: str, values: Mapping[str, str | None]) -> str | None:
    """Return the topic of a meter; None where the template asks for something that the meter has not."""
    if any(values.get(name) is None for name in template_variables(template)):
        return None
    return _VARIABLE.sub(lambda name: str(values[name[1]]), template)


def wildcard_mistake(pattern: str) -> str | None:
    """Return what is wrong with the wildcards of a topic; None if nothing is."""
    levels = pattern.split("/")
    if "\0" in pattern or not pattern:
        return "is no topic"
    if any("#" in level and level != "#" for level in levels) or "#" in levels[:-1]:
        return "has a # that is not alone on the last level"
    if any("+" in level and level != "+" for level in levels):
        return "has a + that is not alone on its level"
    return None
