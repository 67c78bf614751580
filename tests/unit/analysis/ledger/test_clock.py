"""A clock that people put right: whatever the shifts, a window sees what the whole series shows there."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.bookkeeping.window_readings import WindowReadings
from analysis.ledger.clock import Clock
from tests.unit.analysis.evidence import DictStore, counter, utc

HOUR_MS = 3_600_000
START, START_MS = utc(2025, 1, 1), 1_735_689_600_000
HOURS = 60
LATER = datetime(2030, 1, 1, tzinfo=UTC)

shifts = st.lists(
    st.tuples(st.integers(0, HOURS), st.sampled_from([-20, -1, 0, 1, 20])), max_size=3, unique_by=lambda one: one[0]
)


def readings(shifted: list[tuple[int, int]]) -> WindowReadings:
    """Return one reading an hour, of a clock with shifts [h] from an hour on."""
    store = DictStore()
    store.put("strom", "energy", counter(START, (utc(2025, 1, 1, 1) - START), [1.0] * HOURS))
    clock = Clock(tuple((START_MS + since * HOUR_MS, by * HOUR_MS) for since, by in sorted(shifted)))
    return WindowReadings(store, "strom", "energy", LATER, clock)


@example([(0, -1), (11, -20)], -30, 1)
@example([(1, -1)], -3, 1)
@example([(40, 1)], 10, 29)
@given(shifts, st.integers(-30, HOURS + 30), st.integers(1, 40))
def test_window_has_the_readings_of_the_whole_and_their_neighbours(
    shifted: list[tuple[int, int]], first: int, length: int
) -> None:
    span = START_MS + first * HOUR_MS, START_MS + (first + length) * HOUR_MS
    whole, alone = readings(shifted), readings(shifted)
    whole.load(START_MS - 1000 * HOUR_MS, START_MS + 1000 * HOUR_MS)
    seen, found = whole.around(*span), alone.around(*span)
    assert np.array_equal(found.time_ms, seen.time_ms)
    assert np.array_equal(found.value, seen.value)
