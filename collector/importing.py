"""Takes rows of a file into a sink: in batches, the bad ones kept with their line, nothing held in memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from config.errors import InvalidReading
from gateway.ports import Sink
from gateway.reading import Reading, Refused, instant
from gateway.refused import CONTENT_LIMIT_BYTES

BATCH = 5_000
MOST_SHOWN = 1_000

Progress = Callable[[int, int], None]  # bytes read, bytes in all


@dataclass(frozen=True, slots=True)
class Row:
    """A line that is to become a reading; `number` counts from 1 with the heading."""

    number: int
    text: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line that became none, and why."""

    line: int
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Previewed:
    """One of the first readings of a file, as it is stored: `value` in the quantity's canonical `unit`."""

    line: int
    meter: str
    quantity: str
    time: datetime
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class SeriesTaken:
    """What a file says about one quantity of one meter.

    `total` is the sum of amounts, for a counter the last reading less the first, for a gauge the mean. None: the
    counter falls within the file (it wraps, or is another device), and what it counted is for the ledger to say.
    """

    meter: str
    quantity: str
    unit: str
    count: int
    first: datetime
    last: datetime
    total: float | None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file. `known` None: the sink cannot tell; `missing` values say themselves that they have none.

    `replaced` stored values had another value, and are kept; None: the store behind the sink tells later.
    `refused_lines` holds the first thousand; `refused` counts all. `skipped` lines are sums and words below a table,
    which are no readings. After a dry run nothing is stored; `accepted` and `replaced` say how many would be.
    """

    accepted: int
    known: int | None
    missing: int
    refused: int
    refused_lines: tuple[RefusedLine, ...]
    first: datetime | None
    last: datetime | None
    skipped: int = 0
    series: tuple[SeriesTaken, ...] = ()
    preview: tuple[Previewed, ...] = ()
    replaced: int | None = 0


@dataclass(slots=True)
class Importing:
    """One file on its way into a sink; `sink` None: a dry run."""

    name: str
    sink: Sink | None
    now_ms: int
    replaced: int | None = 0
    accepted: int = 0
    known: int | None = 0
    missing: int = 0
    refused: int = 0
    lines: list[RefusedLine] = field(default_factory=list)
    first_ms: int | None = None
    last_ms: int | None = None
    _readings: list[Reading] = field(default_factory=list)
    _refused: list[Refused] = field(default_factory=list)

    def take(self, rows: Iterable[Row], reading_of: Callable[[Row], Reading | None]) -> ImportResult:
        """Take all rows; `reading_of` returns None for a value that the file marks as missing. Raises `StorageFull`.

        What was stored before an error stays; importing the same file again changes nothing.
        """
        for row in rows:
            try:
                reading = reading_of(row)
            except InvalidReading as error:
                self._refuse(row, error)
            else:
                self._accept(reading)
            if len(self._readings) + len(self._refused) >= BATCH:
                self._append()
        self._append()
        return self._result()

    def _accept(self, reading: Reading | None) -> None:
        if reading is None:
            self.missing += 1
            return
        self._readings.append(reading)
        time_ms = reading.time_ms
        self.first_ms = time_ms if self.first_ms is None else min(self.first_ms, time_ms)
        self.last_ms = time_ms if self.last_ms is None else max(self.last_ms, time_ms)

    def _refuse(self, row: Row, error: InvalidReading) -> None:
        self.refused += 1
        if len(self.lines) < MOST_SHOWN:
            self.lines.append(RefusedLine(row.number, error.code, error.detail))
        place, content = f"{self.name}:{row.number}", row.text.encode()[:CONTENT_LIMIT_BYTES]
        what = (error.code, error.detail, content, self.now_ms, error.meter, error.claimed_ms)
        self._refused.append(Refused("file", place, *what))

    def _append(self) -> None:
        readings, self._readings = self._readings, []
        refused, self._refused = self._refused, []
        if self.sink is None:
            self.accepted += len(readings)
        elif readings or refused:
            receipt = self.sink.append(readings, refused)
            self.accepted += receipt.accepted
            self.known = added(self.known, receipt.known)
            self.replaced = added(self.replaced, receipt.replaced)

    def _result(self) -> ImportResult:
        return ImportResult(
            accepted=self.accepted,
            known=self.known,
            missing=self.missing,
            refused=self.refused,
            refused_lines=tuple(self.lines),
            first=None if self.first_ms is None else instant(self.first_ms),
            last=None if self.last_ms is None else instant(self.last_ms),
            replaced=self.replaced,
        )


def added(so_far: int | None, more: int | None) -> int | None:
    """Return a sum; None where one part is not known."""
    return None if so_far is None or more is None else so_far + more


def lines_of(file: Path, progress: Progress | None) -> Iterator[str]:
    """Yield a file's lines without their ends, telling every so often how far it is."""
    size, done = file.stat().st_size, 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines):
            done += len(line)
            if progress is not None and number % BATCH == 0:
                progress(done, size)
            yield line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace").rstrip("\r\n")
    if progress is not None:
        progress(size, size)


def rows_of(lines: Iterator[str], columns: tuple[str, ...]) -> tuple[str, Iterator[Row]]:
    """Return the delimiter and the rows under a heading that names these columns first; raises `InvalidReading`."""
    heading = next(lines, "")
    for delimiter in ",;\t":
        if [name.strip().lower() for name in heading.split(delimiter)][: len(columns)] == list(columns):
            return delimiter, _rows(lines, delimiter)
    raise InvalidReading("wrong_columns", f"the file begins with {heading[:80]!r}, not with {','.join(columns)!r}")


def _rows(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    for number, line in enumerate(lines, start=2):
        if line.strip():
            yield Row(number, line, tuple(part.strip().strip('"') for part in line.split(delimiter)))
