"""The questions that find out what stands in InfluxDB at the identities of some readings, and their answers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.influx.influxql import SELECT, quoted
from gateway.influx.tables import Table
from gateway.reading import Identity, Reading

STATEMENTS_PER_REQUEST: Final = 25
# Within so short a time one statement asks for all meters; what else they said meanwhile is little.
SHORT_MS: Final = 10 * 60_000
# A pause that parts two questions, and the longest span of one: what lies in between may be dense.
PAUSE_MS: Final = 3_600_000
LONGEST_MS: Final = 86_400_000
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]+")


@dataclass(slots=True)
class _Span:
    first_ms: int
    last_ms: int
    quantities: set[str]

    def takes(self, time_ms: int) -> bool:
        return time_ms - self.last_ms <= PAUSE_MS and time_ms - self.first_ms <= LONGEST_MS


def statements(readings: Sequence[Reading]) -> list[str]:
    """Return InfluxQL that finds what stands at the identities of readings, among other things, grouped by tags."""
    times = [one.time_ms for one in readings]
    if max(times) - min(times) <= SHORT_MS:
        span = _Span(min(times), max(times), {one.quantity for one in readings})
        return [_of_span(sorted({one.meter for one in readings}), span)]
    return [_of_span([meter], span) for meter, span in _spans(readings)]


def standing_in(tables: Iterable[Table], readings: Sequence[Reading]) -> Iterator[tuple[Identity, float]]:
    """Yield what tables say of the identities of readings."""
    wanted = {one[:3] for one in readings}
    for table in tables:
        meter, quantity = table.tags["meter"], table.tags["quantity"]
        for time_ms, value in table.values:
            if (meter, quantity, time_ms) in wanted:
                yield (meter, quantity, time_ms), value


def _spans(readings: Sequence[Reading]) -> list[tuple[str, _Span]]:
    spans: list[tuple[str, _Span]] = []
    last: dict[str, _Span] = {}
    for meter, quantity, time_ms, _ in sorted(readings, key=lambda one: one.time_ms):
        span = last.get(meter)
        if span is None or not span.takes(time_ms):
            span = last[meter] = _Span(time_ms, time_ms, set())
            spans.append((meter, span))
        span.last_ms = time_ms
        span.quantities.add(quantity)
    return spans


def _of_span(meters: Sequence[str], span: _Span) -> str:
    within = f"time >= {span.first_ms}ms AND time <= {span.last_ms}ms"
    tags = f"{_is_one_of('meter', meters)} AND {_is_one_of('quantity', sorted(span.quantities))}"
    return f"{SELECT} WHERE {tags} AND {within} GROUP BY meter, quantity"


def _is_one_of(tag: str, names: Sequence[str]) -> str:
    # A pattern is found ten times as fast as a chain of OR; names that need quoting in it are no ids of portfolios.
    if len(names) > 1 and all(_PLAIN.fullmatch(name) for name in names):
        return f"{tag} =~ /^({'|'.join(re.escape(name) for name in names)})$/"
    return f"({' OR '.join(f'{tag} = {quoted(name)}' for name in names)})"
