"""A year of quarter hours of 100 meters out of German CSV into the embedded store, in a process of its own.

Both forms that suppliers send: one file with a column per meter, and one with a row per reading.
"""

import json
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from bench.figures import Figure

METERS = 100
QUARTER_HOURS = 35_040
MOST_SECONDS = 60.0
MOST_MIB = 300.0
_START = datetime(2025, 1, 1)  # noqa: DTZ001  the wall clock of a logger that stays on winter time
_QUARTER_HOUR = timedelta(minutes=15)

_IMPORT = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from bench.file_import import portfolio
from collector.files import Asked, import_file
from gateway.embedded import EmbeddedStore

store = EmbeddedStore(Path(sys.argv[2]))
begun, cpu = time.perf_counter(), time.process_time()
asked = Asked(zone="+01:00", quantity="interval_energy")
taken = import_file(Path(sys.argv[1]), portfolio(), store, now=datetime(2026, 6, 1, tzinfo=UTC), asked=asked)
seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
store.close()
mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
assert taken.result.refused == 0, taken.result.refused_lines[:3]
print(json.dumps([taken.result.accepted, seconds, cpu, mib]))
"""


def measure() -> list[Figure]:
    """Measure both forms: time until all is durable, and the largest resident memory."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for form, write in (("columns per meter", write_columns), ("rows per reading", write_rows)):
            file, store = Path(folder) / "year.csv", Path(folder) / f"{form}.sqlite"
            write(file)
            readings, seconds, cpu_s, mib = _imported(file, store)
            details: dict[str, float | int | str] = {
                "readings": int(readings),
                "readings/s": readings / seconds,
                "CPU s": cpu_s,
                "file MiB": file.stat().st_size / 2**20,
            }
            figures.append(Figure(f"import of a year, {form}", seconds, MOST_SECONDS, "at most", "s", details))
            figures.append(Figure(f"memory of it, {form}", mib, MOST_MIB, "at most", "MiB"))
    return figures


def portfolio():  # type: ignore[no-untyped-def]
    """Return a district with the meters of the files."""
    from config.meters.meter import Meter  # noqa: PLC0415  only the process that imports needs them
    from config.portfolio.portfolio import District, Portfolio  # noqa: PLC0415
    from config.portfolio.properties import Property  # noqa: PLC0415

    meters = tuple(Meter(name, "schule", "electricity_import", "kWh", "active_energy_import") for name in _names())
    district = District("lk-test", "Landkreis Test", "RP", "Europe/Berlin", "02486")
    return Portfolio(district, (), (), (), (Property("schule", "Schule", "landkreis", "schulen", meters=meters),))


def write_columns(file: Path) -> None:
    """Write one column per meter, decimal comma, German dates."""
    with file.open("w", encoding="cp1252") as out:
        out.write("Zeitstempel;" + ";".join(_names()) + "\n")
        for slot in range(QUARTER_HOURS):
            values = ";".join(_value(slot, meter) for meter in range(METERS))
            out.write(f"{_stamp(slot)};{values}\n")


def write_rows(file: Path) -> None:
    """Write one row per reading, all meters of a quarter hour together."""
    names = _names()
    with file.open("w", encoding="cp1252") as out:
        out.write("Zählpunkt;Zeitstempel;Wert [kWh]\n")
        for slot in range(QUARTER_HOURS):
            stamp = _stamp(slot)
            out.writelines(f"{name};{stamp};{_value(slot, meter)}\n" for meter, name in enumerate(names))


def _names() -> list[str]:
    return [f"zaehler-{number:03d}" for number in range(METERS)]


def _stamp(slot: int) -> str:
    return f"{_START + slot * _QUARTER_HOUR:%d.%m.%Y %H:%M}"


def _value(slot: int, meter: int) -> str:
    thousandths = (slot * 7919 + meter * 104_729) % 9_000 + 10
    return f"{thousandths // 100},{thousandths % 100:02d}"


def _imported(file: Path, store: Path) -> tuple[float, float, float, float]:
    command = [sys.executable, "-c", _IMPORT, str(file), str(store)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    readings, seconds, cpu_s, mib = json.loads(done.stdout)
    return readings, seconds, cpu_s, mib
