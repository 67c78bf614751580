from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from config.meters.meter import ByHandSource, Dated, ModbusSource, MqttSource, PushSource, Reporting, Stamps, value_on
from config.portfolio.files import load_portfolio
from config.portfolio.portfolio import Portfolio
from config.portfolio.properties import OpeningHours, Period, SpecialUse
from config.portfolio.sources import ModbusRtuBus, ModbusRtuTcpBus, ModbusTcpBus, ModbusUdpBus, MqttBroker

DISTRICT = Path(__file__).parent / "district"


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return load_portfolio(DISTRICT)


def small_portfolio(folder: Path, meters: str, *, district: str = "") -> Portfolio:
    """A district with one property and the given meters."""
    (folder / "properties").mkdir()
    (folder / "district.yaml").write_text(
        'district: {id: d, name: D, state: RP, time_zone: Europe/Berlin, weather_station: "02486"}\n'
        "municipalities: [{id: m, name: M, kind: district}]\n" + district
    )
    head = "id: p\nname: P\nmunicipality: m\ncategory: schulen\nmeters:\n"
    (folder / "properties" / "p.yaml").write_text(head + meters)
    return load_portfolio(folder)


def test_the_district_says_where_its_days_are_cut(portfolio: Portfolio) -> None:
    assert portfolio.district.zone.key == "Europe/Berlin"
    assert (portfolio.district.state, portfolio.district.weather_station) == ("RP", "02486")
    assert portfolio.municipality("vg-tal").inhabitants == 26205
    assert portfolio.person("hausmeister-sued").email == "sued@example.org"


def test_sources_of_all_three_kinds_are_read(portfolio: Portfolio) -> None:
    assert portfolio.sources == (
        MqttBroker("broker", "mqtt://127.0.0.1:1883", "zaehlwerk", "BROKER_PASSWORD"),
        ModbusTcpBus("bus-schule", "127.0.0.1", 5020),
        ModbusRtuBus("bus-keller", "/dev/ttyUSB0", 9600, "N"),
    )


def test_every_way_to_a_modbus_bus_can_be_declared(tmp_path: Path) -> None:
    sources = (
        "sources:\n"
        "  - {id: keller, kind: modbus_rtu, device: /dev/ttyUSB0, baud: 19200, parity: E, stop_bits: 2}\n"
        "  - {id: gateway, kind: modbus_rtu_tcp, host: 192.0.2.1, port: 4196}\n"
        "  - {id: datagrams, kind: modbus_udp, host: 192.0.2.2}\n"
    )
    source = "{from: gateway, device: 3, profile: eastron_sdm630_v2}"
    meter = f"  - {{id: strom, medium: electricity_import, unit: kWh, source: {source}}}\n"
    place = small_portfolio(tmp_path, meter, district=sources)
    assert place.sources == (
        ModbusRtuBus("keller", "/dev/ttyUSB0", 19200, "E", 2),
        ModbusRtuTcpBus("gateway", "192.0.2.1", 4196),
        ModbusUdpBus("datagrams", "192.0.2.2", 502),
    )


def test_a_modbus_meter_knows_bus_device_and_profile(portfolio: Portfolio) -> None:
    meter = portfolio.meter("gs-talheim-strom")
    assert meter.source == ModbusSource("bus-schule", 3, "eastron_sdm630_v2", timedelta(minutes=1))
    assert (meter.digits, meter.decimals, meter.maximum_kw) == (6, 1, 55.0)
    assert value_on(meter.factor, date(2020, 1, 1)) == 40


def test_a_dated_factor_holds_from_its_day_on(portfolio: Portfolio) -> None:
    meter = portfolio.meter("gs-talheim-mensa")
    assert value_on(meter.factor, date(2025, 2, 28)) == 40
    assert value_on(meter.factor, date(2025, 3, 1)) == 60


def test_a_logger_that_stays_on_winter_time_has_a_fixed_offset(portfolio: Portfolio) -> None:
    meter = portfolio.meter("gs-talheim-mensa")
    assert (meter.stamps, meter.fixed_offset) == (Stamps.END, timedelta(hours=1))


def test_an_mqtt_meter_knows_the_paths_to_value_and_time(portfolio: Portfolio) -> None:
    source = portfolio.meter("gs-talheim-gas").source
    assert source == MqttSource("broker", "schulen/gs-talheim/gas", "zaehlerstand", "ts")
    hall = portfolio.meter("gs-talheim-gas-halle").source
    assert isinstance(hall, MqttSource)
    assert hall.time is None


def test_gas_conversions_keep_every_digit_and_their_days(portfolio: Portfolio) -> None:
    always = value_on(portfolio.meter("gs-talheim-gas").gas, date(1999, 1, 1))
    assert always is not None
    assert always.state_number == Decimal("0.9441")
    later = value_on(portfolio.meter("gs-talheim-gas-halle").gas, date(2024, 5, 1))
    assert later is not None
    assert later.heating_value_kwh_m3 == Decimal("11.42")


def test_a_meter_read_by_hand_is_late_only_after_the_longest_month(portfolio: Portfolio) -> None:
    meter = portfolio.meter("gs-talheim-wasser")
    assert meter.source == ByHandSource(timedelta(days=31))
    assert (meter.reporting, meter.interval) == (Reporting.BY_HAND, timedelta(days=31))


def test_a_pulse_meter_counts_pulses_and_may_be_silent_for_days(portfolio: Portfolio) -> None:
    meter = portfolio.meter("gs-talheim-pv")
    assert (meter.quantity, meter.pulse_kwh, meter.modulus) == ("pulse_count", Decimal("0.001"), 2**32)
    assert (meter.reporting, meter.longest_silence) == (Reporting.ON_CHANGE, timedelta(hours=96))
    assert meter.source == PushSource()


def test_an_oil_tank_is_a_level_with_a_heating_value(portfolio: Portfolio) -> None:
    meter = portfolio.meter("gs-talheim-oel")
    assert meter.quantity == "tank_level"
    assert meter.tank is not None
    assert (meter.tank.kwh_per_unit, meter.tank.reference) == (Decimal(10), "Hi")


def test_a_virtual_meter_has_a_formula_and_its_mediums_unit(portfolio: Portfolio) -> None:
    meter = portfolio.meter("gs-talheim-netto")
    assert meter.is_virtual
    assert (meter.formula, meter.unit) == ((Dated(None, "gs-talheim-strom - gs-talheim-mensa"),), "kWh")


def test_meters_of_a_sample_district_are_marked(portfolio: Portfolio) -> None:
    assert portfolio.meters
    assert all(meter.sample for meter in portfolio.meters.values())


def test_the_calendar_of_use_is_read(portfolio: Portfolio) -> None:
    calendar = portfolio.property("gs-talheim").calendar
    assert calendar.school
    assert calendar.open == (OpeningHours(frozenset(range(5)), time(7), time(16)),)
    assert calendar.closed == {date(2026, 2, 16)}
    assert calendar.used == (SpecialUse(date(2026, 3, 2), time(19), time(22)),)


def test_a_measures_periods_are_half_open_days(portfolio: Portfolio) -> None:
    measure = portfolio.measure("gs-talheim-regelung")
    assert measure.baseline == Period(date(2024, 1, 1), date(2025, 1, 1))
    assert measure.expected_saving_percent == 12
    assert measure.funding is not None
    assert measure.funding.rate_percent == 70


def test_the_price_of_a_day_is_the_one_that_held_then(portfolio: Portfolio) -> None:
    assert portfolio.price_eur("electricity_import", date(2023, 12, 31)) == Decimal("0.41")
    assert portfolio.price_eur("electricity_import", date(2024, 1, 1)) == Decimal("0.32")
    assert portfolio.price_eur("electricity_import", date(2022, 12, 31)) is None
    assert portfolio.price_eur("water", date(1999, 1, 1)) == Decimal("2.15")


def test_an_own_device_table_is_found_beside_the_portfolio(tmp_path: Path) -> None:
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices" / "own.yaml").write_text(
        "id: own\nmanufacturer: Eigenbau\nmodels: [one]\nkind: heat\nsources: [manual]\n"
        "registers: [{quantity: heat_energy, address: 7, type: uint32, unit: MWh}]\n"
    )
    portfolio = small_portfolio(
        tmp_path,
        "  - {id: w, medium: district_heat, unit: kWh, source: {from: bus, device: 1, profile: own}}\n",
        district="sources: [{id: bus, kind: modbus_tcp, host: 127.0.0.1}]\n",
    )
    assert portfolio.meter("w").quantity == "heat_energy"


def test_a_quantity_that_a_device_has_per_phase_stands_for_all_phases(tmp_path: Path) -> None:
    portfolio = small_portfolio(
        tmp_path,
        "  - {id: s, medium: electricity_import, unit: kWh,"
        " source: {from: bus, device: 1, profile: zaehlwerk_simulator_40, quantities: [voltage]}}\n",
        district="sources: [{id: bus, kind: modbus_tcp, host: 127.0.0.1}]\n",
    )
    source = portfolio.meter("s").source
    assert isinstance(source, ModbusSource)
    assert source.quantities == ("voltage",)


def test_a_virtual_main_meter_may_be_the_sum_of_its_sub_meters(tmp_path: Path) -> None:
    portfolio = small_portfolio(
        tmp_path,
        '  - {id: haupt, medium: water, formula: "a + b"}\n'
        "  - {id: a, medium: water, unit: m3, sub_meter_of: haupt, source: {push: true}}\n"
        "  - {id: b, medium: water, unit: m3, sub_meter_of: haupt, source: {push: true}}\n",
    )
    assert portfolio.meter("haupt").formula == (Dated(None, "a + b"),)


def test_a_station_number_needs_no_quotes_where_yaml_would_make_it_octal(tmp_path: Path) -> None:
    (tmp_path / "district.yaml").write_text(
        "district: {id: d, name: D, state: RP, time_zone: Europe/Berlin, weather_station: 02345}\n"
    )
    assert load_portfolio(tmp_path).district.weather_station == "02345"


def test_keys_without_a_value_count_as_not_given(tmp_path: Path) -> None:
    portfolio = small_portfolio(tmp_path, "measures:\ntargets:\n", district="sources:\n")
    assert portfolio.properties[0].meters == ()
    assert portfolio.sources == ()


def test_a_gas_meter_that_counts_kwh_names_its_quantity(tmp_path: Path) -> None:
    portfolio = small_portfolio(
        tmp_path, "  - {id: g, medium: natural_gas, unit: kWh, quantity: interval_energy, source: {push: true}}\n"
    )
    assert (portfolio.meter("g").quantity, portfolio.meter("g").unit) == ("interval_energy", "kWh")
