"""What simulated senders publish, and where; that it is read as it is meant is a contract (tests/contract)."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.simulation.formats.family import Message
from collector.simulation.formats.table import messages
from collector.simulation.formats.topics import concrete_topic
from collector.simulation.publishing.asking import WAITS_S, Asking
from collector.simulation.rehearsal import unheard
from config.errors import ConfigurationError
from config.meters.meter import Meter, MqttSource
from config.mqtt.topics import is_pattern, matches, wildcard_mistake
from tests.unit.collector.portfolio import mqtt_meter, portfolio

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def meter(name: str, topic: str, value: str = "kwh", **source: Any) -> Meter:
    whole = MqttSource("broker", topic, value, source.pop("time", None), **source)
    return Meter(name, "schule", "electricity_import", "kWh", "active_energy_import", source=whole)


def published(*meters: Meter) -> dict[str, Any]:
    found = messages(meters, lambda one, _: None if one.id == "tot" else 17.5, NOW)
    return {one.topic: json.loads(one.payload) for one in found}


def reasons(*meters: Meter) -> dict[str, str]:
    return unheard(portfolio(meters), "broker", NOW)


def test_meters_of_one_topic_share_a_message_and_a_dead_one_is_left_out() -> None:
    meters = [
        mqtt_meter("strom", "t", value="a.kwh"),
        mqtt_meter("mensa", "t", value="b.kwh"),
        mqtt_meter("tot", "u"),
    ]
    assert published(*meters) == {
        "t": {"a": {"kwh": 17.5}, "ts": "2026-11-22T12:00:00.000+00:00", "b": {"kwh": 17.5}}
    }


def test_a_dead_meter_is_in_no_message_of_any_format() -> None:
    formats = ["json", "plain", "csv", "tasmota", "zigbee2mqtt", "wmbusmeters", "vzlogger", "senml", "home_assistant"]
    assert messages([meter("tot", f"t/{form}", "1", format=form) for form in formats], lambda *_: None, NOW) == []


def test_numbers_in_a_path_are_places_in_a_list() -> None:
    assert published(meter("strom", "t", "zaehler.1.kwh")) == {"t": {"zaehler": [None, {"kwh": 17.5}]}}


def test_a_place_far_behind_does_not_make_a_list_of_that_length() -> None:
    assert published(meter("strom", "t", "register.40072")) == {"t": {"register": {"40072": 17.5}}}


def test_whoever_listens_to_a_wider_pattern_stands_in_the_documents_on_it() -> None:
    found = published(meter("strom", "haus/a"), meter("mensa", "haus/+", "mensa"))
    assert found == {"haus/a": {"kwh": 17.5, "mensa": 17.5}, "haus/simulated": {"mensa": 17.5}}


def test_meters_of_different_formats_on_one_topic_share_its_document() -> None:
    found = published(
        meter("strom", "tele/k/SENSOR", "SML.In", format="tasmota"), meter("pv", "tele/k/SENSOR", "SML.Out")
    )
    assert found["tele/k/SENSOR"]["SML"] == {"In": 17.5, "Out": 17.5}
    assert reasons(meter("strom", "t/SENSOR", "a.b", format="tasmota"), meter("pv", "t/SENSOR", "a.c")) == {}


@pytest.mark.parametrize(
    ("pattern", "source", "topic"),
    [
        ("schule/strom", {}, "schule/strom"),
        ("schule/+/strom", {}, "schule/simulated/strom"),
        ("schule/#", {}, "schule/simulated"),
        ("#", {}, "simulated"),
        ("wmbusmeters/+", {"where": (("id", "68926025"),)}, "wmbusmeters/68926025"),
        ("haus/+", {"where": (("ort", "1. OG / links"), ("id", "7"))}, "haus/7"),
        ("haus/+", {"where": (("id", "$SYS"),)}, "haus/simulated"),
        (
            "application/+/device/+/event/+",
            {"format": "chirpstack"},
            "application/simulated/device/simulated/event/up",
        ),
        ("tele/+/+", {"format": "tasmota"}, "tele/simulated/SENSOR"),
        ("vz/#", {"format": "vzlogger"}, "vz/raw"),
        ("x/status/+", {"format": "shelly", "value": "em1data:0.total_act_energy"}, "x/status/em1data:0"),
    ],
)
def test_a_pattern_becomes_a_topic_that_tells_the_device(pattern: str, source: dict[str, Any], topic: str) -> None:
    whole = meter("strom", pattern, **source).source
    assert isinstance(whole, MqttSource)
    assert concrete_topic(whole) == topic


levels = st.sampled_from(["+", "haus", "", "a b", "$x"])


@given(st.lists(levels, min_size=1, max_size=5), st.booleans(), st.text(max_size=5))
def test_a_meter_is_published_on_a_topic_that_it_listens_to(parts: list[str], ends_wide: bool, told: str) -> None:
    pattern = "/".join([*parts, *(["#"] if ends_wide else [])])
    if wildcard_mistake(pattern) is None:
        topic = concrete_topic(MqttSource("broker", pattern, "kwh", None, where=(("id", told),)))
        assert not is_pattern(topic)
        assert matches(pattern, topic)


def test_a_path_that_leads_through_another_meters_value_is_told() -> None:
    told = reasons(meter("strom", "t", "haus"), meter("mensa", "t", "haus.mensa"), meter("pv", "t", "pv"))
    assert list(told) == ["mensa"]
    assert "'haus.mensa'" in told["mensa"]


@pytest.mark.parametrize("unit", ["kwh.unit", "kwh"])
def test_a_meter_whose_unit_stands_in_its_value_is_told(unit: str) -> None:
    assert list(reasons(meter("strom", "t", "kwh", unit=unit))) == ["strom"]


def test_a_meter_that_listens_to_the_words_of_who_is_there_is_told_as_unheard() -> None:
    told = reasons(
        meter("strom", "tele/k/LWT", "SML.In", format="tasmota"),
        meter("pv", "tele/k/SENSOR", "SML.Out", format="tasmota"),
    )
    assert told == {"strom": "no message on tele/k/LWT can hold what it shows beside what the others do"}


def test_a_switch_whose_directions_do_not_add_up_is_told() -> None:
    switch = [
        meter(path.replace(".", "-"), "p/events/rpc", f"switch:0.{path}", format="shelly")
        for path in ("aenergy.total", "aenergy.import")
    ]
    assert list(reasons(*switch)) == ["aenergy-import"]


def test_a_unit_that_the_senders_own_does_not_lead_to_is_a_mistake_of_the_portfolio() -> None:
    wrong = meter("strom", "tele/k/SENSOR", "ENERGY.Power", format="tasmota")
    with pytest.raises(ConfigurationError, match=r"strom.*W"):
        reasons(wrong)


def test_only_who_is_asked_speaks_and_for_a_minute() -> None:
    asking = Asking({"R/c0619ab1/keepalive"})
    asked, unasked = Message("N/c0619ab1/x", b"1", asked_on="R/c0619ab1/keepalive"), Message("t", b"1")
    assert [asking.is_wanted(one, 100.0) for one in (asked, unasked)] == [False, True]
    asking.asked("R/c0619ab1/keepalive", 100.0)
    assert asking.is_wanted(asked, 100.0 + WAITS_S)
    assert not asking.is_wanted(asked, 101.0 + WAITS_S)
