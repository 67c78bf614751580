"""Four years of real hourly consumption, turned into counters, through real protocols, into both stores.

Hourly electricity and gas of five university buildings in Cambridge (EECi, University of Cambridge; MIT). What comes
out as a day's consumption equals the sum of the day's hours to the last digit.
"""

import asyncio
import csv
import gzip
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from analysis.books import Books
from analysis.consumption import consumption
from analysis.figures import How, Resolution
from collector.batch import Batch
from collector.collecting import Collector
from collector.modbus.bus import Bus
from collector.modbus.device import devices_of
from collector.modbus.polling import BusPolling
from collector.simulation.simulation import Simulation
from config.meters.meter import Meter
from config.portfolio.files import load_portfolio
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import ModbusTcpBus
from config.profiles.files import load_profiles
from gateway.embedded import EmbeddedStore
from gateway.forwarder import Forwarder
from gateway.influx.store import InfluxStore
from gateway.operations import Operations
from gateway.ports import Store
from gateway.reading import Reading, Receipt, Refused, milliseconds
from gateway.spool import Spool
from tests.portfolios import write_portfolio
from tests.servers.influx import InfluxServer
from tests.servers.mosquitto import Broker
from tests.servers.search import LOOPBACK, free_port
from tests.unit.analysis.cambridge import STUCK

BUILDINGS = ("b4", "b8", "b22", "b24", "b25")
LONDON = ZoneInfo("Europe/London")
FIRST, LAST = date(2016, 1, 1), date(2020, 1, 1)
FIRST_HOUR = datetime(2016, 1, 1, tzinfo=UTC)
START_VALUE = Decimal(1000)  # no counter in a cellar stands at 0

pytestmark = pytest.mark.real_server


@dataclass(frozen=True)
class RealMeter:
    """Consumption of one meter: `hours[n]` is used in the n-th hour since 2016-01-01 UTC.

    Electricity is in kWh. The gas of the data is in kWh too; the counter shows tenths of it as m³ of 10 kWh each.
    """

    id: str
    medium: str
    hours: Sequence[Decimal]

    @property
    def kwh_per_unit(self) -> int:
        """kWh per unit of the register."""
        return 10 if self.medium == "natural_gas" else 1

    def counter(self) -> list[Decimal]:
        """Return the counter at the start of every hour and at the end of the last."""
        return list(accumulate((hour / self.kwh_per_unit for hour in self.hours), initial=START_VALUE))

    def zeros(self) -> set[date]:
        """Return the days whose missing readings were written as 0 upstream."""
        building, _, kind = self.id.partition("-")
        return STUCK.get((kind, building), set())

    def days(self) -> dict[date, Decimal]:
        """Return what went in, by local day."""
        sums: dict[date, Decimal] = defaultdict(Decimal)
        for number, amount in enumerate(self.hours):
            sums[(FIRST_HOUR + timedelta(hours=number)).astimezone(LONDON).date()] += amount
        return sums


class BothSinks:
    """Hands every reading to the embedded store and to the spool in front of InfluxDB."""

    def __init__(self, embedded: EmbeddedStore, spool: Spool) -> None:
        self.embedded, self.spool = embedded, spool

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = ()) -> Receipt:
        self.spool.append(readings, refused)
        return self.embedded.append(readings, refused)

    def ready(self) -> None:
        self.spool.ready()


@dataclass(frozen=True)
class Stores:
    """Both stores, and the way into them."""

    embedded: EmbeddedStore
    spool: Spool
    influx: InfluxStore

    @property
    def sink(self) -> BothSinks:
        return BothSinks(self.embedded, self.spool)

    async def drained(self) -> None:
        """Wait until the spool is empty."""
        async with Forwarder(self.spool, self.influx) as forwarder:
            forwarding = asyncio.create_task(forwarder.run())
            while self.spool.depth():
                await asyncio.sleep(0.2)
            forwarding.cancel()
            await asyncio.gather(forwarding, return_exceptions=True)


@pytest.fixture(scope="module")
def meters(reference_data: Path) -> list[RealMeter]:
    electricity = read_hours(reference_data / "data" / "cambridge_electricity_2016_2019_hourly.csv.gz")
    gas = read_hours(reference_data / "data" / "cambridge_gas_2016_2019_hourly.csv.gz")
    return [
        *(RealMeter(f"{building}-strom", "electricity_import", electricity[building]) for building in BUILDINGS),
        *(RealMeter(f"{building}-gas", "natural_gas", gas[building]) for building in BUILDINGS),
    ]


@pytest.fixture
def stores(tmp_path: Path, influx: InfluxServer, influx_bucket: str) -> Iterator[Stores]:
    store = InfluxStore(influx.url, influx.token, influx.org, influx_bucket)
    stores = Stores(EmbeddedStore(tmp_path / "readings.sqlite"), Spool(tmp_path / "spool.sqlite"), store)
    yield stores
    stores.embedded.close()
    stores.spool.close()
    stores.influx.close()


def test_days_through_modbus_equal_what_went_in(tmp_path: Path, meters: list[RealMeter], stores: Stores) -> None:
    sources = [{"id": "bus", "kind": "modbus_tcp", "host": LOOPBACK, "port": free_port()}]
    portfolio = portfolio_of(tmp_path, meters, sources, modbus_source)
    asyncio.run(through_modbus(portfolio, meters, stores))
    assert_every_day_agrees(portfolio, stores.embedded, meters)
    assert_every_day_agrees(portfolio, stores.influx, meters)


def test_days_through_mqtt_equal_what_went_in(
    tmp_path: Path, meters: list[RealMeter], stores: Stores, mosquitto: Broker
) -> None:
    sources = [{"id": "broker", "kind": "mqtt", "url": mosquitto.url}]
    portfolio = portfolio_of(tmp_path, meters, sources, mqtt_source)
    asyncio.run(through_mqtt(portfolio, meters, stores, mosquitto))
    assert_every_day_agrees(portfolio, stores.embedded, meters)
    assert_every_day_agrees(portfolio, stores.influx, meters)


async def through_modbus(portfolio: Portfolio, meters: list[RealMeter], stores: Stores) -> None:
    """Poll every device once an hour of the data's own time."""
    hour = [0]

    def clock() -> datetime:
        return FIRST_HOUR + timedelta(hours=hour[0])

    counters = {meter.id: [float(value) for value in meter.counter()] for meter in meters}

    def value(meter: Meter, _: datetime) -> float:
        return counters[meter.id][hour[0]]

    profiles = load_profiles()
    batch = Batch(stores.sink)
    (source,) = (source for source in portfolio.sources if isinstance(source, ModbusTcpBus))
    devices = devices_of(tuple(portfolio.meters.values()), profiles)[source.id]
    loop_time = asyncio.get_running_loop().time
    polling = BusPolling(Bus(source), devices, batch, time_ms=lambda: milliseconds(clock()), clock_s=loop_time)
    async with Simulation(portfolio, profiles, value, clock=clock):
        for number in range(len(meters[0].hours) + 1):
            hour[0] = number
            for device in devices:
                await polling.poll(device)
        batch.flush()
        polling.bus.close()
    assert not polling.statistics().faults
    await stores.drained()


async def through_mqtt(portfolio: Portfolio, meters: list[RealMeter], stores: Stores, broker: Broker) -> None:
    """Publish every counter value with its own time, and collect until all are durable."""
    collector = Collector(portfolio, load_profiles(), stores.sink, environ={})
    expected = sum(len(meter.hours) + 1 for meter in meters)
    async with collector:
        collecting = asyncio.create_task(collector.run())
        await until(lambda: collector.statistics().sources[0].connected)
        publishing = asyncio.create_task(asyncio.to_thread(publish, meters, broker))
        await until(lambda: collector.statistics().sources[0].readings >= expected)
        await publishing
        collecting.cancel()
        await asyncio.gather(collecting, return_exceptions=True)
    await stores.drained()


def publish(meters: list[RealMeter], broker: Broker) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="cambridge")
    client.max_inflight_messages_set(1000)
    client.connect(broker.host, broker.port)
    client.loop_start()
    counters = [(f"cambridge/{meter.id}", meter.counter()) for meter in meters]
    sent = []
    for number in range(len(meters[0].hours) + 1):
        stamp = (FIRST_HOUR + timedelta(hours=number)).isoformat()
        sent = [
            client.publish(topic, f'{{"ts": "{stamp}", "total": {counter[number]}}}', qos=1)
            for topic, counter in counters
        ]
        if number % 100 == 99:
            sent[-1].wait_for_publish(60)  # keeps the queue in this process short
    for message in sent:
        message.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


def assert_every_day_agrees(portfolio: Portfolio, store: Store, meters: list[RealMeter]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        operations = Operations(f"sqlite:///{folder}/operations.sqlite")
        operations.upgrade()
        days_agree(Books(portfolio, store, operations, {}, ledger=operations.ledger), meters)
        assert len(operations.ledger.days(meters[0].id)) >= len(meters[0].days())
        operations.close()


def days_agree(books: Books, meters: list[RealMeter]) -> None:
    now = datetime(2020, 6, 1, tzinfo=UTC)
    for meter in meters:
        result = consumption(books, meter.id, FIRST, LAST, Resolution.DAY, now=now)
        unknown = {slot.start.date() for slot in result.slots if slot.value is None}
        found = {slot.start.date(): slot.value for slot in result.slots}
        assert unknown <= meter.zeros()
        assert {day: 0 if day in unknown else value for day, value in found.items()} == meter.days(), meter.id
        assert {slot.how for slot in result.slots} - {How.FAULTY} == {How.MEASURED}
        assert result.total == sum(meter.hours)


def read_hours(file: Path) -> dict[str, list[Decimal]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {building: [Decimal(row[building]) for row in rows] for building in BUILDINGS}


def portfolio_of(folder: Path, meters: list[RealMeter], sources: list[dict[str, Any]], source: Any) -> Portfolio:
    written = [
        {
            "id": meter.id,
            "medium": meter.medium,
            "interval": "PT1H",
            "unit": "m3" if meter.medium == "natural_gas" else "kWh",
            **({"gas": {"state_number": 1, "heating_value_kwh_m3": 10}} if meter.medium == "natural_gas" else {}),
            "source": source(meter),
        }
        for meter in meters
    ]
    return load_portfolio(
        write_portfolio(folder / "portfolio", sources=sources, meters=written, time_zone="Europe/London")
    )


def modbus_source(meter: RealMeter) -> dict[str, Any]:
    unit = BUILDINGS.index(meter.id.split("-")[0]) + 1
    return {"from": "bus", "device": unit, "profile": "zaehlwerk_simulator_counter", "every": "PT1H"}


def mqtt_source(meter: RealMeter) -> dict[str, Any]:
    return {"from": "broker", "topic": f"cambridge/{meter.id}", "format": "json", "value": "total", "time": "ts"}


async def until(reached: Any, *, seconds: float = 240.0) -> None:
    async with asyncio.timeout(seconds):
        while not reached():
            await asyncio.sleep(0.1)
