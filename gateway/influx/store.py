"""The store on InfluxDB 2."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import numpy as np
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from config.errors import Unreachable
from gateway.influx.columns import EMPTY, columns
from gateway.influx.influxql import SELECT, database_of, quoted
from gateway.influx.line_protocol import EARLIEST_MS, LATEST_MS, MEASUREMENT, TOUCHED
from gateway.influx.refusals import unreachable
from gateway.influx.tables import Table, tables_of
from gateway.influx.writing import InfluxWriter
from gateway.reading import Identity, Reading, Refused, first_millisecond
from gateway.series import Series
from gateway.touched import TouchedSince, touched

_NEWEST = f"SELECT last(value) FROM {MEASUREMENT} GROUP BY meter, quantity"  # noqa: S608 - a constant
_TOUCHED = f"SELECT arrival FROM {TOUCHED}"  # noqa: S608 - a constant
# Clocks of writers differ, and a request that is on its way shows up after one that began later.
_SLACK_MS: Final = 600_000


class InfluxStore:
    """Readings in a bucket, written through an `InfluxWriter`; threads may share it."""

    def __init__(
        self,
        url: str,
        token: str,
        org: str,
        bucket: str,
        *,
        timeout_s: float = 10.0,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._writer = InfluxWriter(url, token, org, bucket, timeout_s=timeout_s, clock_s=clock_s)
        self._clock_s = clock_s
        # `Any`: half of what the client offers carries no types.
        self._client: Any = InfluxDBClient(url, token, org=org, timeout=round(timeout_s * 1000))
        self._database = database_of(bucket)

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        """Write readings; see `InfluxWriter.write`."""
        return self._writer.write(readings)

    def standing(self, readings: Sequence[Reading]) -> dict[Identity, float]:
        """Return what stands at the identities of readings; see `InfluxWriter.standing`."""
        return self._writer.standing(readings)

    def read(self, meter: str, quantity: str, start: datetime | None = None, end: datetime | None = None) -> Series:
        """Return readings with start <= time < end in ascending time; see `Store.read`."""
        (tables,) = self._query(_select(meter, quantity, *_bounds(start, end)))
        return _series(tables)

    def read_with_neighbours(self, meter: str, quantity: str, start: datetime, end: datetime) -> Series:
        """Like `read`, with the last reading before `start` and the first at or after `end`, where they exist."""
        before = f"{_select(meter, quantity, *_bounds(None, start))} ORDER BY time DESC LIMIT 1"
        within = _select(meter, quantity, *_bounds(start, end))
        after = f"{_select(meter, quantity, *_bounds(end, None))} LIMIT 1"
        parts = [_series(tables) for tables in self._query(before, within, after)]
        times, values = [part.time_ms for part in parts], [part.value for part in parts]
        return Series(np.concatenate(times), np.concatenate(values))

    def newest(self) -> dict[tuple[str, str], Reading]:
        """Return the newest reading of every (meter, quantity) in the store."""
        (tables,) = self._query(_NEWEST)
        readings = [Reading(table.tags["meter"], table.tags["quantity"], *table.values[-1]) for table in tables]
        return {(reading.meter, reading.quantity): reading for reading in readings}

    def touched(self, since: int) -> TouchedSince:
        """Return where readings arrived late since a cursor; see `Store.touched`. Some minutes are told twice."""
        cursor = int(self._clock_s() * 1000) - _SLACK_MS
        (tables,) = self._query(f"{_TOUCHED} WHERE arrival > {since} GROUP BY meter")
        spans = [touched(table.tags["meter"], time_ms, int(at)) for table in tables for time_ms, at in table.values]
        return TouchedSince(sorted(spans, key=attrgetter("arrival")), max(cursor, since))

    def ready(self) -> None:
        """Return if the store answers, knows the bucket and takes the token; raises `Unreachable` otherwise."""
        self._query(f"{SELECT} WHERE time = 0 LIMIT 1")

    def close(self) -> None:
        """Release connections."""
        self._writer.close()
        self._client.close()

    def _query(self, *statements: str) -> list[list[Table]]:
        try:
            answer = self._client.api_client.call_api(
                "/query",
                "GET",
                query_params={**self._database, "epoch": "ms", "q": "; ".join(statements)},
                header_params={"Accept": "application/json"},
                auth_settings=[],
                urlopen_kw={},
                _preload_content=False,
                _return_http_data_only=True,
            )
        except ApiException as error:
            raise unreachable(error) from error
        except HTTPError as error:
            raise Unreachable(f"the store does not answer: {error}") from error
        return tables_of(answer.data)


def _select(meter: str, quantity: str, *conditions: str) -> str:
    return " AND ".join((f"{SELECT} WHERE meter = {quoted(meter)} AND quantity = {quoted(quantity)}", *conditions))


def _bounds(start: datetime | None, end: datetime | None) -> list[str]:
    """Return the conditions of an interval; InfluxQL refuses instants that it could not store."""
    conditions: list[str] = []
    if start is not None:
        first_ms = first_millisecond(start)
        after = f"time > {LATEST_MS}ms" if first_ms > LATEST_MS else f"time >= {max(first_ms, EARLIEST_MS)}ms"
        conditions.append(after)
    if end is not None and first_millisecond(end) <= LATEST_MS:
        conditions.append(f"time < {max(first_millisecond(end), EARLIEST_MS)}ms")
    return conditions


def _series(tables: Sequence[Table]) -> Series:
    return columns(tables[0]) if tables else EMPTY
