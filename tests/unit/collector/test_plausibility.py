"""What can be true in a building, and what cannot."""

import pytest

from collector.probing.plausibility import ProbedReading, judge, problems, score
from tests.unit.collector.portfolio import register


def said(quantity: str, value: float | None, *, unit: str, phase: str = "total") -> ProbedReading:
    return ProbedReading(register(quantity, 0, unit=unit, phase=phase), value)


@pytest.mark.parametrize(
    ("quantity", "unit", "value"),
    [
        ("frequency", "Hz", 0.05),
        ("frequency", "Hz", 0.0),
        ("voltage", "V", 23.0),
        ("active_energy_import", "kWh", -1.0),
        ("active_energy_import", "kWh", 4e12),
        ("active_power", "W", 1e-38),
        ("power_factor", "1", 100.0),
    ],
)
def test_what_cannot_be_true_is_a_problem(quantity: str, unit: str, value: float) -> None:
    reading = said(quantity, value, unit=unit, phase="L1" if quantity == "voltage" else "total")
    assert judge(reading).weight < 0
    assert problems([reading]) != []


@pytest.mark.parametrize(
    ("quantity", "unit", "phase", "value"),
    [
        ("frequency", "Hz", "total", 49.98),
        ("voltage", "V", "L1", 231.0),
        ("voltage", "V", "L12", 400.2),
        ("active_energy_import", "Wh", "total", 12_345_678.0),
        ("active_power", "kW", "total", -4.2),
    ],
)
def test_what_a_grid_and_a_meter_show_every_day_speaks_for_the_table(
    quantity: str, unit: str, phase: str, value: float
) -> None:
    assert judge(said(quantity, value, unit=unit, phase=phase)).weight > 0


def test_a_phase_that_is_not_connected_and_a_value_that_is_absent_tell_nothing() -> None:
    absent = [said("voltage", 0.0, unit="V", phase="L2"), said("voltage", None, unit="V", phase="L3")]
    assert [judge(one).weight for one in absent] == [0.0, 0.0]
    assert problems(absent) == []


def test_the_side_of_the_panels_is_not_measured_by_the_grid() -> None:
    panels = [said("voltage", 743.0, unit="V", phase="DC"), said("voltage", 12.0, unit="V", phase="DC")]
    assert [judge(one).weight for one in panels] == [0.0, 0.0]
    assert problems(panels) == []


def test_a_handful_of_pulses_says_less_than_one_counter_of_energy() -> None:
    pulses = [said("pulse_count", 1e6 + number, unit="pulses", phase=str(number)) for number in range(9)]
    assert 0 < score(pulses) < score([said("heat_energy", 129_177.0, unit="kWh")])


def test_phases_that_add_up_to_their_total_speak_for_the_table() -> None:
    phases = [said("active_power", 100.0, unit="W", phase=phase) for phase in ("L1", "L2", "L3")]
    right = [*phases, said("active_power", 300.0, unit="W")]
    wrong = [*phases, said("active_power", 500.0, unit="W")]
    assert score(right) > score(wrong)
