"""Which requests are made of the registers that are wanted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.modbus.plan import Block, plan, plan_rows, reading_plan, wanted_registers, with_power
from config.errors import ConfigurationError
from config.profiles.files import load_profiles
from config.profiles.registers import GapReads
from tests.unit.collector.portfolio import profile, register

TABLES = tuple(load_profiles().values())


def spans(blocks: tuple[Block, ...]) -> list[tuple[int, int, int]]:
    return [(block.function_code, block.address, block.count) for block in blocks]


def test_registers_that_follow_each_other_share_a_request() -> None:
    device = profile(register("voltage", 0), register("current", 2), gap_reads=GapReads.FORBIDDEN)
    assert spans(plan(device, device.registers)) == [(4, 0, 4)]


def test_a_hole_is_spanned_where_the_device_allows_it() -> None:
    device = profile(register("voltage", 0), register("current", 30))
    assert spans(plan(device, device.registers)) == [(4, 0, 32)]


@pytest.mark.parametrize("gaps", [GapReads.FORBIDDEN, GapReads.INSIDE_TABLE_ONLY])
def test_a_hole_outside_the_table_is_never_spanned_where_the_device_would_refuse(gaps: GapReads) -> None:
    device = profile(register("voltage", 0), register("current", 4), gap_reads=gaps)
    assert spans(plan(device, device.registers)) == [(4, 0, 2), (4, 4, 2)]


def test_a_register_of_the_table_that_nobody_wants_is_no_hole() -> None:
    device = profile(
        register("voltage", 0), register("current", 2), register("active_power", 4), gap_reads=GapReads.FORBIDDEN
    )
    assert spans(plan(device, [device.registers[0], device.registers[2]])) == [(4, 0, 6)]


def test_a_wide_hole_is_not_worth_reading() -> None:
    device = profile(register("voltage", 0), register("current", 50))
    assert spans(plan(device, device.registers)) == [(4, 0, 2), (4, 50, 2)]


def test_a_request_never_exceeds_what_the_device_answers() -> None:
    device = profile(*(register("voltage", 2 * number, phase=str(number)) for number in range(30)), max_registers=20)
    assert spans(plan(device, device.registers)) == [(4, 0, 20), (4, 20, 20), (4, 40, 20)]


def test_function_codes_are_asked_apart() -> None:
    device = profile(register("voltage", 0, function_code=3), register("current", 2, function_code=4))
    assert spans(plan(device, device.registers)) == [(3, 0, 2), (4, 2, 2)]


def test_an_even_only_device_is_asked_evenly() -> None:
    device = profile(register("voltage", 3, count=1, type="int16"), even_only=True)
    assert spans(plan(device, device.registers)) == [(4, 2, 2)]


def test_power_comes_along_only_where_it_costs_no_request() -> None:
    near = profile(register("active_energy_import", 0), register("active_power", 2))
    far = profile(register("active_energy_import", 0), register("active_power", 500))
    assert len(with_power(near, wanted_registers(near, ["active_energy_import"]))) == 2
    assert len(with_power(far, wanted_registers(far, ["active_energy_import"]))) == 1


def test_a_quantity_that_exists_per_phase_only_gives_all_phases() -> None:
    device = profile(*(register("current", 2 * number, phase=f"L{number + 1}", unit="A") for number in range(3)))
    assert [one.phase for one in wanted_registers(device, ["current"])] == ["L1", "L2", "L3"]


def test_a_quantity_that_the_device_does_not_have_is_named_with_those_it_has() -> None:
    device = profile(register("active_energy_import", 0))
    with pytest.raises(ConfigurationError, match=r"no 'heat_energy' \(allowed: active_energy_import\)"):
        wanted_registers(device, ["heat_energy"])


@given(st.data())
def test_every_shipped_table_is_read_completely_within_its_limits(data: st.DataObject) -> None:
    device = data.draw(st.sampled_from(TABLES))
    wanted = data.draw(st.lists(st.sampled_from(device.registers), min_size=1))
    blocks = plan(device, wanted)
    assert {one for block in blocks for one in block.registers} == set(wanted)
    for block in blocks:
        assert block.count <= min(device.max_registers, 125)
        assert all(block.address <= one.address and one.end <= block.address + block.count for one in block.registers)
        assert not (device.even_only and (block.address % 2 or block.count % 2))


def test_a_scale_in_the_same_block_is_read_in_every_poll() -> None:
    voltage = register("voltage", 0, count=1, type="int16", unit="V", scale_register=4)
    whole = reading_plan(profile(voltage), [voltage])
    assert (spans(whole.live), whole.once) == ([(4, 0, 5)], ())


def test_a_scale_that_would_cost_a_request_of_its_own_is_read_once() -> None:
    voltage = register("voltage", 0, count=1, type="int16", unit="V", scale_register=400)
    whole = reading_plan(profile(voltage), [voltage])
    assert (spans(whole.live), spans(whole.once)) == ([(4, 0, 1)], [(4, 400, 1)])


def test_a_value_in_two_registers_is_read_in_one_request_or_not_at_all() -> None:
    energy = register("active_energy_import", 0, plus=(register("active_energy_import", 30),))
    assert spans(plan(profile(energy), [energy])) == [(4, 0, 32)]
    with pytest.raises(ConfigurationError, match="in one request"):
        plan(profile(energy, max_registers=20), [energy])


def test_the_rows_of_a_plan_say_what_is_asked_once() -> None:
    voltage = register("voltage", 0, count=1, type="int16", unit="V", scale_register=400)
    rows = plan_rows(profile(voltage), ("voltage",))
    assert [(row.number, row.addresses, row.series, row.static) for row in rows] == [
        (1, (400, 400), ("scale_of_others",), True),
        (2, (0, 0), ("voltage",), False),
    ]
