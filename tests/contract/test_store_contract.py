"""What every store promises; each test runs over every adapter."""

import math
import random
import threading
from datetime import UTC, datetime, timedelta

import pytest

from gateway.ports import Store
from gateway.reading import Reading, milliseconds
from gateway.series import Series
from gateway.touched import TouchedSince
from tests.contract.conftest import Clock

START = datetime(2026, 3, 29, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
METER, QUANTITY = "gs-musterdorf-strom", "active_energy_import"


def reading(slot: int, value: float, *, meter: str = METER, quantity: str = QUANTITY) -> Reading:
    return Reading(meter, quantity, milliseconds(START + slot * QUARTER), value)


def pairs(series: Series) -> list[tuple[int, float]]:
    return list(zip(series.time_ms.tolist(), series.value.tolist(), strict=True))


def expected(*readings: Reading) -> list[tuple[int, float]]:
    return [(one.time_ms, one.value) for one in readings]


def test_what_was_written_is_read_to_the_last_digit(store: Store) -> None:
    values = [0.1 + 0.2, 1e-9, 123456789.125, -0.5, 1 / 3, 1e16, 5e-324, 1.7976931348623157e308, 0.0]
    written = [reading(slot, value) for slot, value in enumerate(values)]

    assert not store.write(written)

    assert pairs(store.read(METER, QUANTITY)) == expected(*written)


def test_writing_the_same_again_changes_nothing(store: Store) -> None:
    written = [reading(slot, float(slot)) for slot in range(20)]

    store.write(written)
    store.write(written)
    store.write(written[5:9])

    assert pairs(store.read(METER, QUANTITY)) == expected(*written)


def test_another_value_at_the_same_identity_replaces_the_value(store: Store) -> None:
    store.write([reading(0, 1.0), reading(1, 2.0)])

    store.write([reading(1, 2.5)])

    assert pairs(store.read(METER, QUANTITY)) == expected(reading(0, 1.0), reading(1, 2.5))


def test_the_last_of_two_values_in_one_batch_stays(store: Store) -> None:
    store.write([reading(0, 1.0), reading(0, 2.0)])

    assert pairs(store.read(METER, QUANTITY)) == expected(reading(0, 2.0))


def test_order_of_arrival_does_not_matter(store: Store) -> None:
    written = [reading(slot, float(slot)) for slot in range(50)]
    shuffled = random.Random(7).sample(written, len(written))

    for start in range(0, 50, 10):
        store.write(shuffled[start : start + 10])

    assert pairs(store.read(METER, QUANTITY)) == expected(*written)


def test_an_interval_contains_its_start_and_not_its_end(store: Store) -> None:
    store.write([reading(slot, float(slot)) for slot in range(5)])

    series = store.read(METER, QUANTITY, START + QUARTER, START + 3 * QUARTER)

    assert pairs(series) == expected(reading(1, 1.0), reading(2, 2.0))


def test_bounds_between_two_milliseconds_are_kept(store: Store) -> None:
    store.write([reading(0, 1.0), reading(1, 2.0)])
    just_after = timedelta(microseconds=1)

    assert pairs(store.read(METER, QUANTITY, START + just_after)) == expected(reading(1, 2.0))
    assert pairs(store.read(METER, QUANTITY, None, START + just_after)) == expected(reading(0, 1.0))


def test_an_open_bound_means_unbounded_even_in_the_future_and_before_1970(store: Store) -> None:
    late = Reading(METER, QUANTITY, milliseconds(datetime(2100, 1, 1, tzinfo=UTC)), 3.0)
    early = Reading(METER, QUANTITY, milliseconds(datetime(1965, 1, 1, tzinfo=UTC)), 1.0)

    store.write([late, reading(0, 2.0), early])

    assert pairs(store.read(METER, QUANTITY)) == expected(early, reading(0, 2.0), late)
    assert pairs(store.read(METER, QUANTITY, None, START)) == expected(early)
    assert pairs(store.read(METER, QUANTITY, START + QUARTER, None)) == expected(late)


def test_bounds_of_any_calendar_are_understood(store: Store) -> None:
    store.write([reading(0, 1.0)])
    first, middle_ages, far, last = (datetime(year, 1, 1, tzinfo=UTC) for year in (1, 1500, 2400, 9999))

    assert pairs(store.read(METER, QUANTITY, first, last)) == expected(reading(0, 1.0))
    assert pairs(store.read_with_neighbours(METER, QUANTITY, first, last)) == expected(reading(0, 1.0))
    assert pairs(store.read_with_neighbours(METER, QUANTITY, first, middle_ages)) == expected(reading(0, 1.0))
    assert pairs(store.read_with_neighbours(METER, QUANTITY, far, last)) == expected(reading(0, 1.0))
    assert len(store.read(METER, QUANTITY, first, middle_ages)) == 0
    assert len(store.read(METER, QUANTITY, far, last)) == 0


def test_meters_and_quantities_do_not_mix(store: Store) -> None:
    other_meter = reading(0, 2.0, meter="gs-musterdorf-gas")
    other_quantity = reading(0, 3.0, quantity="active_power.L1")

    store.write([reading(0, 1.0), other_meter, other_quantity])

    assert pairs(store.read(METER, QUANTITY)) == expected(reading(0, 1.0))
    assert pairs(store.read(METER, "active_power.L1")) == expected(other_quantity)
    assert pairs(store.read("gs-musterdorf-gas", QUANTITY)) == expected(other_meter)


def test_what_was_never_written_is_empty(store: Store) -> None:
    assert len(store.read("nobody", QUANTITY)) == 0
    assert len(store.read_with_neighbours("nobody", QUANTITY, START, START + QUARTER)) == 0
    assert store.newest() == {}


def test_names_with_special_characters_come_back_as_they_were(store: Store) -> None:
    names = ["Zähler, Keller = 3", 'O\'Brien "West"', "a b,c=d", "Wärme 🔥"]
    written = [reading(0, float(index), meter=name) for index, name in enumerate(names)]

    store.write(written)

    assert set(store.newest().values()) == set(written)
    assert [pairs(store.read(name, QUANTITY)) for name in names] == [expected(one) for one in written]


def test_neighbours_are_the_last_before_and_the_first_at_or_after_the_end(store: Store) -> None:
    store.write([reading(slot, float(slot)) for slot in (0, 1, 4, 5, 9, 12)])

    series = store.read_with_neighbours(METER, QUANTITY, START + 3 * QUARTER, START + 9 * QUARTER)

    assert pairs(series) == expected(reading(1, 1.0), reading(4, 4.0), reading(5, 5.0), reading(9, 9.0))


def test_neighbours_of_an_empty_interval_are_found(store: Store) -> None:
    store.write([reading(0, 0.0), reading(9, 9.0)])

    series = store.read_with_neighbours(METER, QUANTITY, START + 3 * QUARTER, START + 4 * QUARTER)

    assert pairs(series) == expected(reading(0, 0.0), reading(9, 9.0))


def test_missing_neighbours_are_left_out(store: Store) -> None:
    store.write([reading(3, 3.0), reading(4, 4.0)])

    series = store.read_with_neighbours(METER, QUANTITY, START + 3 * QUARTER, START + 5 * QUARTER)

    assert pairs(series) == expected(reading(3, 3.0), reading(4, 4.0))


def test_newest_is_by_time_of_measurement_not_of_arrival(store: Store) -> None:
    store.write([reading(7, 7.0), reading(0, 1.0, meter="b")])
    store.write([reading(3, 3.0)])

    newest = store.newest()

    assert newest == {(METER, QUANTITY): reading(7, 7.0), ("b", QUANTITY): reading(0, 1.0, meter="b")}


def test_an_integer_after_a_float_is_stored_as_a_float(store: Store) -> None:
    store.write([reading(0, 20.1)])

    store.write([reading(1, 20)])

    series = store.read(METER, QUANTITY)
    assert series.value.tolist() == [20.1, 20.0]
    assert series.value.dtype == float


def test_a_batch_longer_than_one_request_is_written_whole(store: Store) -> None:
    written = [reading(slot, slot / 8) for slot in range(12_345)]

    store.write(written)

    assert pairs(store.read(METER, QUANTITY)) == expected(*written)


def test_threads_may_write_and_read_at_once(store: Store) -> None:
    def write(meter: str) -> None:
        for slot in range(30):
            store.write([reading(slot, float(slot), meter=meter)])
            store.newest()

    threads = [threading.Thread(target=write, args=(f"meter-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [len(store.read(f"meter-{number}", QUANTITY)) for number in range(4)] == [30] * 4


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_refused_and_its_neighbours_stay(store: Store, value: float) -> None:
    good = [reading(0, 1.0), reading(2, 3.0)]

    refused = store.write([good[0], reading(1, value), good[1]])

    assert [(one.place, one.reason, one.time_ms) for one in refused] == [
        (METER, "not_a_number", reading(1, value).time_ms)
    ]
    assert pairs(store.read(METER, QUANTITY)) == expected(*good)


def test_a_naive_bound_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="naive"):
        store.read(METER, QUANTITY, datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake in question


def test_a_store_that_answers_is_ready(store: Store) -> None:
    store.ready()


def covered(told: TouchedSince, meter: str, at: datetime) -> bool:
    return any(
        one.meter == meter and one.start_ms <= milliseconds(at) < one.end_ms and one.arrival > 0 for one in told.spans
    )


def test_what_arrives_within_an_hour_touches_nothing(store: Store, clock: Clock) -> None:
    now = datetime.fromtimestamp(clock.now_s, UTC)
    store.write([Reading(METER, QUANTITY, milliseconds(now - timedelta(minutes=age)), 1.0) for age in (0, 30, 59)])
    store.write([Reading(METER, QUANTITY, milliseconds(now + timedelta(days=3)), 1.0)])

    assert store.touched(0).spans == []


def test_what_arrives_late_is_told_with_its_meter_and_its_time(store: Store) -> None:
    late, years_ago = reading(0, 1.0), reading(-4 * 365 * 96, 1.0, meter="b, c")

    store.write([late, years_ago])

    told = store.touched(0)
    assert covered(told, METER, START)
    assert covered(told, "b, c", years_ago.time)
    assert not covered(told, METER, years_ago.time)
    assert not covered(told, METER, START - timedelta(days=11))


def test_a_late_reading_that_stands_already_may_be_told_again_and_a_corrected_one_is(store: Store) -> None:
    store.write([reading(0, 1.0)])
    cursor = store.touched(0).cursor

    store.write([reading(0, 2.0)])

    assert covered(store.touched(cursor), METER, START)


def test_who_asks_with_the_cursor_misses_nothing_and_is_not_told_of_old_things_for_ever(
    store: Store, clock: Clock
) -> None:
    store.write([reading(0, 1.0)])
    cursor = store.touched(0).cursor
    clock.now_s += 3600
    cursor = store.touched(cursor).cursor

    store.write([reading(1, 1.0, meter="b")])

    told = store.touched(cursor)
    assert {one.meter for one in told.spans} == {"b"}
    assert told.cursor >= cursor


def test_a_request_that_is_overtaken_by_a_later_one_is_told(store: Store, clock: Clock) -> None:
    store.write([reading(0, 1.0)])
    cursor = store.touched(0).cursor
    clock.now_s -= 60  # the clock of another writer

    store.write([reading(1, 1.0, meter="b")])

    assert covered(store.touched(cursor), "b", START + QUARTER)


def test_two_batches_in_the_same_moment_are_both_told(store: Store) -> None:
    store.write([reading(0, 1.0)])
    store.write([reading(96, 1.0)])
    store.write([reading(-96 * 30, 1.0)])

    told = store.touched(0)

    assert all(covered(told, METER, START + timedelta(days=days)) for days in (0, 1, -30))
