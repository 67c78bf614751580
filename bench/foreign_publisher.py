"""Somebody else's devices: plain paho with QoS 1, which forgets a message as soon as the broker confirms it."""

import json
import time
from collections.abc import Callable, Iterator

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from gateway.reading import instant

QUANTITY = "active_energy_import"
CONFIRMED_WITHIN_S = 60.0


def foreign_meter(number: int) -> dict[str, object]:
    """Return what a portfolio says of the meter that this message, modulo the count of meters, is of."""
    return heard_meter(foreign_name(number))


def heard_meter(name: str) -> dict[str, object]:
    """Return what a portfolio says of a meter that is heard on the topic of its own name at the source `broker`."""
    source = {"from": "broker", "topic": name, "format": "json", "value": "kwh", "time": "ts"}
    return {"id": name, "medium": "electricity_import", "unit": "kWh", "interval": "PT1M", "source": source}


def foreign_name(number: int) -> str:
    """Return the meter's id, which is its topic as well."""
    return f"foreign-{number}"


class ForeignPublisher:
    """Publishes message 0, 1, 2 … for `meters` meters in turn; message n is n ms after `first_ms` and its value is n.

    So no two of a meter's readings have the same time, and what was stored tells which messages arrived.
    """

    def __init__(self, host: str, port: int, *, meters: int, first_ms: int) -> None:
        self._meters, self._first_ms = meters, first_ms
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.connect(host, port)
        self._client.loop_start()
        self.published = 0

    def steadily(self, per_second: float, *, is_over: Callable[[], bool]) -> Iterator[paho.MQTTMessageInfo]:
        """Publish at this rate until it is over, and yield what tells whether the broker has confirmed the message.

        What could not go in time is caught up.
        """
        begun_s, before = time.monotonic(), self.published
        while not is_over():
            yield self.publish()
            time.sleep(max(0.0, begun_s + (self.published - before) / per_second - time.monotonic()))

    def publish(self) -> paho.MQTTMessageInfo:
        """Publish the next message."""
        number, self.published = self.published, self.published + 1
        document = {"ts": instant(self._first_ms + number).isoformat(), "kwh": float(number), "serial": "1EMH001"}
        return self._client.publish(foreign_name(number % self._meters), json.dumps(document), qos=1)

    def close(self) -> None:
        """Wait until the broker has confirmed everything, and leave; raises `TimeoutError`."""
        deadline_s = time.monotonic() + CONFIRMED_WITHIN_S
        while self._client._out_messages:  # paho has no public count
            if time.monotonic() > deadline_s:
                raise TimeoutError("the broker does not confirm")
            time.sleep(0.01)
        self._client.disconnect()
        self._client.loop_stop()
