"""Writing readings into InfluxDB: what it confirms is durable there."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final
from urllib.parse import urlencode

import msgspec
from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from config.errors import Forbidden, InvalidReading, Unreachable
from gateway.influx.influxql import database_of
from gateway.influx.line_protocol import encode, encode_late
from gateway.influx.refusals import Refusal, refusal_of, unreachable
from gateway.influx.standing import STATEMENTS_PER_REQUEST, standing_in, statements
from gateway.influx.tables import Table, tables_of
from gateway.reading import Identity, Reading, Refused
from gateway.touched import Firsts, late_before

LINES_PER_REQUEST: Final = 5_000
SOURCE: Final = "influx"
_MAY_NOT: Final = frozenset({401, 403})

# Sending again what was cut off does no harm, and an idle connection may have been closed meanwhile.
_AGAIN: Final = Retry(1, redirect=False, status=0, allowed_methods=None)


@dataclass(frozen=True, slots=True)
class _Refused:
    """An answer that confirms nothing."""

    status: int
    message: str | bytes
    retry_after: str | None


class _Complaint(msgspec.Struct):
    message: str


class InfluxWriter:
    """Writes into a bucket, and says what it would overwrite; threads may share it.

    `write` returns after the server's own fsync.

    A token or bucket that is wrong is `Unreachable` too, with clear words: the readings wait until somebody has put
    it right. Times out after `timeout_s`.

    It speaks HTTP by itself, because the client's import costs every collector 25 MB for one POST.
    """

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
        query = urlencode({"org": org, "bucket": bucket, "precision": "ms"})
        self._url = f"{url.rstrip('/')}/api/v2/write?{query}"
        self._query_url, self._database = f"{url.rstrip('/')}/query", {**database_of(bucket), "epoch": "ms"}
        headers = {"Authorization": f"Token {token}", "Content-Type": "text/plain; charset=utf-8"}
        self._pool = PoolManager(headers=headers, timeout=Timeout(timeout_s), retries=_AGAIN)
        self._clock_s = clock_s

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        """Write readings; on return all are confirmed, save those returned as refused with a reason.

        Raises `Unreachable`; then some may be written, and writing all of them again does no harm.
        """
        refused: list[Refused] = []
        for start in range(0, len(readings), LINES_PER_REQUEST):
            refused += self._write(readings[start : start + LINES_PER_REQUEST])
        return refused

    def standing(self, readings: Sequence[Reading]) -> dict[Identity, float]:
        """Return what stands at the identities of readings; see `Askable.standing`."""
        if not readings:
            return {}
        asked, found = statements(readings), dict[Identity, float]()
        for start in range(0, len(asked), STATEMENTS_PER_REQUEST):
            tables = self._answer("; ".join(asked[start : start + STATEMENTS_PER_REQUEST]))
            found.update(standing_in(tables, readings))
        return found

    def close(self) -> None:
        """Release connections."""
        self._pool.clear()

    def _write(self, readings: Sequence[Reading]) -> list[Refused]:
        """Write some readings and return those that the server will not have.

        A 422 counts the dropped points and names none of them, and it speaks of one shard while another may have
        failed as well. So only a 204 confirms: what is refused in part is sent again in halves until every piece is
        confirmed or refused whole. Ordered by time, since a shard is a span of time: that keeps the pieces few.
        """
        now_s, late = self._clock_s(), Firsts()
        try:
            lines = encode(readings, before_ms=late_before(now_s), late=late)
            refusal = self._post(lines + encode_late(late, int(now_s * 1000)))
        except InvalidReading as error:
            refusal = Refusal(error.code, error.detail, dropped=None)
        if refusal is None:
            return []
        if len(readings) == 1 or refusal.dropped == len(readings) + len(late):
            return [_refused(reading, refusal) for reading in readings]
        ordered = sorted(readings, key=attrgetter("time_ms"))
        middle = len(ordered) // 2
        return self._write(ordered[:middle]) + self._write(ordered[middle:])

    def _answer(self, query: str) -> list[Table]:
        headers = {**self._pool.headers, "Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode({**self._database, "q": query})
        try:
            answer = self._pool.request("POST", self._query_url, body=form, headers=headers)
        except HTTPError as error:
            raise Unreachable(f"the store does not answer: {error}") from error
        if answer.status in _MAY_NOT:
            raise Forbidden(str(unreachable(_refusal_in(answer))))
        if answer.status != 200:
            raise unreachable(_refusal_in(answer))
        return [table for tables in tables_of(answer.data) for table in tables]

    def _post(self, lines: bytes) -> Refusal | None:
        try:
            answer = self._pool.request("POST", self._url, body=lines)
        except HTTPError as error:
            raise Unreachable(f"the store does not answer: {error}") from error
        return None if answer.status == 204 else refusal_of(_refusal_in(answer))


def _refusal_in(answer: BaseHTTPResponse) -> _Refused:
    try:
        message: str | bytes = msgspec.json.decode(answer.data, type=_Complaint).message
    except msgspec.DecodeError:
        message = answer.data  # not InfluxDB's own: a proxy in between
    return _Refused(answer.status, message, answer.headers.get("Retry-After"))


def _refused(reading: Reading, refusal: Refusal) -> Refused:
    # The reading's own time, so that refusing it again after a crash parks it once.
    content = msgspec.json.encode(reading)
    return Refused(SOURCE, reading.meter, refusal.reason, refusal.detail, content, reading.time_ms)
