"""What a day shows does not depend on where somebody cut."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.consumption import consumption
from analysis.figures import Resolution, Slot
from tests.unit.analysis.evidence import books, counter, meter, place, utc

HOUR = timedelta(hours=1)
START = utc(2025, 3, 1)
DAYS = 60
LATER = utc(2030, 1, 1)

spans = st.tuples(st.integers(1, DAYS * 24 - 1), st.integers(1, 30 * 24))


def day_slots(slots: Sequence[Slot]) -> list[tuple[date, object, object, float]]:
    return [(slot.start.date(), slot.value, slot.how, slot.coverage) for slot in slots]


@settings(max_examples=60)
@example(gaps=[], rests=[(12, 324)], zeros=[], exchange_at=338, first=3, length=1)
@given(
    gaps=st.lists(spans, max_size=3),
    rests=st.lists(spans, max_size=2),
    zeros=st.lists(st.integers(1, DAYS * 24 - 2), max_size=2),
    exchange_at=st.none() | st.integers(200, 900),
    first=st.integers(1, DAYS - 2),
    length=st.integers(1, 10),
)
def test_days_asked_for_alone_are_the_days_of_the_whole(
    gaps: list[tuple[int, int]],
    rests: list[tuple[int, int]],
    zeros: list[int],
    exchange_at: int | None,
    first: int,
    length: int,
) -> None:
    amounts = [1.0 + (number % 24) / 8 for number in range(DAYS * 24)]
    for begin, hours in rests:
        amounts[begin : begin + hours] = [0.0] * len(amounts[begin : begin + hours])
    shown: dict[datetime, float] = dict(counter(START, HOUR, amounts, first=5000.0))
    if exchange_at is not None:
        shown = {at: value - 4000 if at >= START + exchange_at * HOUR else value for at, value in shown.items()}
    shown |= {START + number * HOUR: 0.0 for number in zeros}
    for begin, hours in gaps:
        silent = START + begin * HOUR, START + (begin + hours) * HOUR
        shown = {at: one for at, one in shown.items() if not silent[0] < at < silent[1]}
    there, store = books(place(meter()), zone="UTC")
    store.put("strom", "active_energy_import", shown)

    whole = consumption(there, "strom", START, START + timedelta(days=DAYS), Resolution.DAY, now=LATER)
    last = min(first + length, DAYS)
    part = consumption(
        there, "strom", START + timedelta(days=first), START + timedelta(days=last), Resolution.DAY, now=LATER
    )

    assert day_slots(part.slots) == day_slots(whole.slots[first:last])
