"""Encoding and writing 200,000 points to InfluxDB: our store against the client's own batching API.

Both start from the same readings, write into fresh buckets of one server in turns, and are compared by the time until
everything is written. The other side does what the client's documentation shows, with batches as long as ours.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write.point import Point
from influxdb_client.client.write_api import WriteOptions
from influxdb_client.domain.write_precision import WritePrecision

from bench.figures import Figure
from gateway.influx.store import InfluxStore
from gateway.influx.writing import LINES_PER_REQUEST
from gateway.reading import Reading
from tests.servers.influx import InfluxServer, influx_server

POINTS = 200_000
METERS = 50
ROUNDS = 3
LIMIT = 2.0
QUANTITY = "active_energy_import"
FIRST_MS = 1_770_000_000_000


def _readings() -> list[Reading]:
    """One value of every meter a second, as a collector hands them over."""
    return [
        Reading(f"gs-musterdorf-{number % METERS}", QUANTITY, FIRST_MS + number // METERS * 1000, number / 7)
        for number in range(POINTS)
    ]


def _ours(server: InfluxServer, bucket: str, readings: list[Reading]) -> float:
    store = InfluxStore(server.url, server.token, server.org, bucket)
    started = time.perf_counter()
    refused = store.write(readings)
    used_s = time.perf_counter() - started
    store.close()
    assert not refused
    return used_s


def _batching_api(server: InfluxServer, bucket: str, readings: list[Reading]) -> float:
    options = WriteOptions(batch_size=LINES_PER_REQUEST, flush_interval=10_000)
    make_point: Any = Point  # the client's points carry no types
    started = time.perf_counter()
    with (
        InfluxDBClient(server.url, server.token, org=server.org) as client,
        client.write_api(write_options=options) as write_api,
    ):
        for meter, quantity, time_ms, value in readings:
            point = make_point("reading").tag("meter", meter).tag("quantity", quantity).field("value", value)
            write_api.write(bucket, server.org, point.time(time_ms, WritePrecision.MS))
    return time.perf_counter() - started


def _demand_all(server: InfluxServer, bucket: str, readings: list[Reading]) -> None:
    """A side that lost something has not won."""
    store = InfluxStore(server.url, server.token, server.org, bucket)
    written = sum(len(store.read(f"gs-musterdorf-{number}", QUANTITY)) for number in range(METERS))
    store.close()
    assert written == len(readings), f"{written} of {len(readings)} points are in {bucket}"


def measure() -> list[Figure]:
    """Return the ratio of writing rates, ours to the batching API's."""
    readings = _readings()
    ours_s: list[float] = []
    theirs_s: list[float] = []
    with tempfile.TemporaryDirectory() as folder, influx_server(Path(folder)) as server:
        _ours(server, server.fresh_bucket(), readings[:20_000])  # warms up the server
        for _ in range(ROUNDS):
            for write, seconds in ((_ours, ours_s), (_batching_api, theirs_s)):
                bucket = server.fresh_bucket()
                seconds.append(write(server, bucket, readings))
                _demand_all(server, bucket, readings)
    ratio = statistics.median(theirs / ours for ours, theirs in zip(ours_s, theirs_s, strict=True))
    details: dict[str, float | int | str] = {
        "ours_points_per_s": POINTS / statistics.median(ours_s),
        "batching_points_per_s": POINTS / statistics.median(theirs_s),
        "points": POINTS,
        "rounds": ROUNDS,
    }
    return [
        Figure("InfluxDB write, rate against the client's batching API", ratio, LIMIT, "at least", details=details)
    ]
