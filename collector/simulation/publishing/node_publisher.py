"""A Sparkplug B edge node at its broker: session, will, births, and births again for those who ask."""

import threading
from collections.abc import Sequence
from datetime import datetime

from collector.mqtt.connection.broker import Account, BrokerAddress
from collector.mqtt.formats.sparkplug_payload import REBIRTH, payload_of
from collector.simulation.formats.family import Message
from collector.simulation.formats.sparkplug_b import SimulatedNode
from collector.simulation.formats.table import arranged, shown_by
from collector.simulation.publishing.connection import BrokerConnection, Ears
from collector.simulation.registers import Values
from config.errors import InvalidReading
from config.meters.meter import Meter


class NodePublisher:
    """One edge node. Data and births go out with QoS 0, as the specification asks: what was missed is told at birth.

    The node speaks from two threads, that of the connection and that of `publish`, and counts what it says.
    """

    def __init__(
        self,
        address: BrokerAddress,
        account: Account,
        node: SimulatedNode,
        meters: Sequence[Meter],
        values: Values,
    ) -> None:
        self._node = node
        self._arrangement = arranged(meters)
        self._values = values
        self._speaking = threading.Lock()
        ears = Ears(connected=self._born, lost=self._begin_again, heard=self._heard, topics=(node.commands,))
        self._connection = BrokerConnection(address, account, ears)
        self._connection.will(node.will())

    def start(self) -> None:
        """Connect in the background; the broker need not be there yet."""
        self._connection.start()

    def publish(self, now: datetime) -> None:
        """Say what is due; while there is no session, nothing."""
        shown = shown_by(self._arrangement, self._values, now)
        with self._speaking:
            if self._connection.client.is_connected():
                self._say(self._node.say(shown, now))

    def stop(self) -> None:
        """Die and disconnect."""
        self._connection.stop(self._node.will())

    def _born(self) -> None:
        with self._speaking:
            self._say(self._node.births())

    def _begin_again(self) -> None:
        with self._speaking:
            self._node.begin()
            self._connection.will(self._node.will())

    def _heard(self, _topic: str, payload: bytes) -> None:
        try:
            commands = payload_of(payload).metrics
        except InvalidReading:
            return
        if any(command.name == REBIRTH for command in commands):
            self._born()

    def _say(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._connection.client.publish(message.topic, message.payload, qos=0)
