"""The demo once its history is there: simulated meters, a weather station, collector, schedule, delivery."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from alerts.channels.channel import Channel
from alerts.channels.smtp import SmtpChannel
from collector.simulation import Simulation
from config.portfolio.sources import MqttBroker
from gateway.embedded import EmbeddedStore
from zaehlwerk.composition import House
from zaehlwerk.demo.history.counters import History
from zaehlwerk.demo.history.readings import weather_readings
from zaehlwerk.demo.mail_folder import MailFolder
from zaehlwerk.demo.stray import stray_plug
from zaehlwerk.demo.values import LiveValues
from zaehlwerk.processes.collecting import collecting
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job
from zaehlwerk.processes.watching import watching_with

MAILS = "mails"
_WEATHER_EVERY_S = 600.0


@asynccontextmanager
async def living(house: House, live: Live, history: History, *, url: str) -> AsyncIterator[Mapping[str, Job]]:
    """Open everything that goes on after the history; the meters answer before anybody asks them."""
    values = LiveValues(history)
    simulation = Simulation(house.portfolio, house.profiles, values, clock=house.clock)
    (broker,) = (one for one in house.portfolio.sources if isinstance(one, MqttBroker))
    async with (
        simulation,
        collecting(house.intake, live) as collector,
        watching_with(house, live, _channel(house), public_url=url) as watch,
        stray_plug(broker) as plug,
    ):
        station = {"weather": lambda: _weather(house, values)}
        yield {"simulation": simulation.run, **station, **collector, **watch, "stray plug": plug}


def mails_go_to(house: House) -> str:
    """Say in German where mails end up."""
    if house.settings.smtp_url is not None:
        return "Mails gehen an den eingestellten Mailserver."
    return f"Ohne Mailserver liegen die Mails als Dateien in {house.settings.state / MAILS}"


def _channel(house: House) -> Channel:
    smtp_url = house.settings.smtp_url
    if smtp_url is not None:
        return SmtpChannel(smtp_url.get_secret_value())
    return MailFolder(house.settings.state / MAILS)


async def _weather(house: House, values: LiveValues) -> None:
    since = house.clock()
    while True:
        await asyncio.sleep(_WEATHER_EVERY_S)
        now = house.clock()
        await asyncio.to_thread(_store_weather, house, values, since, now)
        since = now


def _store_weather(house: House, values: LiveValues, since: datetime, now: datetime) -> None:
    if isinstance(house.store, EmbeddedStore):
        house.store.append_many(weather_readings(values.history_reaching(now), start=since, end=now))
