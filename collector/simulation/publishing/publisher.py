"""Publishes what simulated MQTT meters show, in the formats of their senders, QoS 1."""

import time
from collections.abc import Sequence
from datetime import datetime

from collector.mqtt.connection.broker import Account, BrokerAddress
from collector.simulation.formats.table import arranged, asked_topics, written
from collector.simulation.publishing.asking import Asking
from collector.simulation.publishing.connection import BrokerConnection, Ears
from collector.simulation.publishing.held import Held
from collector.simulation.registers import Values
from config.meters.meter import Meter


class Publisher:
    """The MQTT meters of one broker behind one client; keeps what it could not send while the broker is away.

    A broker that is killed forgets what it confirmed in its last seconds: after every cut, what carries a time of its
    own and was published shortly before is published again. Sparkplug nodes have sessions of their own and are not
    among the meters (`node_publisher`).
    """

    def __init__(self, address: BrokerAddress, account: Account, meters: Sequence[Meter], values: Values) -> None:
        self._arrangement = arranged(meters)
        self._values = values
        self._held = Held()
        self._asking = Asking(asked_topics(self._arrangement))
        self.connections = 0
        ears = Ears(
            connected=self._connected,
            confirmed=lambda: self._held.confirmed(time.monotonic()),
            heard=lambda topic, _: self._asking.asked(topic, time.monotonic()),
            topics=self._asking.topics,
        )
        self._connection = BrokerConnection(address, account, ears)

    def start(self) -> None:
        """Connect in the background; the broker need not be there yet."""
        self._connection.start()

    def publish(self, now: datetime) -> None:
        """Publish what is due; a dead meter publishes nothing."""
        now_s = time.monotonic()
        for message in written(self._arrangement, self._values, now):
            if self._asking.is_wanted(message, now_s):
                self._connection.client.publish(message.topic, message.payload, qos=1)
                if message.is_timed:
                    self._held.add(message.topic, message.payload, now_s)

    @property
    def unconfirmed(self) -> int:
        """How many messages the broker has not confirmed yet."""
        return len(self._connection.client._out_messages)  # paho has no public count

    def stop(self) -> None:
        """Disconnect."""
        self._connection.stop()

    def _connected(self) -> None:
        self.connections += 1
        for topic, payload in self._held.perhaps_forgotten():
            self._connection.client.publish(topic, payload, qos=1)
