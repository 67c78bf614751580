"""A sender's connection to its broker, kept up in the background."""

import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from collector.mqtt.connection.broker import KEEP_ALIVE_S, Account, BrokerAddress, tls_context
from collector.simulation.formats.family import Message

FIRST_RECONNECT_S, CEILING_RECONNECT_S = 1, 30
GOODBYE_S = 2.0

log = logging.getLogger(__name__)


def _nothing(*_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Ears:
    """What a sender wants to hear; everything is called in the connection's own thread.

    `connected`: a session begins. `lost`: it is over, another one will be tried. `confirmed`: the broker took
    something. `heard`: somebody published on one of `topics`.
    """

    connected: Callable[[], None] = _nothing
    lost: Callable[[], None] = _nothing
    confirmed: Callable[[], None] = _nothing
    heard: Callable[[str, bytes], None] = _nothing
    topics: Sequence[str] = ()


class BrokerConnection:
    """Connects until it is stopped; says once that a broker is away or refuses, and once that it is back."""

    def __init__(self, address: BrokerAddress, account: Account, ears: Ears) -> None:
        self._address = address
        self._ears = ears
        self._is_away = False
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=address.protocol)
        self.client.on_connect = self._connected
        self.client.on_connect_fail = lambda *_: self._say_away("nobody answers")
        self.client.on_disconnect = lambda *_: ears.lost()
        self.client.on_publish = lambda *_: ears.confirmed()
        self.client.on_message = lambda _, __, message: ears.heard(message.topic, bytes(message.payload))
        if account.username is not None:
            self.client.username_pw_set(account.username, account.password)
        if address.is_encrypted:
            self.client.tls_set_context(tls_context(address))

    def start(self) -> None:
        """Connect in the background; the broker need not be there yet."""
        self.client.connect_async(self._address.host, self._address.port, KEEP_ALIVE_S)
        self.client.reconnect_delay_set(FIRST_RECONNECT_S, CEILING_RECONNECT_S)
        self.client.loop_start()

    def will(self, message: Message) -> None:
        """Leave with the broker what it shall publish when the next session ends without a word."""
        self.client.will_set(message.topic, message.payload, qos=1)

    def stop(self, goodbye: Message | None = None) -> None:
        """Disconnect, after a last message if there is one and a broker."""
        if goodbye is not None and self.client.is_connected():
            with contextlib.suppress(ValueError, RuntimeError):  # the connection was lost meanwhile
                self.client.publish(goodbye.topic, goodbye.payload, qos=1).wait_for_publish(GOODBYE_S)
        self.client.disconnect()
        self.client.loop_stop()
        self.client._reset_sockets()  # paho leaves the pair open with which it wakes its thread

    def _connected(self, client: paho.Client, _: Any, __: Any, reason: ReasonCode, ___: Any) -> None:
        if reason.is_failure:
            self._say_away(f"it refuses: {reason}")
            return
        if self._is_away:
            log.warning("broker %s:%d: back, publishing", self._address.host, self._address.port)
        self._is_away = False
        if self._ears.topics:
            client.subscribe([(topic, 1) for topic in self._ears.topics])
        self._ears.connected()

    def _say_away(self, why: str) -> None:
        if not self._is_away:
            log.warning("broker %s:%d: not publishing: %s", self._address.host, self._address.port, why)
        self._is_away = True
