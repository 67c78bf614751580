"""One connection to a broker, driven turn by turn from one thread; it raises `OSError` from wherever it breaks.

Whoever drives it waits, takes the messages, acknowledges them and tends the line, over and over. Nothing is
acknowledged that was not told to be.
"""

import select
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from collector.mqtt.connection.broker import Account, BrokerAddress, connect, new_client
from collector.mqtt.connection.packet_stream import Message

UNDER_WAY = 1000
TOPICS_PER_REQUEST = 100

Subscribed = Callable[[int, Sequence[ReasonCode]], None]
"""Told with every answer to a subscription: how many topics were granted, and the refusals."""


class Line:
    """A connection, and the session that the broker has for `client_id`: `keeps_session` as `connect` means it."""

    def __init__(
        self,
        address: BrokerAddress,
        account: Account,
        client_id: str,
        *,
        subscribed: Subscribed | None = None,
        keeps_session: bool = True,
    ) -> None:
        self._address, self._keeps_session = address, keeps_session
        self._subscribed = subscribed
        self._told: list[Message] = []
        self._refusal: ReasonCode | None = None
        self.is_accepted = False
        self.has_kept_session = False
        self.client = new_client(client_id, address, account, keeps_session=keeps_session)
        self.client.max_inflight_messages_set(UNDER_WAY)
        self.client.on_connect = self._connected
        self.client.on_message = self._arrived
        self.client.on_subscribe = self._answered

    def open(self) -> None:
        """Connect; whether the broker takes us, `greet` tells."""
        connect(self.client, self._address, keeps_session=self._keeps_session)

    def greet(self, wait_s: float) -> None:
        """Wait for the broker's word, `is_accepted`; what it sends behind it waits for `messages`."""
        self.wait(wait_s)
        while self.client.stream.has_packet() and not self.is_accepted:
            code = self.client.loop_read()
            if self._refusal is not None:
                raise ConnectionRefusedError(f"the broker refuses: {self._refusal}")
            _demand(code)
        self.tend()

    def wait(self, wait_s: float) -> bool:
        """Wait until something arrives or can be sent, `wait_s` at most; return whether something is there."""
        stream = self.client.stream
        if stream.has_packet():
            return True
        poll = select.poll()
        poll.register(_open(stream.fileno()), select.POLLIN | (select.POLLOUT if stream.unsent else 0))
        has_arrived = any(event & ~select.POLLOUT for _, event in poll.poll(wait_s * 1000))
        if has_arrived:
            stream.fill()
        return has_arrived

    def messages(self) -> Iterator[Message]:
        """Yield what has arrived, and let paho see to everything that is no message."""
        # MQTT 5 puts properties into its messages; paho knows how to read them and calls `_arrived`.
        take_message = _nothing if self._address.protocol is paho.MQTTv5 else self.client.stream.take_message
        has_packet = self.client.stream.has_packet
        while True:
            message = take_message()
            if message is not None:
                yield message
            elif has_packet():
                _demand(self.client.loop_read())
                told, self._told = self._told, []
                yield from told
            else:
                return

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Let the broker forget messages of QoS 1; it goes out with `tend`."""
        self.client.stream.acknowledge(mids)

    def subscribe(self, topics: Sequence[str]) -> None:
        """Subscribe with QoS 1; the broker remembers it with the session."""
        quality: Any = SubscribeOptions(qos=1) if self._address.protocol is paho.MQTTv5 else 1
        for first in range(0, len(topics), TOPICS_PER_REQUEST):
            self.client.subscribe([(topic, quality) for topic in topics[first : first + TOPICS_PER_REQUEST]])

    def unsubscribe(self, topics: Sequence[str]) -> None:
        """Unsubscribe; no topics at all are nothing to say, which a broker would take for a broken packet."""
        if topics:
            self.client.unsubscribe(list(topics))

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> paho.MQTTMessageInfo:
        """Publish; it goes out with `tend`. The answer tells when the broker has it."""
        info = self.client.publish(topic, payload, qos=qos, retain=retain)
        _demand(info.rc)
        return info

    def tend(self) -> None:
        """Keep the connection alive and send what is to be sent, as far as the socket takes it."""
        _demand(self.client.loop_misc())
        self._send()

    def leave(self) -> None:
        """Say goodbye, so that the broker tells nobody that we are lost."""
        self.client.disconnect()
        self._send()

    def close(self) -> None:
        """Close the connection without a word, if there is one."""
        self.client.close_stream()

    def _send(self) -> None:
        while self.client.want_write():
            _demand(self.client.loop_write())
        self.client.stream.flush()

    def _connected(self, _: paho.Client, __: Any, flags: paho.ConnectFlags, reason: ReasonCode, ___: Any) -> None:
        if reason.is_failure:
            self._refusal = reason
            return
        self.is_accepted, self.has_kept_session = True, flags.session_present

    def _arrived(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        payload = bytes(message.payload)
        self._told.append(Message(message.topic.encode(), message.mid, message.qos, message.retain, payload))

    def _answered(self, _: paho.Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        if self._subscribed is not None:
            refusals = [reason for reason in reasons if reason.is_failure]
            self._subscribed(len(reasons) - len(refusals), refusals)


def _open(descriptor: int) -> int:
    if descriptor < 0:
        raise ConnectionError("the broker ended the connection")
    return descriptor


def _nothing() -> None:
    return None


def _demand(code: MQTTErrorCode) -> None:
    if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
        raise ConnectionError(paho.error_string(code))
