"""CSV: a line for each topic, with a heading where the portfolio names columns by theirs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count

from collector.simulation.formats.family import Message, Shown, stamp

MOST_COLUMNS = 100


def csv_lines(shown: Sequence[Shown], now: datetime) -> Iterator[Message]:
    """Yield a message for each topic."""
    topics: dict[str, list[Shown]] = {}
    for one in shown:
        topics.setdefault(one.topic, []).append(one)
    for topic, meters in topics.items():
        cells: dict[str, str] = {}
        for one in meters:
            cells.setdefault(one.source.value, repr(one.value))
            if one.source.time is not None:
                cells.setdefault(one.source.time, stamp(now))
        yield Message(topic, _lines(cells).encode(), all(one.source.time is not None for one in meters))


def _lines(cells: dict[str, str]) -> str:
    places = {name: int(name) - 1 for name in cells if name.isdecimal() and 0 < int(name) <= MOST_COLUMNS}
    free = (place for place in count() if place not in places.values())
    named = {name: next(free) for name in cells if name not in places}
    # A further column, so that there is a separator in any case.
    row, heading = ([""] * (max((places | named).values()) + 2) for _ in range(2))
    for name, place in (places | named).items():
        row[place] = cells[name]
        heading[place] = name if name in named else ""
    return "\n".join(";".join(line) for line in ([heading] if named else []) + [row]) + "\n"
