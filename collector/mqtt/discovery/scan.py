"""Listens in on a broker for a while, to say what is there: for commissioning, nothing is stored or acknowledged."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from collector.mqtt.connection.broker import KEEP_ALIVE_S, Account, BrokerAddress, tls_context
from collector.mqtt.formats.table import FAMILIES
from config.errors import Unreachable
from gateway.reading import milliseconds

PAUSE_S = 0.2
MOST_MESSAGES = 5000
KEEP_ALIVE_EVERY_S = 30.0


class Overheard(NamedTuple):
    """A message that was heard; `retained`: the broker kept it from before."""

    topic: str
    payload: bytes
    retained: bool
    now_ms: int


def listen_in(
    address: BrokerAddress, who: Account, pattern: str, *, for_s: float, clock: Callable[[], datetime]
) -> list[Overheard]:
    """Return what arrives on a pattern of topics, the first 5,000 messages; raises `Unreachable`."""
    heard: list[Overheard] = []
    refusals: list[str] = []

    def take(_: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        now_ms = milliseconds(clock())
        heard.append(Overheard(message.topic, bytes(message.payload), message.retain, now_ms))

    def connected(client: paho.Client, _: Any, __: Any, reason: ReasonCode, ___: Any) -> None:
        if reason.is_failure:
            refusals.append(f"the broker refuses: {reason}")
        client.subscribe(pattern, 0)

    def subscribed(_: paho.Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Any) -> None:
        refusals.extend(f"the broker refuses the subscription: {reason}" for reason in reasons if reason.is_failure)

    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=address.protocol)
    client.on_message, client.on_connect, client.on_subscribe = take, connected, subscribed
    if who.username is not None:
        client.username_pw_set(who.username, who.password)
    if address.is_encrypted:
        client.tls_set_context(tls_context(address))
    try:
        client.connect(address.host, address.port, KEEP_ALIVE_S)
        _listen(client, heard, refusals, pattern, for_s)
    except OSError as error:
        raise Unreachable(f"{address.host}:{address.port}: {error}") from error
    finally:
        client.disconnect()
        client._reset_sockets()  # paho leaves the pair open with which it wakes its thread
    return heard[:MOST_MESSAGES]


def _listen(client: paho.Client, heard: list[Overheard], refusals: list[str], pattern: str, for_s: float) -> None:
    ends_s, asks_s = time.monotonic() + for_s, 0.0
    asked = {topic for family in FAMILIES.values() if (topic := family.keep_alive(pattern)) is not None}
    while time.monotonic() < ends_s and len(heard) < MOST_MESSAGES:
        if client.loop(PAUSE_S) != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise ConnectionError("the broker closed the connection")
        if refusals:
            raise ConnectionError(refusals[0])
        if client.is_connected() and time.monotonic() >= asks_s:
            asks_s = time.monotonic() + KEEP_ALIVE_EVERY_S
            for topic in asked:
                client.publish(topic, b"")
