"""The topics on which boxes in the buildings and the centre talk to each other."""

READINGS, STORED, STATUS = "readings", "stored", "status"
_ROOT = "zaehlwerk/v1"


def box_topic(edge: str, kind: str) -> str:
    """Return the topic of a box; `+` as the box means all of them."""
    return f"{_ROOT}/{edge}/{kind}"


def edge_and_kind(topic: str) -> tuple[str, str]:
    """Return what `box_topic` put together."""
    edge, _, kind = topic.removeprefix(f"{_ROOT}/").rpartition("/")
    return edge, kind


def every_box_topic() -> frozenset[str]:
    """Return the patterns of all that is said there."""
    return frozenset(box_topic("+", kind) for kind in (READINGS, STORED, STATUS))
