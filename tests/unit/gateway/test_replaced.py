"""What readings replace, told from what stands in the store and from their own order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.newest_times import FRESH_MS, NewestTimes
from gateway.reading import Identity, Reading
from gateway.replaced import Replaced, differs, replacements

NOW_MS = 1_780_000_000_000
AT: Identity = ("gs-strom", "active_energy_import", NOW_MS)


def reading(value: float, *, time_ms: int = NOW_MS, meter: str = "gs-strom") -> Reading:
    return Reading(meter, "active_energy_import", time_ms, value)


def steps(found: list[Replaced]) -> list[tuple[float, float]]:
    return [(one.former, one.value) for one in found]


@pytest.mark.parametrize(
    ("standing", "said", "expected"),
    [
        (None, [1.0], []),
        (1.0, [1.0], []),
        (1.0, [2.0], [(1.0, 2.0)]),
        (None, [1.0, 2.0], [(1.0, 2.0)]),
        (1.0, [2.0, 3.0], [(1.0, 2.0), (2.0, 3.0)]),
        (3.0, [2.0, 3.0], [(2.0, 3.0)]),  # written before, or nearly: the former value is kept all the same
        (1.0, [float("nan"), 2.0], [(1.0, 2.0)]),
        (1.0, [1.0, 1.0, 2.0, 2.0], [(1.0, 2.0)]),
    ],
)
def test_every_value_that_another_one_follows_is_kept(
    standing: float | None, said: list[float], expected: list[tuple[float, float]]
) -> None:
    stands = {} if standing is None else {AT: standing}

    assert steps(replacements([reading(value) for value in said], stands, {AT})) == expected


def test_who_is_not_late_is_not_looked_at() -> None:
    other = reading(2.0, meter="other")

    assert replacements([reading(1.0), other], {AT: 5.0, other[:3]: 5.0}, {other[:3]}) == [
        Replaced(*other[:3], 5.0, 2.0)
    ]


@given(
    st.none() | st.integers(0, 3),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=8),
)
def test_a_batch_that_is_written_twice_says_nothing_that_it_did_not_say_before(
    standing: int | None, said: list[tuple[int, int]]
) -> None:
    batch = [reading(float(value), time_ms=time) for time, value in said]
    among = {one[:3] for one in batch}
    before = {} if standing is None else {one[:3]: float(standing) for one in batch}
    first = replacements(batch, before, among)

    again = replacements(batch, {one[:3]: one.value for one in batch}, among)

    assert set(again) <= set(first)


@given(st.integers(0, 3), st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_no_value_gets_lost_on_the_way_from_what_stood_to_what_stands(standing: int, said: list[int]) -> None:
    found = replacements([reading(float(value)) for value in said], {AT: float(standing)}, {AT})

    kept = {one.former for one in found} | {float(said[-1])}
    assert {float(standing), *map(float, said)} <= kept


def test_what_a_float_rounds_off_is_no_difference() -> None:
    assert not differs(0.3, 0.1 + 0.2)
    assert not differs(9e11, 9e11 + 1e-4)
    assert differs(40482.8, 40482.800001)
    assert differs(0.0, 1e-6)


def test_polls_as_they_come_ask_nothing_but_the_first_time() -> None:
    newest = NewestTimes()
    poll = [reading(1.0, meter=f"meter-{number}") for number in range(3)]

    assert newest.late(poll, NOW_MS) == poll
    for seconds in range(1, 60):
        now_ms = NOW_MS + 1000 * seconds
        assert newest.late([one._replace(time_ms=now_ms) for one in poll], now_ms) == []


def test_asked_is_of_what_is_late_repeated_old_or_far_ahead() -> None:
    newest = NewestTimes()
    newest.late([reading(1.0), reading(1.0, meter="slow", time_ms=NOW_MS - 2 * FRESH_MS)], NOW_MS)
    late, same = reading(2.0, time_ms=NOW_MS - 1), reading(3.0, time_ms=NOW_MS + 10)
    old = reading(4.0, meter="slow", time_ms=NOW_MS - FRESH_MS - 1)  # newer than its own, but others may have spoken
    ahead = reading(5.0, time_ms=NOW_MS + 86_400_000)

    assert newest.late([late, same, same, old, ahead], NOW_MS) == [late, same, old, ahead]
    assert newest.late([reading(6.0, time_ms=NOW_MS + 20)], NOW_MS) == []


def test_what_one_answer_brings_twice_is_asked_of() -> None:
    newest = NewestTimes()
    newest.late([reading(1.0)], NOW_MS)
    first, second = reading(2.0, time_ms=NOW_MS + 1), reading(3.0, time_ms=NOW_MS + 1)
    other = second._replace(quantity="active_power")

    assert newest.late([first, other, second, other], NOW_MS + 1) == [second, other]


def test_a_clock_that_was_set_back_makes_nothing_late_for_long() -> None:
    newest = NewestTimes()
    years_ms = 3 * 365 * 86_400_000
    newest.late([reading(1.0, time_ms=NOW_MS + years_ms)], NOW_MS + years_ms)

    assert len(newest.late([reading(2.0)], NOW_MS)) == 1
    assert newest.late([reading(3.0, time_ms=NOW_MS + 1000)], NOW_MS + 1000) == []
