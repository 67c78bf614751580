"""The two plain MQTT clients that tests of brokers need: one that publishes, one that keeps what it is sent."""

from collections.abc import Iterable
from queue import Queue
from typing import Any, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.servers.mosquitto import Broker

PATIENCE_S = 60.0


def publish(broker: Broker, topic: str, payloads: Iterable[bytes]) -> None:
    """Publish with QoS 1 and return when the broker has confirmed every message."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    client.connect(broker.host, broker.port)
    client.loop_start()
    for sent in [client.publish(topic, payload, qos=1) for payload in payloads]:
        sent.wait_for_publish(timeout=PATIENCE_S)
    client.disconnect()
    client.loop_stop()


class Listener:
    """A reader with a persistent session below `name/`; it confirms each message, or none until `confirm_all`."""

    def __init__(self, broker: Broker, name: str, *, confirms: bool = True) -> None:
        self._confirms = confirms
        self._open: list[tuple[int, int]] = []
        self._payloads: Queue[bytes] = Queue()
        self._subscribed: Queue[bool] = Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False, manual_ack=True)
        self._client.on_connect = lambda client, *_: client.subscribe(f"{name}/#", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.put(True)
        self._client.on_message = self._take
        self._client.connect(broker.host, broker.port)

    def received(self, count: int) -> list[bytes]:
        """Return the next `count` payloads; raises `queue.Empty` when they do not come."""
        return [self._payloads.get(timeout=PATIENCE_S) for _ in range(count)]

    def confirm_all(self) -> None:
        """Confirm what was held back, and everything from now on."""
        self._confirms = True
        for message_id, qos in self._open:
            self._client.ack(message_id, qos)

    def _take(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if self._confirms:
            client.ack(message.mid, message.qos)
        else:
            self._open.append((message.mid, message.qos))
        self._payloads.put(bytes(message.payload))

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._subscribed.get(timeout=PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
