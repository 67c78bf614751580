"""`probe mqtt` and the discovery of meters that nobody configured, against a real broker."""

import json
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from collector.mqtt.connection.broker import Account, broker_address
from collector.mqtt.discovery.unassigned import Unassigned, strangers
from collector.mqtt.listener import Beside, Listener
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.routes import routes_of
from tests.integration.test_mqtt_listening import publisher, until
from tests.servers.mosquitto import Broker
from tests.unit.collector.portfolio import mqtt_meter, portfolio
from tests.unit.collector.sinks import MemorySink
from zaehlwerk.command_line import app
from zaehlwerk.intake import utc_now

pytestmark = pytest.mark.real_server
HEAD = '{"Time":"2026-01-21T11:07:31","SML":{"Total_in":2687.3687,"Power_curr":-36}}'


def test_probing_recognises_the_format_and_prints_the_entry(mosquitto: Broker) -> None:
    base = f"tele/{uuid4().hex}"
    with publisher(mosquitto) as publish:
        publish(f"{base}/SENSOR", HEAD, retain=True)
        call = ["probe", "mqtt", mosquitto.url, "--topic", f"{base}/#", "--for", "1"]
        as_json = CliRunner().invoke(app, [*call, "--json"])
        for_people = CliRunner().invoke(app, call)
        publish(f"{base}/SENSOR", b"", retain=True)
    found = json.loads(as_json.stdout)
    first = found["proposals"][0]
    assert (found["messages"], first["format"], first["value_path"], first["values"]) == (
        1,
        "tasmota",
        "SML.Total_in",
        [2687.3687],
    )
    assert "format: tasmota, value: SML.Total_in" in for_people.stdout.replace('"', "")


def test_a_broker_that_does_not_answer_is_said_so() -> None:
    result = CliRunner().invoke(app, ["probe", "mqtt", "mqtt://127.0.0.1:1", "--topic", "#", "--for", "1"])
    assert (result.exit_code, "127.0.0.1:1" in result.output) == (1, True)


def test_what_is_discovered_is_listed_and_neither_stored_nor_refused(mosquitto: Broker, tmp_path: Path) -> None:
    base, sink, table, aside = f"test-{uuid4().hex}", MemorySink(), Unassigned(tmp_path), Aside()
    meters = [mqtt_meter("strom", f"{base}/strom")]
    listener = Listener(
        "broker",
        broker_address(mosquitto.url),
        routes_of(portfolio(meters), "broker", aside),
        sink,
        client_id=base,
        account=Account(),
        clock=utc_now,
        beside=Beside(aside, table, f"{base}/#"),
    )
    thread = threading.Thread(target=listener.run)
    thread.start()
    with publisher(mosquitto) as publish:
        until(lambda: listener.statistics().connected)

        def is_heard() -> bool:
            publish(f"{base}/strom", '{"kwh": 17.5, "ts": "2026-03-01T00:00:00Z"}')
            return bool(sink.of("strom"))

        until(is_heard)
        publish(f"{base}/neu/SENSOR", HEAD)
        publish(f"{base}/strom", '{"kwh": 18.5, "ts": "2026-03-01T01:00:00Z"}')
        until(lambda: 18.5 in sink.of("strom"))
    listener.stop()
    thread.join(10)
    table.close()
    assert [(one.topic, one.format, one.messages) for one in strangers(tmp_path)] == [
        (f"{base}/neu/SENSOR", "tasmota", 1)
    ]
    assert sink.refused == []
