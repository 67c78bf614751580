"""The daily ledger: a day of a thousand meters, a rebuild of years, and a year of quarter-hours as JSON.

All on the embedded store. Deriving is compared with bare reading of the same rows, in turns; the rebuild runs in a
process of its own, so that its memory is its own.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from analysis.consumption import consumption
from analysis.daily_cache import DailyCache
from analysis.days.daily_ledger import catch_up
from analysis.figures import Resolution
from api.answers.documents import json_bytes
from api.routes.consumption import _columns
from bench.figures import Figure
from bench.ledger_district import LedgerDistrict, ledger_district

METERS, HISTORY_DAYS = 1_000, 40
MOST_S_A_DAY = 2.0
REBUILT_METERS, FEW_METERS, YEARS = 100, 20, 4
MOST_S_REBUILD = 60.0
MOST_GROWTH = 1.1
MOST_TO_READING = 3.0
COMPARED_METERS, ROUNDS = 3, 7
MOST_MS_A_YEAR = 60.0

START = datetime(2021, 12, 31, 23, tzinfo=UTC)  # the local midnight of a new year
_DAY = timedelta(days=1)
_JUST_AFTER = timedelta(minutes=5)
_END = START + 365 * YEARS * _DAY + _DAY

_REBUILD = """
import json, resource, sys, time
from datetime import datetime
from pathlib import Path
from analysis.days.daily_ledger import Caught, rebuild
from bench.ledger_district import ledger_district

count, now = int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
with ledger_district(Path(sys.argv[1]), count) as district:
    begun, cpu, done = time.perf_counter(), time.process_time(), Caught()
    for meter in district.meters:
        done += rebuild(district.books, meter, now=now)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([seconds, cpu, mib, done.changed_days]))
"""


def measure() -> list[Figure]:
    """Measure the day, the rebuild with its memory, deriving against reading, and the year as JSON."""
    with _folder() as folder, ledger_district(folder, METERS) as district:
        figures = [_a_day(district)]
    with _folder() as folder:
        with ledger_district(folder, REBUILT_METERS) as district:
            district.write(START, 365 * YEARS + 1)
            catch_up(district.books, district.meters, now=_END + _JUST_AFTER)
        figures += _rebuild(folder)
        with ledger_district(folder, COMPARED_METERS) as district:
            figures += [_against_reading(district), _a_year_as_json(district)]
    return figures


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder on a real disk, as for every store."""
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:
        yield Path(place)


def _a_day(district: LedgerDistrict) -> Figure:
    """The day after the history, and the days on which a block begins: then the one before is not settled yet."""
    district.write(START, HISTORY_DAYS)
    now = START + HISTORY_DAYS * _DAY + _JUST_AFTER
    catch_up(district.books, district.meters, now=now)
    used_s = []
    for number in range(HISTORY_DAYS, HISTORY_DAYS + 4):
        district.write(START + number * _DAY, 1)
        begun = time.process_time()
        caught = catch_up(district.books, district.meters, now=now + (number + 1 - HISTORY_DAYS) * _DAY)
        used_s.append(time.process_time() - begun)
        assert (caught.new_days, caught.failures) == (METERS, ()), caught
    idle = time.process_time()
    assert catch_up(district.books, district.meters, now=now + 4 * _DAY + timedelta(hours=9)).meters == 0
    details: dict[str, float | int | str] = {
        "meters": METERS,
        "days one by one": " ".join(f"{one:.2f}" for one in used_s),
        "a pass with nothing to do": time.process_time() - idle,
    }
    return Figure(
        "one new day of 1,000 meters, CPU (worst of four)", max(used_s), MOST_S_A_DAY, "at most", "s", details
    )


def _rebuild(folder: Path) -> list[Figure]:
    few, many = (_rebuilt(folder, count) for count in (FEW_METERS, REBUILT_METERS))
    details: dict[str, float | int | str] = {
        "CPU s": many[1],
        "meters": REBUILT_METERS,
        "years": YEARS,
        "days changed": int(many[3]),
    }
    memory: dict[str, float | int | str] = {f"MiB, {FEW_METERS} meters": few[2], f"MiB, {REBUILT_METERS}": many[2]}
    return [
        Figure("rebuild of 100 meters, 4 years of quarter-hours", many[0], MOST_S_REBUILD, "at most", "s", details),
        Figure("its memory, 100 meters against 20", many[2] / few[2], MOST_GROWTH, "at most", details=memory),
    ]


def _rebuilt(folder: Path, count: int) -> tuple[float, float, float, float]:
    now = (_END + _JUST_AFTER).isoformat()
    command = [sys.executable, "-c", _REBUILD, str(folder), str(count), now]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, cpu_s, mib, changed = json.loads(done.stdout)
    return seconds, cpu_s, mib, changed


def _against_reading(district: LedgerDistrict) -> Figure:
    """Both begin with nothing but the raw rows; deriving writes its days into an empty table."""
    read_s, derived_s = [], []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for meter in district.meters:
            for year in range(YEARS):
                span = START + 365 * year * _DAY, START + 365 * (year + 1) * _DAY
                district.store.read_with_neighbours(meter.id, meter.quantity, *span)
        read_s.append(time.process_time() - begun)
        with _folder() as folder, ledger_district(folder, COMPARED_METERS) as empty:
            books = replace(empty.books, store=district.store)
            begun = time.process_time()
            catch_up(books, district.meters, now=_END + _JUST_AFTER)
            derived_s.append(time.process_time() - begun)
    details: dict[str, float | int | str] = {
        "reading a meter, ms": median(read_s) / COMPARED_METERS * 1000,
        "deriving it, ms": median(derived_s) / COMPARED_METERS * 1000,
        "rounds": ROUNDS,
    }
    ratio = median(derived / read for derived, read in zip(derived_s, read_s, strict=True))
    return Figure("deriving from raw against reading it, CPU", ratio, MOST_TO_READING, "at most", details=details)


def _a_year_as_json(district: LedgerDistrict) -> Figure:
    """What the route does between the request and the socket."""
    books, meter = replace(district.books, daily_cache=DailyCache(timedelta(minutes=5))), district.meters[0]
    used_ms: list[float] = []
    length = 0
    for _ in range(ROUNDS + 1):
        begun = time.process_time()
        span = date(2024, 1, 1), date(2025, 1, 1)
        found = consumption(books, meter.id, *span, Resolution.QUARTER_HOUR, now=_END + _JUST_AFTER)
        length = len(json_bytes(_columns(found, books.zone)))
        used_ms.append((time.process_time() - begun) * 1000)
    details: dict[str, float | int | str] = {"slots": len(found.slots), "kB": length / 1000, "rounds": ROUNDS}
    return Figure(
        "a year by quarter-hours to JSON, CPU", median(used_ms[1:]), MOST_MS_A_YEAR, "at most", "ms", details
    )
