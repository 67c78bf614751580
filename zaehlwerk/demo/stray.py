"""A plug that somebody put between the wall and the coffee machine: it publishes, and nobody configured it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

import orjson
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion

from collector.mqtt.connection.broker import KEEP_ALIVE_S
from config.portfolio.sources import MqttBroker
from zaehlwerk.processes.running import Job

TOPIC = "tele/kaffeemaschine/SENSOR"
_EVERY_S = 10.0
_FIRST_KWH, _WATTS = 212.4, 38
_PLUGGED_IN = datetime(2025, 1, 1)  # noqa: DTZ001  a plug knows local time alone


@asynccontextmanager
async def stray_plug(broker: MqttBroker) -> AsyncIterator[Job]:
    """Connect a plug that speaks Tasmota to a broker on this machine; yields what it does from then on."""
    address = urlsplit(broker.url)
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="kaffeemaschine")
    client.connect_async(address.hostname or "", address.port or 1883, KEEP_ALIVE_S)
    client.loop_start()

    async def publish() -> None:
        while True:
            client.publish(TOPIC, payload_at(datetime.now().replace(microsecond=0)))  # noqa: DTZ005  so does it send
            await asyncio.sleep(_EVERY_S)

    try:
        yield publish
    finally:
        client.disconnect()
        client.loop_stop()


def payload_at(now: datetime) -> bytes:
    """Return what the plug says at a local time."""
    total = _FIRST_KWH + _WATTS / 1000 * (now - _PLUGGED_IN).total_seconds() / 3600
    return orjson.dumps({"Time": now.isoformat(), "ENERGY": {"Total": round(total, 3), "Power": _WATTS}})
