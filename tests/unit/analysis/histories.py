"""Random histories of a counter, with everything that happens to counters."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

START = datetime(2025, 1, 14, tzinfo=UTC)
STEP = timedelta(hours=2)
DAYS = 48
COUNT = DAYS * 12


@dataclass(frozen=True)
class Incident:
    """Something that happens to the readings `[first, last)`."""

    kind: str
    first: int
    last: int
    size: int


def incidents() -> st.SearchStrategy[list[Incident]]:
    """Return a strategy for what happens, most of it short, some of it for weeks."""
    kinds = st.sampled_from(["silent", "zero", "low", "spike", "rest", "exchange", "jump", "sparse", "wrap"])
    lasting = st.one_of(st.integers(1, 6), st.integers(6, 60), st.integers(60, 240))
    one = st.builds(
        lambda kind, first, length, size: Incident(kind, first, min(first + length, COUNT), size),
        kinds,
        st.integers(0, COUNT - 1),
        lasting,
        st.integers(1, 5000),
    )
    return st.lists(one, max_size=7)


def readings(happened: list[Incident], *, first_value: int = 7000) -> dict[datetime, float]:
    """Return what the counter showed: it rises by day more than by night, and then things happen to it.

    One that wraps stands near its end at first, and has four digits.
    """
    wraps = any(one.kind == "wrap" for one in happened)
    rises = [1.0 + (number % 12 > 4) * 2.5 for number in range(COUNT)]
    for one in happened:
        if one.kind == "rest":
            rises[one.first : one.last] = [0.0] * (one.last - one.first)
        if one.kind == "jump":
            rises[one.first] += one.size
    shown, value = {}, float(first_value + 2_500 * wraps)
    for number in range(COUNT):
        value += rises[number]
        shown[number] = value % 10_000 if wraps else value
    for one in happened:
        _happen(shown, one)
    return {START + number * STEP: round(value, 3) for number, value in shown.items()}


def _happen(shown: dict[int, float], one: Incident) -> None:
    inside = [number for number in range(one.first, one.last) if number in shown]
    match one.kind:
        case "silent":
            _drop(shown, inside)
        case "sparse":
            _drop(shown, [number for number in inside if number % 5])
        case "zero":
            shown |= dict.fromkeys(inside, 0.0)
        case "low":
            shown |= dict.fromkeys(inside, float(one.size % 50))
        case "spike":
            shown |= {number: shown[number] + one.size * 10 for number in inside[:1]}
        case "exchange":
            low = shown.get(one.first, 0.0)
            shown |= {number: value - low for number, value in shown.items() if number >= one.first}


def _drop(shown: dict[int, float], numbers: list[int]) -> None:
    for number in numbers:
        del shown[number]


def meter_kinds() -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for what is declared about the meter."""
    media = st.sampled_from(["electricity_import", "pv_generation"])
    return st.fixed_dictionaries(
        {"medium": media, "maximum_kw": st.sampled_from([None, 40.0]), "digits": st.sampled_from([None, 4])}
    )
