"""The account of one file: readings on their way into the sink in large pieces, and what is told about them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from collector.importing import (
    BATCH,
    MOST_SHOWN,
    ImportResult,
    Previewed,
    RefusedLine,
    SeriesTaken,
    added,
)
from config.errors import InvalidReading
from config.quantities import QUANTITIES, Kind
from gateway.ports import Sink
from gateway.reading import Reading, Receipt, Refused, instant
from gateway.refused import CONTENT_LIMIT_BYTES
from gateway.series import Series
from gateway.sourced import TakesHistories

SOURCE = "file"
MOST_PREVIEWED = 8
_DECIMALS = 6
_WAITING = 400_000  # readings in memory before a commit


class SeriesKey(NamedTuple):
    """Which series a reading belongs to."""

    meter: str
    quantity: str


@dataclass(slots=True)
class _Tally:
    count: int = 0
    amount: float = 0.0
    first: tuple[int, float] = (2**63 - 1, 0.0)
    last: tuple[int, float] = (-(2**63), 0.0)
    falls: bool = False

    def add(self, times_ms: NDArray[np.int64], values: NDArray[np.float64]) -> None:
        order = np.argsort(times_ms, kind="stable")
        begin, end = ((int(times_ms[at]), float(values[at])) for at in (order[0], order[-1]))
        self.falls |= bool((np.diff(values[order]) < 0).any()) or self._falls_between(begin, end)
        self.count += len(values)
        self.amount += float(values.sum())
        self.first, self.last = min(self.first, begin), max(self.last, end)

    def _falls_between(self, begin: tuple[int, float], end: tuple[int, float]) -> bool:
        """Whether a counter falls from one piece to the next; pieces may come in any order."""
        if not self.count:
            return False
        return (begin > self.last and begin[1] < self.last[1]) or (end < self.first and end[1] > self.first[1])

    def total(self, kind: Kind) -> float | None:
        if kind is Kind.COUNTER:
            rise = self.last[1] - self.first[1]
            return None if self.falls or rise < 0 else rise
        return self.amount if kind is Kind.AMOUNT else self.amount / self.count


@dataclass(slots=True)
class Account:
    """Takes what a file holds; `sink` None: a dry run. Raises `StorageFull`; what was stored before stays."""

    name: str
    sink: Sink | None
    now_ms: int
    missing: int = 0
    skipped: int = 0
    refused: int = 0
    _accepted: int = 0
    _known: int | None = 0
    _replaced: int | None = 0
    _lines: list[RefusedLine] = field(default_factory=list)
    _preview: list[Previewed] = field(default_factory=list)
    _tallies: dict[SeriesKey, _Tally] = field(default_factory=dict)
    _waiting: list[tuple[SeriesKey, NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)
    _refused: list[Refused] = field(default_factory=list)
    _waiting_count: int = 0

    def take(
        self, key: SeriesKey, times_ms: NDArray[np.int64], values: NDArray[np.float64], lines: NDArray[np.int64]
    ) -> None:
        """Take readings of one series, in canonical units."""
        if not len(values):
            return
        self._show(key, times_ms, values, lines)
        self._tallies.setdefault(key, _Tally()).add(times_ms, values)
        self._waiting.append((key, times_ms, values))
        self._waiting_count += len(values)
        if self._waiting_count >= _WAITING:
            self.store()

    def refuse(self, line: int, text: str, error: InvalidReading) -> None:
        """Keep what is no usable reading."""
        self.refused += 1
        if len(self._lines) < MOST_SHOWN:
            self._lines.append(RefusedLine(line, error.code, f"{error.detail}: {text[:120]}"))
        content = text.encode(errors="replace")[:CONTENT_LIMIT_BYTES]
        what = (error.code, error.detail, content, self.now_ms, error.meter, error.claimed_ms)
        self._refused.append(Refused(SOURCE, f"{self.name}:{line}", *what))
        if len(self._refused) >= BATCH:
            self.store()

    def store(self) -> None:
        """Make durable what waits."""
        waiting, self._waiting, self._waiting_count = self._waiting, [], 0
        refused, self._refused = self._refused, []
        histories = [(*key, Series(times_ms, values)) for key, times_ms, values in waiting]
        if self.sink is None:
            self._count(Receipt(sum(len(series) for _, _, series in histories), 0))
            return
        if isinstance(self.sink, TakesHistories):
            if histories:
                self._count(self.sink.append_many(histories))
            readings: list[Reading] = []
        else:
            readings = _readings(waiting)
        for start in range(0, max(len(readings), 1), BATCH):
            piece, beside = readings[start : start + BATCH], refused if start == 0 else []
            if piece or beside:
                self._count(self.sink.append(piece, beside))

    @property
    def stored(self) -> int:
        """How many readings are durable by now; 0 in a dry run."""
        return 0 if self.sink is None else self._accepted + (self._known or 0)

    def result(self) -> ImportResult:
        """Store the rest and tell what became of the file."""
        self.store()
        series = tuple(_taken(key, tally) for key, tally in self._tallies.items())
        return ImportResult(
            accepted=self._accepted,
            known=self._known,
            missing=self.missing,
            refused=self.refused,
            refused_lines=tuple(sorted(self._lines, key=lambda one: one.line)),
            first=min((one.first for one in series), default=None),
            last=max((one.last for one in series), default=None),
            skipped=self.skipped,
            series=series,
            preview=tuple(sorted(self._preview, key=lambda one: one.line)),
            replaced=self._replaced,
        )

    def _show(
        self, key: SeriesKey, times_ms: NDArray[np.int64], values: NDArray[np.float64], lines: NDArray[np.int64]
    ) -> None:
        room = min(MOST_PREVIEWED - len(self._preview), len(values))
        unit = QUANTITIES[key.quantity].unit
        for index in range(room):
            moment = instant(int(times_ms[index]))
            self._preview.append(Previewed(int(lines[index]), *key, moment, float(values[index]), unit))

    def _count(self, receipt: Receipt) -> None:
        self._accepted += receipt.accepted
        self._known = added(self._known, receipt.known)
        self._replaced = added(self._replaced, receipt.replaced)


def _readings(waiting: Sequence[tuple[SeriesKey, NDArray[np.int64], NDArray[np.float64]]]) -> list[Reading]:
    return [
        Reading(key.meter, key.quantity, time_ms, value)
        for key, times_ms, values in waiting
        for time_ms, value in zip(times_ms.tolist(), values.tolist(), strict=True)
    ]


def _taken(key: SeriesKey, tally: _Tally) -> SeriesTaken:
    quantity = QUANTITIES[key.quantity]
    first, last = instant(tally.first[0]), instant(tally.last[0])
    total = tally.total(quantity.kind)
    shown = None if total is None else round(total, _DECIMALS)
    return SeriesTaken(*key, quantity.unit, tally.count, first, last, shown)
