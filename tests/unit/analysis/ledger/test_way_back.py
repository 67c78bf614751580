"""A counter that fell, stayed low for weeks and shows its old level again: no maximum is declared for it."""

from datetime import timedelta

import numpy as np
import pytest

from analysis.consumption import consumption
from analysis.figures import Resolution
from analysis.ledger.counter import Booked, book_counter
from analysis.ledger.line import Row
from analysis.ledger.micro import MICRO, micro_units
from analysis.ledger.readings import Decisions, measured
from analysis.ledger.rules import rules_of
from tests.unit.analysis.evidence import books, counter, meter, place, utc

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = utc(2025, 1, 1)
LOW_SINCE, BACK = START + 5 * DAY, START + 55 * DAY


def booked(values: list[float], *, believed: frozenset[int] = frozenset()) -> Booked:
    times = np.arange(len(values), dtype=np.int64) * 3_600_000
    rules = rules_of(meter(medium="water", quantity="volume", unit="m3", interval=HOUR))
    return book_counter(measured(times, micro_units(np.array(values))), rules, Decisions(believed=believed))


def total(result: Booked) -> float:
    return int(result.line.totals[Row.AMOUNT, -1]) / MICRO


@pytest.mark.parametrize("low", [[0.0] * (15 * 24), [40 + number / 10 for number in range(30)]])
def test_way_back_is_proposed_as_a_jump_and_not_booked(low: list[float]) -> None:
    result = booked([5000, 5001, *low, 5002, 5003])
    fall, back = result.notices
    assert (fall.kind, back.kind, back.state) == ("exchange_suspected", "implausible_jump", "proposed")
    shown = f"{low[-1]:.1f}".replace(".", ",")
    assert back.detail.replace("\N{NARROW NO-BREAK SPACE}", " ") == (
        f"Zählerstand springt von {shown} m³ auf 5.002,0 m³ zurück: dort stand er, bevor er gefallen ist"
    )
    assert total(result) == pytest.approx(2 + low[-1] - low[0])


def test_way_back_that_a_person_called_real_is_booked() -> None:
    values = [5000.0, 5001, 40, 41, 42, 5002, 5003]
    assert total(booked(values)) == 1 + 2 + 1
    assert total(booked(values, believed=frozenset({5 * 3_600_000}))) == 1 + 2 + 4960 + 1


def test_new_counter_that_passes_the_level_of_the_old_one_step_by_step_is_booked() -> None:
    result = booked([5.0, 5, 0, 1, 2, 3, 4, 5, 6, 7])
    assert [notice.kind for notice in result.notices] == ["exchange_suspected"]
    assert total(result) == 7


def test_first_steps_of_a_counter_that_never_fell_are_booked() -> None:
    result = booked([0.0, 500, 501, 502])
    assert (result.notices, total(result)) == ((), 502)


def test_day_of_the_way_back_looks_for_the_fall_however_long_it_is_ago() -> None:
    shown = counter(START, HOUR, [1.0] * 24 * 70, first=5000.0)
    low = {at: value - 4900 if LOW_SINCE <= at < BACK else value for at, value in shown.items()}
    there, store = books(place(meter(interval=HOUR)), zone="UTC")
    store.put("strom", "active_energy_import", low)
    whole = consumption(there, "strom", START, START + 70 * DAY, Resolution.DAY, now=START + 70 * DAY)
    alone = consumption(there, "strom", BACK - DAY, BACK + DAY, Resolution.DAY, now=START + 70 * DAY)
    assert [event.kind for event in alone.events] == ["implausible_jump"]
    assert [slot.value for slot in alone.slots] == [slot.value for slot in whole.slots[54:56]]
    assert float(whole.total or 0) < 24 * 70
