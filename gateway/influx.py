"""The store on InfluxDB 2: measurement `reading`, tags `meter` and `quantity`, field `value`, time in milliseconds.

Written in line protocol, read in InfluxQL through the bucket of the same name as database: both are spoken by
InfluxDB 2 and 3, and InfluxQL's JSON carries a value to its last digit.
"""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from config.errors import InvalidReading, Unreachable
from gateway.influx_answers import EMPTY, Refusal, Table, refusal_of, tables_of, unreachable
from gateway.line_protocol import MEASUREMENT, encode
from gateway.reading import Reading, Refused, Series, first_millisecond

LINES_PER_REQUEST: Final = 5_000
SOURCE: Final = "influx"
_SELECT = f"SELECT value FROM {MEASUREMENT}"  # noqa: S608 - a constant
_NEWEST = f"SELECT last(value) FROM {MEASUREMENT} GROUP BY meter, quantity"  # noqa: S608 - a constant


class InfluxStore:
    """Readings in a bucket; threads may share it.

    `write` returns after the server's own fsync. A token or bucket that is wrong is `Unreachable` too, with clear
    words: the readings wait until somebody has put it right. Times out after `timeout_s`.
    """

    def __init__(self, url: str, token: str, org: str, bucket: str, *, timeout_s: float = 10.0) -> None:
        # `Any`: half of what the client offers carries no types.
        self._client: Any = InfluxDBClient(url, token, org=org, timeout=round(timeout_s * 1000))
        self._write_api: Any = self._client.write_api(write_options=SYNCHRONOUS)
        self._org, self._bucket = org, bucket
        # InfluxDB maps a bucket "a/b" to database "a" with retention policy "b", any other to a database of its name.
        database, _, policy = bucket.partition("/")
        self._database = {"db": database, "rp": policy} if policy else {"db": database}

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        """Write readings; on return all are confirmed, save those returned as refused with a reason.

        Raises `Unreachable`; then some may be written, and writing all of them again does no harm.
        """
        refused: list[Refused] = []
        for start in range(0, len(readings), LINES_PER_REQUEST):
            refused += self._write(readings[start : start + LINES_PER_REQUEST])
        return refused

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

    def ready(self) -> None:
        """Return if the store answers, knows the bucket and takes the token; raises `Unreachable` otherwise."""
        self._query(f"{_SELECT} WHERE time = 0 LIMIT 1")

    def close(self) -> None:
        """Release connections."""
        self._write_api.close()
        self._client.close()

    def _write(self, readings: Sequence[Reading]) -> list[Refused]:
        """Write some readings and return those that the server will not have.

        A 422 counts the dropped points and names none of them, and it speaks of one shard while another may have
        failed as well. So only a 204 confirms: what is refused in part is sent again in halves until every piece is
        confirmed or refused whole. Ordered by time, since a shard is a span of time: that keeps the pieces few.
        """
        try:
            refusal = self._post(encode(readings))
        except InvalidReading as error:
            refusal = Refusal(error.code, error.detail, dropped=None)
        if refusal is None:
            return []
        if len(readings) in (1, refusal.dropped):
            return [_refused(reading, refusal) for reading in readings]
        ordered = sorted(readings, key=attrgetter("time_ms"))
        middle = len(ordered) // 2
        return self._write(ordered[:middle]) + self._write(ordered[middle:])

    def _post(self, lines: bytes) -> Refusal | None:
        try:
            self._write_api.write(self._bucket, self._org, lines, write_precision="ms")
        except ApiException as error:
            return refusal_of(error)
        except HTTPError as error:
            raise Unreachable(f"the store does not answer: {error}") from error
        return None

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
    return " AND ".join((f"{_SELECT} WHERE meter = {_text(meter)} AND quantity = {_text(quantity)}", *conditions))


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def _bounds(start: datetime | None, end: datetime | None) -> list[str]:
    since = [] if start is None else [f"time >= {first_millisecond(start)}ms"]
    return since if end is None else [*since, f"time < {first_millisecond(end)}ms"]


def _series(tables: Sequence[Table]) -> Series:
    return tables[0].series() if tables else EMPTY


def _refused(reading: Reading, refusal: Refusal) -> Refused:
    # The reading's own time, so that refusing it again after a crash parks it once.
    content = msgspec.json.encode(reading)
    return Refused(SOURCE, reading.meter, refusal.reason, refusal.detail, content, reading.time_ms)
