"""What nobody configured, and how one command makes a meter of it."""

import json
import resource
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.mqtt.discovery.proposals import proposals
from collector.mqtt.discovery.unassigned import LOOKED_AT_PER_SECOND, Unassigned, strangers
from config.portfolio.files import load_portfolio
from zaehlwerk.command_line import app
from zaehlwerk.portfolio_writing import add_meter
from zaehlwerk.unassigned_topics import newest_topics

HEAT = '{"_":"telegram","media":"heat","meter":"sharky","id":"68926025","total_energy_consumption_kwh":2651}'
DISTRICT = """\
district: {id: lk-probe, name: Landkreis Probe, state: RP, time_zone: Europe/Berlin, weather_station: "02486"}
municipalities: [{id: vg-tal, name: VG Tal, kind: verbandsgemeinde}]
sources: [{id: broker, kind: mqtt, url: "mqtt://127.0.0.1", discover: "#"}]
"""
SCHOOL = """\
# Die Schule im Tal
id: gs-tal
name: GS Tal
municipality: vg-tal
category: schulen
meters:   # von oben nach unten
    # der Hauptzähler
    - {id: strom, medium: electricity_import, unit: kWh, source: {from: broker, topic: strom, value: kwh}}

# was noch kommt
targets: []
"""


@pytest.fixture
def district(tmp_path: Path) -> Path:
    (tmp_path / "properties").mkdir()
    (tmp_path / "district.yaml").write_text(DISTRICT, encoding="utf-8")
    (tmp_path / "properties" / "gs-tal.yaml").write_text(SCHOOL, encoding="utf-8")
    return tmp_path


def heard(folder: Path, *messages: tuple[str, str]) -> None:
    table = Unassigned(folder / "state")
    for number, (topic, payload) in enumerate(messages):
        table.note("broker", topic, payload.encode(), 1_795_348_800_000 + number * 1000)
    table.close()


def call(folder: Path, *words: str) -> tuple[int, str]:
    options = ["--portfolio", str(folder), "--state", str(folder / "state")]
    result = CliRunner().invoke(app, ["unassigned", *words, *options])
    return result.exit_code, result.output


def test_what_nobody_configured_is_listed_with_a_proposal(district: Path) -> None:
    heard(district, ("wmbus", HEAT), ("wmbus", HEAT), ("kaputt", "\x00?"))
    code, output = call(district, "--json")
    listed = json.loads(output)
    assert code == 0
    assert [(one["topic"], one["device"], one["format"], one["messages"]) for one in listed] == [
        ("kaputt", None, None, 1),
        ("wmbus", "id=68926025", "wmbusmeters", 2),
    ]
    (proposal,) = listed[1]["proposals"]
    assert (proposal["value_path"], proposal["unit"], proposal["quantity"]) == (
        "total_energy_consumption_kwh",
        "kWh",
        "heat_energy",
    )
    assert proposal["values"] == [2651.0, 2651.0]


def test_one_command_makes_it_a_meter_and_leaves_every_comment_where_it_was(district: Path) -> None:
    heard(district, ("wmbus", HEAT))
    code, output = call(district, "accept", "wmbus", "--property", "gs-tal", "--meter", "waerme")
    assert code == 0, output
    written = (district / "properties" / "gs-tal.yaml").read_text(encoding="utf-8").splitlines()
    added = [line for line in written if line not in SCHOOL.splitlines()]
    assert added == [
        (
            "    - {id: waerme, medium: heat_meter, unit: kWh, source: {from: broker, topic: wmbus, "
            'format: wmbusmeters, value: total_energy_consumption_kwh, where: {id: "68926025"}}}'
        )
    ]
    assert [line for line in written if line not in added] == SCHOOL.splitlines()
    assert written.index(added[0]) == written.index(SCHOOL.splitlines()[7]) + 1
    assert load_portfolio(district).meter("waerme").quantity == "heat_energy"
    assert strangers(district / "state") == []


def test_what_check_refuses_is_not_written(district: Path) -> None:
    heard(district, ("wmbus", HEAT))
    code, output = call(district, "accept", "wmbus", "--property", "gs-tal", "--meter", "strom")
    assert code == 2
    assert "the id 'strom' stands twice" in output
    assert (district / "properties" / "gs-tal.yaml").read_text(encoding="utf-8") == SCHOOL
    assert len(strangers(district / "state")) == 1


def test_a_full_disk_costs_no_property(district: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(SCHOOL.encode()) // 2, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            add_meter(district, "gs-tal", {"id": "neu", "medium": "water", "unit": "m3", "source": {"push": True}})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (district / "properties" / "gs-tal.yaml").read_text(encoding="utf-8") == SCHOOL


def test_a_topic_that_has_become_a_meters_is_not_listed(district: Path) -> None:
    heard(district, ("strom", '{"kwh": 17}'))
    assert json.loads(call(district, "--json")[1]) == []


def test_a_value_that_is_no_clear_counter_has_to_be_named(district: Path) -> None:
    heard(district, ("neu", '{"a": 17, "b": 3}'))
    code, output = call(district, "accept", "neu", "--property", "gs-tal", "--meter", "neu")
    assert (code, "say which with --value (a, b)" in output) == (2, True)
    code, _ = call(
        district, "accept", "neu", "--property", "gs-tal", "--meter", "neu", "--value", "a", "--unit", "Wh"
    )
    assert code == 0
    assert load_portfolio(district).meter("neu").unit == "Wh"


def test_a_bare_number_becomes_a_meter_as_soon_as_its_unit_is_told(district: Path) -> None:
    heard(district, ("vzlogger/data/chn0/raw", "34507476.1"))
    words = ("accept", "vzlogger/data/chn0/raw", "--property", "gs-tal", "--meter", "zaehler")
    code, output = call(district, *words)
    assert (code, "say it with --unit" in output) == (2, True)
    assert call(district, *words, "--unit", "Wh")[0] == 0
    meter = load_portfolio(district).meters["zaehler"]
    assert (meter.unit, meter.source.topic) == ("Wh", "vzlogger/data/chn0/raw")  # type: ignore[union-attr]


def test_a_file_without_meters_gets_its_first(district: Path) -> None:
    file = district / "properties" / "gs-tal.yaml"
    file.write_text(SCHOOL.partition("meters:")[0], encoding="utf-8")
    heard(district, ("neu", '{"energy_kwh": 17, "ts": "2026-11-22T12:00:00Z"}'))
    assert call(district, "accept", "neu", "--property", "gs-tal", "--meter", "neu")[0] == 0
    assert load_portfolio(district).meter("neu").unit == "kWh"


def test_a_flood_of_unknown_messages_is_not_looked_at_one_by_one(tmp_path: Path) -> None:
    table = Unassigned(tmp_path)
    for number in range(10 * LOOKED_AT_PER_SECOND):
        table.note("broker", f"t/{number}", b"1", 1_795_348_800_000)
    table.close()
    assert len(strangers(tmp_path)) == LOOKED_AT_PER_SECOND


def test_a_device_that_announces_itself_is_proposed_as_it_says() -> None:
    announcement = (
        '{"name":"Import","~":"energy/em24","stat_t":"~/state","val_tpl":"{{ value_json.import_kwh }}",'
        '"unit_of_meas":"kWh","dev_cla":"energy","avty_t":"~/status"}'
    )
    (one,) = proposals([("homeassistant/sensor/em24/config", announcement.encode())])
    assert one.entry("em24", "broker") == {
        "id": "em24",
        "medium": "electricity_import",
        "unit": "kWh",
        "source": {
            "from": "broker",
            "topic": "energy/em24/state",
            "value": "import_kwh",
            "availability": "energy/em24/status",
        },
    }


@pytest.mark.parametrize("topic", ["schulen/#/strom", "schulen/gs+", ""])
def test_probing_a_pattern_that_no_broker_takes_is_a_wrong_call(topic: str) -> None:
    # Nobody listens on that port: the call ends before anybody is asked.
    result = CliRunner().invoke(app, ["probe", "mqtt", "mqtt://127.0.0.1:1", "--topic", topic, "--for", "1"])
    assert (result.exit_code, "(allowed: a/b, a/+/c, a/#)" in result.output) == (2, True)


def test_probing_asks_for_a_topic() -> None:
    result = CliRunner().invoke(app, ["probe", "mqtt", "mqtt://127.0.0.1:1"])
    assert (result.exit_code, "--topic" in result.output) == (2, True)


GAS = '{"_":"telegram","media":"gas","meter":"unismart","id":"00021778","total_m3":917.0}'
ACCEPT_GAS = ("accept", "wmbus", "--property", "gs-tal", "--meter", "gas")


def test_a_gas_meter_is_taken_with_what_makes_kwh_of_its_cubic_metres(district: Path) -> None:
    heard(district, ("wmbus", GAS))
    code, output = call(district, *ACCEPT_GAS, "--state-number", "0.9441", "--heating-value", "11.3")
    assert code == 0, output
    meter = load_portfolio(district).meter("gas")
    (conversion,) = meter.gas
    assert (meter.medium.id, meter.unit) == ("natural_gas", "m3")
    assert (str(conversion.value.state_number), str(conversion.value.heating_value_kwh_m3)) == ("0.9441", "11.3")


@pytest.mark.parametrize("given", [(), ("--state-number", "0.9441"), ("--heating-value", "11.3")])
def test_a_gas_meter_without_its_conversion_is_refused_with_the_options_named(
    district: Path, given: tuple[str, ...]
) -> None:
    heard(district, ("wmbus", GAS))
    code, output = call(district, *ACCEPT_GAS, *given)
    assert (code, "--state-number" in output, "--heating-value" in output) == (2, True, True)
    assert (district / "properties" / "gs-tal.yaml").read_text(encoding="utf-8") == SCHOOL
    assert len(strangers(district / "state")) == 1


def test_a_conversion_that_cannot_be_is_refused_as_check_refuses_it(district: Path) -> None:
    heard(district, ("wmbus", GAS))
    code, output = call(district, *ACCEPT_GAS, "--state-number", "0.9441", "--heating-value", "113")
    assert (code, "113.0 is out of range (allowed: 5 to 15)" in output) == (2, True)
    assert (district / "properties" / "gs-tal.yaml").read_text(encoding="utf-8") == SCHOOL


def test_a_conversion_for_what_is_no_gas_is_a_wrong_call(district: Path) -> None:
    heard(district, ("wmbus", HEAT))
    options = ("--state-number", "0.9441", "--heating-value", "11.3")
    code, output = call(district, "accept", "wmbus", "--property", "gs-tal", "--meter", "waerme", *options)
    assert (code, "belong to gas in m3, this is heat_meter" in output) == (2, True)


def test_the_pages_are_given_the_newest_first_with_the_command_to_paste(district: Path) -> None:
    heard(district, ("wmbus", HEAT), ("gas", GAS), ("kaputt", "\x00?"), ("strom", '{"kwh": 17}'))
    unknown, gas, heat = newest_topics(load_portfolio(district), district / "state", 10)
    assert [one.topic for one in (unknown, gas, heat)] == ["kaputt", "gas", "wmbus"]
    assert (heat.medium, heat.unit, heat.last) == ("heat_meter", "kWh", 2651.0)
    assert heat.since == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert heat.command == ("zaehlwerk unassigned accept wmbus --property ID --meter ID --device id=68926025")
    assert gas.command.endswith(" --device id=00021778 --state-number Z --heating-value H")
    assert (unknown.format, unknown.medium, unknown.last) == ("", None, "\x00?")
    assert unknown.command.endswith(" kaputt --property ID --meter ID --value PATH")
    assert len(newest_topics(load_portfolio(district), district / "state", 1)) == 1


def test_the_command_that_a_page_shows_makes_the_meter(district: Path) -> None:
    heard(district, ("wmbus der Schule", HEAT))
    (one,) = newest_topics(load_portfolio(district), district / "state", 10)
    words = shlex.split(one.command.replace("--property ID", "--property gs-tal").replace("--meter ID", "--meter w"))
    assert words[:2] == ["zaehlwerk", "unassigned"]
    code, output = call(district, *words[2:])
    assert code == 0, output
    assert load_portfolio(district).meter("w").quantity == "heat_energy"


@pytest.mark.parametrize("topic", ["a\x1b[201~b", "a\nb", "--help"])
def test_no_command_is_shown_for_a_topic_that_a_terminal_should_not_be_given(district: Path, topic: str) -> None:
    heard(district, (topic, HEAT))
    (one,) = newest_topics(load_portfolio(district), district / "state", 10)
    assert (one.topic, one.command) == (topic, "")


def test_a_list_that_cannot_be_read_takes_no_page_down(district: Path) -> None:
    (district / "state").mkdir()
    (district / "state" / "unassigned.sqlite").write_bytes(b"this is no database" * 100)
    assert newest_topics(load_portfolio(district), district / "state", 10) == ()


TWO_ENTRIES = DISTRICT.replace(
    "sources: [",
    'sources: [{id: zweiter, kind: mqtt, url: "mqtt://127.0.0.1:1883"}, {id: fern, kind: mqtt, '
    'url: "mqtt://127.0.0.2"}, ',
)
VICTRON = "{id: VALUE, medium: electricity_import, unit: kWh, source: {from: ENTRY, topic: TOPIC, format: victron}}"


@pytest.mark.parametrize(("entry", "is_listed"), [("zweiter", False), ("fern", True)])
def test_what_another_entry_of_the_same_broker_listens_to_is_not_listed(
    district: Path, entry: str, is_listed: bool
) -> None:
    (district / "district.yaml").write_text(TWO_ENTRIES, encoding="utf-8")
    school = SCHOOL.replace("from: broker", f"from: {entry}")
    (district / "properties" / "gs-tal.yaml").write_text(school, encoding="utf-8")
    heard(district, ("strom", '{"kwh": 17}'), ("andere", '{"kwh": 17}'))
    listed = [one["topic"] for one in json.loads(call(district, "--json")[1])]
    assert listed == (["andere", "strom"] if is_listed else ["andere"])


def test_our_own_requests_to_gateways_are_not_listed(district: Path) -> None:
    topic = "N/c0619ab4a585/grid/30/Ac/Energy/Forward"
    meter = VICTRON.replace("VALUE", "netz").replace("ENTRY", "broker").replace("TOPIC", topic)
    school = SCHOOL.replace("\n# was noch", f"    - {meter}\n\n# was noch")
    (district / "properties" / "gs-tal.yaml").write_text(school, encoding="utf-8")
    heard(district, ("R/c0619ab4a585/keepalive", ""), ("andere", '{"kwh": 17}'))
    assert [one["topic"] for one in json.loads(call(district, "--json")[1])] == ["andere"]


CONFIG = "homeassistant/sensor/abc/config"
ANNOUNCED = json.dumps(
    {
        "state_topic": "hadev/abc",
        "value_template": "{{ value_json.total }}",
        "unit_of_measurement": "kWh",
        "device_class": "energy",
    }
)
STATE = '{"power": 12, "total": 4711.5}'


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_device_that_announces_itself_is_proposed_once_as_it_announces_itself(
    district: Path, order: tuple[int, int]
) -> None:
    messages = [(CONFIG, ANNOUNCED), ("hadev/abc", STATE)]
    heard(district, *(messages[index] for index in order))
    (one,) = json.loads(call(district, "--json")[1])
    (proposal,) = one["proposals"]
    assert (one["topic"], proposal["topic"], proposal["value_path"]) == (CONFIG, "hadev/abc", "total")
    assert (proposal["quantity"], proposal["unit"], proposal["values"]) == ("active_energy_import", "kWh", [4711.5])


def test_an_announced_device_that_has_become_a_meter_is_not_listed_when_it_announces_itself_again(
    district: Path,
) -> None:
    messages = [(CONFIG, ANNOUNCED), ("hadev/abc", STATE)]
    heard(district, *messages)
    code, output = call(district, "accept", CONFIG, "--property", "gs-tal", "--meter", "abc")
    assert code == 0, output
    heard(district, *messages)
    assert json.loads(call(district, "--json")[1]) == []


def test_a_counter_that_a_device_does_not_announce_is_listed_beside_the_announced(district: Path) -> None:
    heard(district, (CONFIG, ANNOUNCED), ("hadev/abc", '{"total": 4711.5, "export_kwh": 3}'))
    assert [one["topic"] for one in json.loads(call(district, "--json")[1])] == ["hadev/abc", CONFIG]


@pytest.mark.parametrize(("discover", "says"), [("", True), (', discover: "#"', False)])
def test_a_list_for_which_no_broker_listens_says_how_to_switch_it_on(
    district: Path, discover: str, says: bool
) -> None:
    (district / "district.yaml").write_text(DISTRICT.replace(', discover: "#"', discover), encoding="utf-8")
    code, output = call(district)
    assert (code, 'write discover: "#"' in output) == (0, says)
