"""What senders' words mean: fixed where their documentation says so, guessed for proposals alone."""

import pytest

from collector.mqtt.formats import guessing
from collector.mqtt.formats.family import Selection
from collector.mqtt.formats.table import FAMILIES
from collector.mqtt.formats.vocabulary import gauge, gauge_unit, spelled, unit_at_the_end

SAME_WORDS = {
    "tasmota": ("tele/x/SENSOR", "ENERGY.Power", "ENERGY.Voltage", "ENERGY.Current", "ENERGY.Frequency"),
    "shelly": ("x/events/rpc", "em:0.a_act_power", "em:0.a_voltage", "em:0.n_current", "em:0.c_freq"),
    "zigbee2mqtt": ("zigbee2mqtt/x", "power_phase_b", "voltage", "current", "ac_frequency"),
}


def fixed(form: str, topic: str, value: str = "") -> str | None:
    return FAMILIES[form].unit(Selection(topic, value))


@pytest.mark.parametrize("form", SAME_WORDS)
def test_what_is_called_the_same_is_in_the_same_unit_whoever_says_it(form: str) -> None:
    topic, *names = SAME_WORDS[form]
    assert [fixed(form, topic, name) for name in names] == ["W", "V", "A", "Hz"]


def test_where_the_topic_is_the_name_its_last_part_says_the_unit() -> None:
    parts = ("Power", "Voltage", "Current", "Frequency")
    assert [fixed("victron", f"N/p/grid/30/Ac/L1/{part}") for part in parts] == ["W", "V", "A", "Hz"]
    assert [fixed("shelly", f"shellies/shellyem3-1/emeter/0/{part}") for part in ("power", "pf")] == ["W", "1"]


@pytest.mark.parametrize(
    ("form", "topic", "value", "unit"),
    [
        ("tasmota", "tele/x/SENSOR", "ENERGY.Total.0", "kWh"),
        ("shelly", "x/events/rpc", "emdata:0.a_total_act_energy", "Wh"),
        ("shelly", "x/events/rpc", "switch:0.ret_aenergy.total", "Wh"),
        ("shelly", "shellies/shellyplug-s-1/relay/0/energy", "", "Wmin"),
        ("shelly", "shellies/shellyem-1/emeter/0/energy", "", "Wh"),
        ("zigbee2mqtt", "zigbee2mqtt/x", "produced_energy", "kWh"),
        ("victron", "N/p/grid/30/Ac/Energy/Reverse", "", "kWh"),
    ],
)
def test_energies_are_in_a_unit_of_each_sender_s_own(form: str, topic: str, value: str, unit: str) -> None:
    assert fixed(form, topic, value) == unit


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("zigbee2mqtt", "battery_voltage"),
        ("zigbee2mqtt", "linkquality"),
        ("tasmota", "SML.Power_curr"),
        ("shelly", "switch:0.id"),
    ],
)
def test_what_the_documentation_does_not_fix_the_portfolio_has_to_say(form: str, value: str) -> None:
    assert fixed(form, "x/events/rpc", value) is None


def test_apparent_and_reactive_power_are_no_active_power() -> None:
    assert [gauge(word) for word in ("Power", "ApparentPower", "aprt_power", "ReactivePower")] == [
        "active_power",
        "apparent_power",
        "apparent_power",
        "reactive_power",
    ]
    assert gauge_unit("aprt_power") == "VA"


def test_units_that_others_write_otherwise_are_read() -> None:
    assert [spelled(unit) for unit in ("m³", "L", "Cel", "kWh", "lx")] == ["m3", "l", "°C", "kWh", "lx"]


def test_names_may_end_in_their_unit() -> None:
    ends = ("total_m3", "flow_temperature_c", "volume_flow_m3h", "energy_MWh", "status")
    assert [unit_at_the_end(name) for name in ends] == ["m3", "°C", "m3/h", "MWh", None]


@pytest.mark.parametrize(
    ("name", "unit", "quantity"),
    [
        ("halle.strom_kwh", "kWh", "active_energy_import"),
        ("waerme_mwh", "MWh", "active_energy_import"),
        ("waerme_mwh_gesamt", "MWh", "active_energy_import"),
        ("heat_gj", "GJ", "heat_energy"),
        ("einspeisung_wh", "Wh", "active_energy_export"),
        ("zaehler/wasser/total_m3", "m3", "volume"),
        ("durchfluss_lh", "l/h", "volume_flow"),
        ("power_a", "W", "active_power"),
        ("SML.16.7.0", "W", "active_power"),
        ("status", None, None),
    ],
)
def test_a_name_that_its_author_made_up_is_guessed(name: str, unit: str | None, quantity: str | None) -> None:
    assert guessing.unit(name) == unit
    assert guessing.quantity(name, unit) == quantity


def test_ones_are_a_power_factor_only_where_the_name_says_so() -> None:
    names = ("em:0.a_pf", "ENERGY.Factor", "shellies/x/emeter/0/pf", "anzahl")
    assert [guessing.quantity(name, "1") for name in names] == ["power_factor"] * 3 + [None]
