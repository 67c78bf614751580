"""The questions that find out what stands in InfluxDB at the identities of some readings, and their answers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.influx.influxql import SELECT, quoted
from gateway.influx.tables import Table
from gateway.reading import Identity, Reading

STATEMENTS_PER_REQUEST: Final = 25
# Of many meters in a short time everything is asked for: that is one statement instead of one for each of them.
MANY_METERS: Final = 25
SHORT_MS: Final = 10 * 60_000
# A pause that parts two questions, and the longest span of one: what lies in between may be dense.
PAUSE_MS: Final = 3_600_000
LONGEST_MS: Final = 86_400_000


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
    if len({one.meter for one in readings}) > MANY_METERS and max(times) - min(times) <= SHORT_MS:
        return [f"{SELECT} WHERE {_within(min(times), max(times))} GROUP BY meter, quantity"]
    return [_of_span(meter, span) for meter, span in _spans(readings)]


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


def _of_span(meter: str, span: _Span) -> str:
    quantities = " OR ".join(f"quantity = {quoted(one)}" for one in sorted(span.quantities))
    of_meter = f"meter = {quoted(meter)} AND ({quantities}) AND {_within(span.first_ms, span.last_ms)}"
    return f"{SELECT} WHERE {of_meter} GROUP BY meter, quantity"


def _within(first_ms: int, last_ms: int) -> str:
    return f"time >= {first_ms}ms AND time <= {last_ms}ms"
