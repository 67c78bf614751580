"""Encrypted brokers, and brokers that do not want us."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.integration.test_mqtt_listening import listening, telegram, until
from tests.servers.local_process import LocalProcess
from tests.servers.mosquitto import Broker, speaks_mqtt
from tests.servers.search import LOOPBACK, free_port, required_program
from tests.servers.smtp import Certificate
from tests.unit.collector.portfolio import mqtt_meter
from tests.unit.collector.sinks import MemorySink

pytestmark = pytest.mark.real_server


@contextmanager
def mosquitto_with(folder: Path, lines: list[str], *, answers: Broker) -> Iterator[LocalProcess]:
    configuration = folder / "mosquitto.conf"
    # The default drops what is queued behind a thousand messages: a slow machine would miss the last one.
    lines = [*lines, "user root", "persistence false", "max_queued_messages 0", ""]
    configuration.write_text("\n".join(lines), encoding="utf-8")
    command = [str(required_program("mosquitto")), "-c", str(configuration)]
    with LocalProcess(command, log=folder / "log", answers=lambda: speaks_mqtt(answers)) as process:
        yield process


def test_messages_come_over_tls_from_a_broker_with_an_authority_of_its_own(
    tmp_path: Path, certificate: Certificate
) -> None:
    plain, encrypted, sink = Broker(LOOPBACK, free_port()), free_port(), MemorySink()
    key = shutil.copy(certificate.key, tmp_path / "key.pem")
    lines = ["allow_anonymous true", f"listener {plain.port} {LOOPBACK}", f"listener {encrypted} {LOOPBACK}"]
    lines += [f"certfile {certificate.path}", f"keyfile {key}"]
    url = f"mqtts://localhost:{encrypted}?ca={certificate.path}"
    with mosquitto_with(tmp_path, lines, answers=plain), listening(url, [mqtt_meter("strom", "s")], sink) as listener:
        until(lambda: listener.statistics().connected)
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.connect(plain.host, plain.port)
        client.loop_start()
        for minute in range(2000):
            client.publish("s", telegram(minute, 40482.8 + minute), qos=1)
        client.publish("s", telegram(2000, 0.0), qos=1).wait_for_publish(20)
        until(lambda: 0.0 in sink.of("strom"))
        client.disconnect()
        client.loop_stop()
        client._reset_sockets()  # paho leaves the pair open with which it wakes its thread
    assert len(sink.of("strom")) > 1000


def test_a_broker_that_asks_for_our_certificate_is_shown_it(tmp_path: Path, certificate: Certificate) -> None:
    plain, encrypted, sink = Broker(LOOPBACK, free_port()), free_port(), MemorySink()
    key = shutil.copy(certificate.key, tmp_path / "key.pem")
    lines = ["allow_anonymous true", f"listener {plain.port} {LOOPBACK}", f"listener {encrypted} {LOOPBACK}"]
    lines += [
        f"certfile {certificate.path}",
        f"keyfile {key}",
        f"cafile {certificate.path}",
        "require_certificate true",
    ]
    url = f"mqtts://localhost:{encrypted}?ca={certificate.path}"
    ours = f"&cert={certificate.path}&key={key}"
    with mosquitto_with(tmp_path, lines, answers=plain):
        with listening(url, [mqtt_meter("strom", "s")], sink) as nobody:
            until(lambda: nobody.statistics().faults.get("disconnected", 0) > 0)
            assert not nobody.statistics().connected
        with listening(url + ours, [mqtt_meter("strom", "s")], sink) as listener:
            until(lambda: listener.statistics().connected)


def test_a_broker_with_an_unknown_certificate_is_not_listened_to(tmp_path: Path, certificate: Certificate) -> None:
    plain, encrypted = Broker(LOOPBACK, free_port()), free_port()
    lines = ["allow_anonymous true", f"listener {plain.port} {LOOPBACK}", f"listener {encrypted} {LOOPBACK}"]
    lines += [f"certfile {certificate.path}", f"keyfile {certificate.key}"]
    url = f"mqtts://localhost:{encrypted}"
    with (
        mosquitto_with(tmp_path, lines, answers=plain),
        listening(url, [mqtt_meter("strom", "s")], MemorySink()) as listener,
    ):
        until(lambda: listener.statistics().faults.get("disconnected", 0) > 1)
        assert not listener.statistics().connected


def test_a_broker_that_refuses_the_account_is_tried_again_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    open_to_all, closed = Broker(LOOPBACK, free_port()), free_port()
    lines = ["per_listener_settings true", f"listener {open_to_all.port} {LOOPBACK}", "allow_anonymous true"]
    lines += [f"listener {closed} {LOOPBACK}", "allow_anonymous false"]
    with (
        mosquitto_with(tmp_path, lines, answers=open_to_all),
        listening(f"mqtt://{LOOPBACK}:{closed}", [mqtt_meter("strom", "s")], MemorySink()) as listener,
    ):
        until(lambda: listener.statistics().faults.get("disconnected", 0) > 1)
    assert [record.message for record in caplog.records if "the broker refuses: Not authorized" in record.message]
    assert len([record for record in caplog.records if record.name.startswith("collector")]) == 1
