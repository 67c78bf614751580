"""Publishes what simulated MQTT meters show, as JSON with value and time, QoS 1."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from collector.conversion import convert, ratio_to_canonical
from collector.mqtt.connection import KEEP_ALIVE_S, Account, BrokerAddress
from collector.simulation.held import Held
from collector.simulation.registers import Values
from config.meters import Meter, MeterSource, MqttSource


class Publisher:
    """The MQTT meters of one broker behind one client; keeps what it could not send while the broker is away.

    A broker that is killed forgets what it confirmed in its last seconds: after every cut, what carries a time of its
    own and was published shortly before is published again.
    """

    def __init__(self, address: BrokerAddress, account: Account, meters: Sequence[Meter], values: Values) -> None:
        self._address = address
        self._meters = meters
        self._values = values
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=address.protocol)
        self._held = Held()
        self.connections = 0
        self._timed = {topic for meter in meters for topic in _topics_with_own_time(meter.source)}
        self._client.on_connect = self._connected
        self._client.on_publish = self._confirmed
        if account.username is not None:
            self._client.username_pw_set(account.username, account.password)
        if address.is_encrypted:
            self._client.tls_set(ca_certs=str(address.certificate_authority or "") or None)

    def start(self) -> None:
        """Connect in the background; the broker need not be there yet."""
        self._client.connect_async(self._address.host, self._address.port, KEEP_ALIVE_S)
        self._client.reconnect_delay_set(1, 30)
        self._client.loop_start()

    def publish(self, now: datetime) -> None:
        """Publish one message per topic; a dead meter publishes nothing."""
        for topic, payload in messages(self._meters, self._values, now).items():
            self._client.publish(topic, payload, qos=1)
            if topic in self._timed:
                self._held.add(topic, payload, time.monotonic())

    @property
    def unconfirmed(self) -> int:
        """How many messages the broker has not confirmed yet."""
        return len(self._client._out_messages)  # paho has no public count

    def _connected(self, client: paho.Client, *_: Any) -> None:
        self.connections += 1
        for topic, payload in self._held.perhaps_forgotten():
            client.publish(topic, payload, qos=1)

    def _confirmed(self, *_: Any) -> None:
        self._held.confirmed(time.monotonic())

    def stop(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client._reset_sockets()  # paho leaves the pair open with which it wakes its thread


def messages(meters: Sequence[Meter], values: Values, now: datetime) -> dict[str, bytes]:
    """Return the payloads by topic; meters of one topic share a document."""
    documents: dict[str, dict[str, Any]] = {}
    plain: dict[str, bytes] = {}
    for meter in meters:
        value = values(meter, now)
        source = meter.source
        if value is None or not isinstance(source, MqttSource):
            continue
        shown = convert(value, 1 / ratio_to_canonical(meter.unit, meter.quantity))
        if source.format == "plain":
            plain[source.topic] = repr(shown).encode()
            continue
        document = documents.setdefault(source.topic, {})
        _put(document, source.value, shown)
        if source.time is not None:
            _put(document, source.time, now.isoformat(timespec="milliseconds"))
    return plain | {topic: json.dumps(document).encode() for topic, document in documents.items()}


def _topics_with_own_time(source: MeterSource | None) -> list[str]:
    return [source.topic] if isinstance(source, MqttSource) and source.time is not None else []


def by_broker(meters: Sequence[Meter]) -> Mapping[str, list[Meter]]:
    """Return the MQTT meters by broker id."""
    found: dict[str, list[Meter]] = {}
    for meter in meters:
        if isinstance(meter.source, MqttSource):
            found.setdefault(meter.source.broker, []).append(meter)
    return found


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for part in parents:
        document = document.setdefault(part, {})
    document[last] = value
