"""How late polls are is reckoned from what was stored."""

from bench.influx_fleet import EVERY_MS, Polling

TICK_MS = 1_700_000_000_300


def polling(*meters: list[int]) -> Polling:
    return Polling(1.0, 1.0, 30.0, 80.0, tuple(tuple(meter) for meter in meters))


def on_time(slot: int, late_ms: int) -> list[int]:
    return [TICK_MS + 1000 * slot + poll * EVERY_MS + late_ms for poll in range(4)]


def test_polls_are_late_against_the_tick_that_each_meter_is_due_on() -> None:
    assert polling(on_time(0, 5), on_time(3, 20), on_time(9, 7)).late_ms() == [0] * 4 + [2] * 4 + [15] * 4


def test_a_poll_that_is_a_second_late_is_not_on_the_next_tick_in_time() -> None:
    times = on_time(3, 10)
    times[1] += 1020
    assert polling(on_time(0, 10), times).late_ms()[-1] == 1020
    assert polling(times).missed == 0


def test_a_poll_that_never_came_is_missed() -> None:
    times = on_time(3, 10)
    assert polling([times[0], times[2], times[3]], on_time(0, 1)).missed == 1
