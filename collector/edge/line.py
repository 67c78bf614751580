"""A persistent MQTT session, driven turn by turn from one thread."""

import select
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from collector.mqtt.connection import Account, BrokerAddress, connect, persistent_client

UNDER_WAY = 1000
CONNECT_WITHIN_TURNS_S = 10.0


class Line:
    """One connection: raises `OSError` from wherever it breaks. Messages are acknowledged by whoever takes them."""

    def __init__(self, address: BrokerAddress, account: Account, client_id: str) -> None:
        self._address = address
        self._refusal: ReasonCode | None = None
        self.is_accepted = False
        self.client = persistent_client(client_id, address, account)
        self.client.max_inflight_messages_set(UNDER_WAY)
        self.client.on_connect = self._connected

    def open(self) -> None:
        """Connect; `is_accepted` tells after some turns whether the broker has taken us."""
        connect(self.client, self._address)

    def turn(self, wait_s: float) -> bool:
        """Take what arrives within `wait_s`, send what is to be sent, keep alive; return whether something came."""
        stream = self.client.stream
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLIN | (select.POLLOUT if stream.unsent else 0))
        has_arrived = any(event & ~select.POLLOUT for _, event in poll.poll(wait_s * 1000))
        if has_arrived:
            stream.fill()
            while stream.has_packet():
                _demand(self.client.loop_read())
        if self._refusal is not None:
            raise ConnectionRefusedError(f"the broker refuses: {self._refusal}")
        _demand(self.client.loop_misc())
        self.send()
        return has_arrived

    def send(self) -> None:
        """Send what was published and acknowledged, as far as the socket takes it."""
        while self.client.want_write():
            _demand(self.client.loop_write())
        self.client.stream.flush()

    def leave(self) -> None:
        """Say goodbye; the broker keeps the session."""
        self.client.disconnect()
        self.send()

    def close(self) -> None:
        """Close the connection without a word, if there is one."""
        self.is_accepted = False
        self.client.close_stream()

    def _connected(self, _: paho.Client, __: Any, ___: paho.ConnectFlags, reason: ReasonCode, ____: Any) -> None:
        if reason.is_failure:
            self._refusal = reason
            return
        self.is_accepted = True


def _demand(code: MQTTErrorCode) -> None:
    if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
        raise ConnectionError(paho.error_string(code))
