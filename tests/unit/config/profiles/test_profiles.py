from decimal import Decimal
from pathlib import Path

import pytest

from config.errors import ConfigurationError, NotFound
from config.profiles.files import SHIPPED as FOLDER
from config.profiles.files import load_profiles
from config.profiles.registers import WORDS, ByteOrder, DeviceProfile, GapReads, Register, WordOrder, series_name
from config.quantities import MEDIA, UNITS

SHIPPED = load_profiles()
TABLES = sorted(FOLDER.glob("*.yaml"))
HEAD = "id: own\nmanufacturer: Eigenbau\nmodels: [one]\nkind: electricity_3ph\nsources: [manual]\n"


def own_table(folder: Path, text: str) -> DeviceProfile:
    """Load a table beside the shipped ones."""
    (folder / "own.yaml").write_text(HEAD + text)
    return load_profiles(folder)["own"]


@pytest.mark.parametrize("profile", SHIPPED.values(), ids=SHIPPED)
def test_every_shipped_table_names_its_sources_and_stays_inside_its_limits(profile: DeviceProfile) -> None:
    assert profile.sources
    assert profile.registers
    assert all(register.count <= profile.max_registers for register in profile.registers)
    assert all(register.count == WORDS.get(register.type, register.count) for register in profile.registers)
    assert all(register.end <= 65536 for register in profile.registers)


@pytest.mark.parametrize("profile", SHIPPED.values(), ids=SHIPPED)
def test_no_shipped_table_gives_two_registers_for_one_series(profile: DeviceProfile) -> None:
    names = [series_name(register) for register in profile.registers if register.is_measured]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("file", TABLES, ids=lambda file: file.stem)
def test_every_table_stands_in_a_file_of_its_own_name(file: Path) -> None:
    assert file.stem in SHIPPED


def test_the_sdm630_shows_its_import_at_the_address_of_its_manual() -> None:
    profile = SHIPPED["eastron_sdm630_v2"]
    register = profile.register("active_energy_import")
    assert (register.address, register.count, register.type, register.function_code) == (72, 2, "float32", 4)
    assert (register.scale, register.unit, register.word_order) == (Decimal(1), "kWh", WordOrder.MSW_FIRST)
    assert (profile.even_only, profile.max_registers, profile.gap_reads) == (True, 60, GapReads.ALLOWED)


def test_phases_and_channels_have_series_of_their_own() -> None:
    assert "voltage.L2" in SHIPPED["eastron_sdm630_v2"].series
    assert "pulse_count.12" in SHIPPED["pulse_isma_mini_mix"].series


@pytest.mark.parametrize("name", ["sunspec_101_103", "sunspec_111_113", "sunspec_inverter"])
def test_an_inverter_counts_what_a_meter_of_pv_generation_shows(name: str) -> None:
    table = SHIPPED[name]
    assert MEDIA["pv_generation"].quantity in table.series
    assert {"active_power", "active_power.DC", "voltage.L3", "current.L1", "frequency"} <= table.series.keys()
    assert not any("temperature" in series for series in table.series)  # no quantity of the vocabulary


def test_a_table_of_any_inverter_knows_all_models_that_inverters_have() -> None:
    table = SHIPPED["sunspec_inverter"]
    assert list(table.variants) == [101, 102, 103, 111, 112, 113]
    assert table.variants[103] == SHIPPED["sunspec_101_103"].registers
    assert table.variants[113] == SHIPPED["sunspec_111_113"].registers


def test_a_table_may_borrow_the_registers_of_another() -> None:
    assert SHIPPED["janitza_umg96rm"].series.keys() == SHIPPED["janitza_block_19000"].series.keys()
    assert SHIPPED["janitza_block_19000"].is_template
    assert not SHIPPED["janitza_umg96rm"].is_template


def test_bit_patterns_that_mean_no_value_come_with_the_type() -> None:
    profile = SHIPPED["abb_b23_b24"]
    assert {register.not_available for register in profile.registers if register.type == "uint64"} == {(2**64 - 1,)}
    assert {register.not_available for register in profile.registers if register.type == "int32"} == {(0x7FFFFFFF,)}


def test_the_simulated_meter_gives_twenty_values_from_forty_registers() -> None:
    profile = SHIPPED["zaehlwerk_simulator_40"]
    assert profile.simulated
    assert len(profile.series) == 20
    assert sum(register.count for register in profile.registers) == 40
    assert (profile.registers[0].address, profile.registers[-1].end) == (0, 40)


def test_the_simulated_counter_keeps_thousandths_as_whole_numbers() -> None:
    register = SHIPPED["zaehlwerk_simulator_counter"].register("volume")
    assert (register.type, register.scale, register.unit) == ("uint64", Decimal("0.001"), "m3")


def test_only_the_simulation_has_simulated_devices() -> None:
    simulated = {profile.id for profile in SHIPPED.values() if profile.simulated}
    assert simulated == {"zaehlwerk_simulator_40", "zaehlwerk_simulator_counter"}


def test_the_whole_vocabulary_of_keys_is_taken(tmp_path: Path) -> None:
    profile = own_table(
        tmp_path,
        "function_code: 3\nalternative_function_codes: [4]\nword_order: lsw_first\nbyte_order: little\n"
        "max_registers: 50\ncoalescing: {gap_reads: inside_table_only}\neven_only: true\n"
        "not_available: {int16: [0x8000, 0x7FFF], float32: 0xFFC00000}\n"
        "registers:\n"
        "  - {quantity: voltage, phase: L1, address: 0, type: int16, scale_register: 9, unit: V}\n"
        "  - {quantity: current, phase: 3, address: 1, type: float32, function_code: 4, word_order: msw_first,"
        " byte_order: big, not_available: [0x7FC00000], scale: 0.001, unit: A}\n"
        "  - {quantity: alarm, address: 3, type: bit, bit: 14, unit: code}\n"
        "  - {quantity: serial_number, phase: device, address: 4, count: 8, type: string, unit: ascii}\n",
    )
    voltage, current, alarm, serial = profile.registers
    assert (voltage.word_order, voltage.byte_order, voltage.scale_register) == (
        WordOrder.LSW_FIRST,
        ByteOrder.LITTLE,
        9,
    )
    assert voltage.not_available == (0x8000, 0x7FFF)
    assert (current.function_code, current.word_order, current.byte_order) == (4, WordOrder.MSW_FIRST, ByteOrder.BIG)
    assert (current.not_available, current.scale, series_name(current)) == (
        (0x7FC00000,),
        Decimal("0.001"),
        "current.3",
    )
    assert (alarm.bit, serial.count) == (14, 8)
    assert (profile.gap_reads, profile.even_only) == (GapReads.INSIDE_TABLE_ONLY, True)
    assert profile.alternative_function_codes == (4,)
    assert list(profile.series) == ["voltage.L1", "current.3"]


def test_patterns_may_be_told_in_sentences(tmp_path: Path) -> None:
    profile = own_table(
        tmp_path,
        'not_available: ["float32 0xFFC00000 (quiet NaN)", "int16 0x8000", "unsigned: all bits 1 (0xFFFF)"]\n'
        "registers:\n"
        "  - {quantity: voltage, address: 0, type: float32, unit: V}\n"
        "  - {quantity: current, address: 2, type: int16, unit: A}\n"
        "  - {quantity: frequency, address: 3, type: uint32, unit: Hz}\n",
    )
    assert [register.not_available for register in profile.registers] == [(0xFFC00000,), (0x8000,), (0xFFFFFFFF,)]


def test_what_is_unknown_about_gaps_counts_as_forbidden(tmp_path: Path) -> None:
    profile = own_table(tmp_path, "registers: [{quantity: voltage, address: 0, type: float32, unit: V}]\n")
    assert profile.gap_reads is GapReads.FORBIDDEN


def test_an_own_table_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    text = HEAD.replace("id: own", "id: eastron_sdm120")
    (tmp_path / "a.yaml").write_text(text + "registers: [{quantity: voltage, address: 4, type: float32, unit: V}]\n")
    profiles = load_profiles(tmp_path)
    assert profiles["eastron_sdm120"].manufacturer == "Eigenbau"
    assert len(profiles) == len(SHIPPED)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("registers: []\n", "a table needs `registers` or `registers_from`"),
        ("registers_from: own\n", "borrow from each other in a circle"),
        ("registers_from: eastron_sdm12\n", "did you mean 'eastron_sdm120'?"),
        ("registers: [{quantity: voltage, type: float32, unit: V}]\n", "either `address` or `offset`"),
        ("registers: [{quantity: alarm, address: 1, type: bit, unit: code}]\n", "type `bit` and key `bit`"),
        ("registers: [{quantity: name, address: 1, type: string, unit: ascii}]\n", "a string needs its `count`"),
        ("unit_rules: {told: {register: 1, type: uint16}}\nregisters: []\n", "a number needs `cases`"),
        ("alternative_registers_from: owen\nregisters: []\n", "unknown profile 'owen'"),
        ("not_available: {float31: 1}\nregisters: []\n", "unknown type 'float31'"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        own_table(tmp_path, text)
    assert said in str(caught.value)
    assert "own.yaml:" in str(caught.value)


def test_a_register_that_the_device_lacks_is_not_found() -> None:
    with pytest.raises(NotFound):
        SHIPPED["eastron_sdm120"].register("heat_energy")


def test_all_reference_tables_load(reference_data: Path) -> None:
    profiles = load_profiles(reference_data / "devices" / "modbus_profiles.yaml")
    assert len(profiles.keys() - SHIPPED.keys()) + len(SHIPPED) - 2 >= 64
    assert profiles["sunspec_201_204"].relative
    assert profiles["solaredge_meter_via_inverter"].relative
    assert profiles["carlo_gavazzi_em100"].registers[0].word_order is WordOrder.LSW_FIRST


def test_shipped_tables_agree_with_the_reference(reference_data: Path) -> None:
    reference = load_profiles(reference_data / "devices" / "modbus_profiles.yaml")
    assert {name for name, profile in SHIPPED.items() if not profile.simulated} <= reference.keys()
    for name, profile in SHIPPED.items():
        if not profile.simulated:
            assert _wire(reference[name]) - _wire(profile) == set(), name


def _wire(profile: DeviceProfile) -> set[tuple[object, ...]]:
    """What stands where; ours may say more: sums, and in which register the device tells a unit."""

    def facts(register: Register) -> tuple[object, ...]:
        place = (register.address, register.count, register.type, register.function_code)
        return (*place, register.scale, register.word_order, register.not_available, register.scale_register)

    def names(register: Register) -> tuple[object, ...]:
        told = register.unit not in UNITS
        return (*facts(register), "" if told else series_name(register), "" if told else register.unit)

    return {names(register) for register in profile.registers}


def test_a_unit_that_the_device_tells_is_a_rule_of_the_table(tmp_path: Path) -> None:
    profile = own_table(
        tmp_path,
        "unit_rules:\n"
        "  told: {register: 9, type: uint16, cases: [{equals: 3, unit: MWh}, {mask: 1, equals: 1, unit: kWh,"
        " exponent_bits: [2, 3]}]}\n"
        "registers: [{quantity: heat_energy, address: 0, type: uint32, unit: told, factor_register: 4}]\n",
    )
    (register,) = profile.registers
    assert register.unit_rule is not None
    assert [register.unit_rule.unit_of(raw) for raw in (3, 0b0101, 2)] == [("MWh", 0), ("kWh", 1), None]
    assert [need.address for need in register.needs] == [4, 9]
    assert list(profile.series) == ["heat_energy"]


def test_a_borrowed_row_gives_way_to_a_tables_own(tmp_path: Path) -> None:
    profile = own_table(
        tmp_path,
        "registers_from: eastron_sdm120\n"
        "extra_registers: [{quantity: frequency, address: 900, type: float64, unit: Hz}]\n",
    )
    assert profile.register("frequency").address == 900
    assert [one.quantity for one in profile.registers].count("frequency") == 1


def test_a_counter_in_two_registers_is_one_series() -> None:
    energy = SHIPPED["socomec_diris_b30"].register("active_energy_import")
    assert [(piece.address, piece.scale) for piece in energy.pieces] == [
        (19843, Decimal(1)),
        (19845, Decimal("0.0001")),
    ]


def test_a_table_whose_place_is_searched_for_moves_with_it() -> None:
    profile = SHIPPED["fronius_smart_meter_via_inverter"]
    whole, floating = profile.located(203, 40069), profile.located(213, 40069)
    assert (whole.register("voltage.L1").address, whole.register("voltage.L1").scale_register) == (40077, 40084)
    assert floating.register("voltage.L1").type == "float32"
    assert not whole.relative
