"""`probe modbus` in front of simulated devices, as somebody in a cellar calls it."""

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from collector.modbus.decode import decode
from collector.simulation.registers import SimulatedDevice
from collector.simulation.servers.opening import tcp_server
from config.meters.meter import Meter, ModbusSource
from config.portfolio.files import load_portfolio
from config.profiles.files import load_profiles
from config.profiles.registers import DeviceProfile
from gateway.embedded import EmbeddedStore
from gateway.operations import Operations
from gateway.reading import Reading, milliseconds
from tests.portfolios import write_portfolio
from tests.servers.search import LOOPBACK, free_port
from tests.unit.collector.portfolio import profile, register
from zaehlwerk.command_line import app

SHOWN_KWH = 40_482.83
HEAT_METERS = {
    11: "diehl_sharky775_scylar",
    12: "engelmann_sensostar_s3",
    13: "landisgyr_ultraheat_t550_uh50",
}
STRANGER = profile(
    register("active_energy_import", 210, type="uint32", scale=Decimal("0.01"), function_code=3),
    register("voltage", 240, count=1, type="uint16", scale=Decimal("0.1"), unit="V", phase="L1", function_code=3),
    id="stranger",
)


def device(
    table: DeviceProfile, value: float | None = SHOWN_KWH, *, quantity: str = "active_energy_import"
) -> SimulatedDevice:
    source = ModbusSource("bus", 1, table.id, timedelta(minutes=1))
    meter = Meter("meter", "schule", "electricity_import", "kWh", quantity, source=source)
    return SimulatedDevice(table, (meter,), lambda _meter, _now: value)


@contextmanager
def serving(devices: Mapping[int, SimulatedDevice]) -> Iterator[int]:
    """Serve from a thread, as the command has an event loop of its own; gives the port."""
    loop = asyncio.new_event_loop()
    server = tcp_server(LOOPBACK, 0, devices, lambda: datetime.now(UTC))
    loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.port
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    tables = load_profiles()
    devices = {
        1: device(tables["eastron_sdm630_v2"]),
        2: device(tables["abb_b23_b24"]),
        7: device(STRANGER),
        9: device(tables["eastron_sdm630_v2"], None),
        14: device(tables["pulse_isma_sfar_1m_4di"], quantity="pulse_count"),
        **{unit: device(tables[name], quantity="heat_energy") for unit, name in HEAT_METERS.items()},
    }
    with serving(devices) as bound:
        yield bound


def probe(port: int, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["probe", "modbus", f"{LOOPBACK}:{port}", *arguments])


def document(port: int, *arguments: str) -> dict[str, object]:
    result = probe(port, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_a_device_is_read_by_its_table(port: int) -> None:
    found = document(port, "--unit", "1", "--profile", "eastron_sdm630_v2", "--plan")
    assert (found["device"], found["profile"], found["problems"]) == (1, "eastron_sdm630_v2", [])
    assert isinstance(found["readings"], list)
    assert isinstance(found["plan"], list)
    energy = {"quantity": "active_energy_import", "phase": "total", "unit": "kWh", "address": 72}
    (reading,) = (one for one in found["readings"] if one["address"] == 72)
    assert reading == energy | {"value": pytest.approx(SHOWN_KWH, rel=1e-6)}
    assert found["requests"] == len(found["plan"])


def test_a_wrong_table_shows_itself(port: int) -> None:
    result = probe(port, "--unit", "2", "--profile", "eastron_sdm630_v2")
    assert result.exit_code == 1
    assert "refuses" in result.stderr


@pytest.mark.parametrize(("unit", "table"), [("1", "eastron_sdm630_v2"), ("2", "abb_b23_b24")])
def test_find_names_the_table_by_what_is_plausible_and_what_the_display_shows(
    port: int, unit: str, table: str, tmp_path: Path
) -> None:
    found = document(port, "--unit", unit, "--find", "--display", "energy=40482.8", "--display", "voltage=230")
    candidates = found["candidates"]
    assert isinstance(candidates, list)
    best = [one["profile"] for one in candidates if one["score"] == candidates[0]["score"]]
    assert table in best
    source = yaml.safe_load(str(found["yaml"]))["source"]
    assert source["profile"] in best
    matches = found["matches"]
    assert isinstance(matches, list)
    assert [one["sure"] for one in matches] == ["sure", "sure"]


def test_a_device_that_nobody_described_is_found_by_its_display_and_the_yaml_reads_it(
    port: int, tmp_path: Path
) -> None:
    found = document(port, "--unit", "7", "--find", "--display", "energy=40482.83", "--display", "voltage.L1=230.0")
    text = str(found["yaml"]).split("# at the meter")[0]
    (tmp_path / "own.yaml").write_text(text)
    table = load_profiles(tmp_path)["eigener_zaehler"]
    energy, voltage = table.series["active_energy_import"], table.series["voltage.L1"]
    assert (energy.address, energy.type) == (210, "uint32")
    assert (voltage.address, voltage.type, voltage.scale) == (240, "uint16", Decimal("0.1"))
    assert decode(energy, (4_048_283).to_bytes(4, "big")) == SHOWN_KWH


@pytest.mark.parametrize(("unit", "table"), HEAT_METERS.items())
def test_a_heat_meter_that_tells_its_unit_is_compared_with_its_display(port: int, unit: int, table: str) -> None:
    found = document(port, "--unit", str(unit), "--profile", table, "--display", "heat=40.48MWh")
    assert isinstance(found["readings"], list)
    assert ("heat_energy", "kWh") in [(one["quantity"], one["unit"]) for one in found["readings"]]
    assert isinstance(found["displays"], list)
    assert [(one["unit"], one["agrees"]) for one in found["displays"]] == [("MWh", True)]


def test_a_heat_meter_is_found_by_its_display(port: int) -> None:
    assert document(port, "--unit", "11", "--find", "--display", "heat=40.48MWh")["profile"] == HEAT_METERS[11]


def test_where_one_of_two_displays_is_not_the_devices_the_closest_table_says_which(port: int) -> None:
    result = probe(port, "--unit", "1", "--find", "--display", "energy=40482.8", "--display", "voltage=17")
    assert "no table shows all of it; eastron_sdm" in result.stdout
    assert "shows 1 of 2:" in result.stdout
    assert "display voltage 17 V: read 230.000, DIFFERS" in result.stdout
    assert "E+" not in result.stdout
    (guess,) = [line for line in result.stdout.splitlines() if "quantity: voltage" in line]
    assert "# unsicher" in guess


def test_what_is_printed_is_a_portfolio_that_check_accepts_and_a_bus_that_is_known_is_named(
    port: int, tmp_path: Path
) -> None:
    arguments = ("--unit", "1", "--profile", "eastron_sdm630_v2")
    text = str(document(port, *arguments)["yaml"])
    bus = yaml.safe_load(text.splitlines()[0].removeprefix("# district.yaml, sources: - "))
    meter = {"id": "strom", "medium": "electricity_import", "unit": "kWh", **yaml.safe_load(text)}
    folder = write_portfolio(tmp_path / "portfolio", sources=[bus], meters=[meter])
    assert load_portfolio(folder).meters["strom"].source is not None
    known = write_portfolio(tmp_path / "known", sources=[bus | {"id": "bus-keller"}], meters=[])
    again = str(document(port, *arguments, "--portfolio", str(known))["yaml"])
    assert again == "source: {from: bus-keller, device: 1, profile: eastron_sdm630_v2, every: PT1M}\n"


def test_the_channel_that_shows_the_display_is_proposed(port: int) -> None:
    found = document(port, "--unit", "14", "--profile", "pulse_isma_sfar_1m_4di", "--display", "pulses=40483")
    assert yaml.safe_load(str(found["yaml"]))["source"]["channel"] == 1


def test_a_comparison_is_kept_with_who_and_when(port: int, tmp_path: Path) -> None:
    source = {"from": "bus", "device": 1, "profile": "eastron_sdm630_v2"}
    meter = {"id": "strom", "medium": "electricity_import", "unit": "kWh", "source": source}
    bus = {"id": "bus", "kind": "modbus_tcp", "host": LOOPBACK, "port": port}
    folder, state = write_portfolio(tmp_path / "portfolio", sources=[bus], meters=[meter]), tmp_path / "state"
    state.mkdir()
    store = EmbeddedStore(state / "readings.sqlite")
    store.write([Reading("strom", "active_energy_import", milliseconds(datetime.now(UTC)), SHOWN_KWH)])
    store.close()
    result = probe(
        port,
        *("--unit", "1", "--profile", "eastron_sdm630_v2", "--display", "energy=40482.8"),
        *("--record", "Hausmeister Nord", "--portfolio", str(folder), "--state", str(state)),
    )
    assert result.exit_code == 0, result.stderr
    operations = Operations(f"sqlite:///{state / 'operations.sqlite'}")
    (row,) = operations.audit.newest()
    operations.close()
    assert (row.author, row.action, row.subject) == ("Hausmeister Nord", "display_checked", "strom")
    assert (row.detail["display"], row.detail["agrees"], row.detail["stored_agrees"]) == ("40482.8", True, True)


def test_a_comparison_is_kept_of_the_meter_on_the_channel_that_was_read(port: int, tmp_path: Path) -> None:
    source = {"from": "bus", "device": 1, "profile": "eastron_sdm630_v2"}
    meters = [
        {
            "id": f"mieter-{phase.lower()}",
            "medium": "electricity_import",
            "unit": "kWh",
            "source": source | {"channel": phase},
        }
        for phase in ("L1", "L2")
    ]
    bus = {"id": "bus", "kind": "modbus_tcp", "host": LOOPBACK, "port": port}
    folder = write_portfolio(tmp_path / "portfolio", sources=[bus], meters=meters)
    kept = [
        probe(
            port,
            *("--unit", "1", "--profile", "eastron_sdm630_v2", "--display", display),
            *("--record", "Hausmeister Nord", "--portfolio", str(folder), "--state", str(tmp_path / "state")),
        ).stderr
        for display in ("energy.L2=0", "energy=40482.8")
    ]
    assert "kept: mieter-l2" in kept[0]
    assert f"kept: {LOOPBACK}:{port} unit 1" in kept[1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--unit", "9", "--profile", "eastron_sdm630_v2"], "takes the connection, but unit 9 is silent"),
        (["--unit", "99", "--find"], "reaches no unit 99: is the unit id right"),
    ],
)
def test_what_is_out_of_reach_is_told_with_what_to_look_at(port: int, arguments: list[str], words: str) -> None:
    result = probe(port, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr


def test_an_address_at_which_nobody_listens_is_told_as_such() -> None:
    result = probe(free_port(), "--unit", "1", "--find")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nobody takes a connection at 127.0.0.1" in result.stderr
    assert "later" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--profile", "eastron_sdm63"],
        ["--find", "--profile", "eastron_sdm630_v2"],
        [],
        ["--find", "--display", "energy=viel"],
        ["--find", "--record", "Hausmeister"],
        ["--find", "--transport", "pigeon"],
    ],
)
def test_a_wrong_call_ends_with_2(port: int, arguments: list[str]) -> None:
    assert probe(port, "--unit", "1", *arguments).exit_code == 2
