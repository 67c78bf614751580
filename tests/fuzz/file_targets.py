"""What people hand over: tables, spreadsheets, load profiles, weather, mappings; the seeds are files as they came."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from collector.files import Asked, FileMapping, import_file, import_readings, import_weather, load_mapping
from collector.files.numerals import NumberFormat, number_of, numbers
from collector.files.stamps import stamp_of
from collector.files.wall_clock import Offsets, WallClock
from config.errors import InvalidReading, ZaehlwerkError
from gateway.reading import Reading
from tests.fuzz.target import Seed, Take, Target, demand_usable, of_text, one_take
from tests.unit.collector.sinks import MemorySink
from tests.unit.collector.test_file_fixtures import FOLDERS, NOW, PLACE, asked

_HOURLY = "STATIONS_ID;MESS_DATUM;QN_9;TT_TU;RF_TU;eor\n       2486;2026010100;    3;   1.5;  90.0;eor\n"
_DAILY = "STATIONS_ID;MESS_DATUM;QN_3;  FX; TMK; UPM;eor\n       2486;20260101;   10;-999;   1.5;  90.0;eor\n"
_WEATHER = "time,temperature_c\n2026-01-01T00:00:00Z,1.5\n2026-01-01 02:00,-2.5\n"
_PLAIN = "time;value\n2026-01-01 00:00;1.234,5\n2026-10-25 02:15;1235,75\n"


def file_targets() -> dict[str, Target]:
    """Return the targets of imports by name."""
    return {
        "file_csv": Target(dict(_files("csv"))),
        "file_plain": one_take(_in_file("readings.csv", _plain), german=_PLAIN, english=_PLAIN.replace(";", ",")),
        "file_xlsx": Target({**dict(_files("xlsx")), **dict(_members())}),
        "file_mscons": Target(dict(_files("edi"))),
        "file_weather": one_take(
            _in_file("weather", _weather),
            csv=_WEATHER,
            hourly=_HOURLY,
            daily=_DAILY,
            zip=_zipped({"produkt_tu_stunde.txt": _HOURLY.encode()}),
        ),
        "file_numbers": one_take(
            of_text(_numbers), german="1.234,56\n-0,5\n12", english="1,234.56\n+7.\n", mixed="1.234\n\n-\nk.A."
        ),
        "file_stamps": one_take(
            of_text(_stamp),
            german="Mo 25.10.2026 02:15:00",
            mark="25.10.26 2A:15",
            iso="2026-10-25T02:15:00+01:00",
            compact="20261025021500",
            slashed="03/04/2026 24:00",
            zone="25.10.2026 02:15 MESZ",
        ),
        "file_mapping": Target(
            {
                folder.name: Seed((folder / "mapping.yaml").read_bytes(), _in_file("any.mapping.yaml", _mapping))
                for folder in FOLDERS
                if (folder / "mapping.yaml").exists()
            }
        ),
    }


def _files(kind: str) -> Iterator[tuple[str, Seed]]:
    for folder in FOLDERS:
        for file in folder.glob(f"input.{kind}"):
            told, mapping = asked(folder), _mapping_of(folder)
            yield folder.name, Seed(file.read_bytes(), _in_file(file.name, partial(_import, told, mapping)))


def _members() -> Iterator[tuple[str, Seed]]:
    """Every part of a spreadsheet by itself: damage to the archive around them seldom gets past its checksum."""
    for folder in FOLDERS:
        for file in folder.glob("input.xlsx"):
            with zipfile.ZipFile(file) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
            taken = _in_file(file.name, partial(_import, asked(folder), _mapping_of(folder)))
            for name, content in parts.items():
                yield f"{folder.name}/{name}", Seed(content, _with_part(parts, name, taken))


def _with_part(parts: dict[str, bytes], name: str, take: Take) -> Take:
    return lambda content: take(_zipped({**parts, name: content}))


def _zipped(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return written.getvalue()


def _mapping_of(folder: Path) -> FileMapping | None:
    saved = folder / "mapping.yaml"
    return load_mapping(saved, PLACE) if saved.exists() else None


def _in_file(name: str, take: Callable[[Path], object]) -> Take:
    def written(content: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            file.write_bytes(content)
            take(file)

    return written


def _import(told: Asked, mapping: FileMapping | None, file: Path) -> None:
    sink = MemorySink()
    try:
        import_file(file, PLACE, sink, now=NOW, asked=told, mapping=mapping)
    finally:
        _demand_usable(sink)


def _plain(file: Path) -> None:
    sink = MemorySink()
    import_readings(file, "strom", PLACE, sink, now=NOW)
    _demand_usable(sink)


def _weather(file: Path) -> None:
    sink = MemorySink()
    import_weather(file, PLACE, sink, now=NOW)
    _demand_usable(sink)


def _demand_usable(sink: MemorySink) -> None:
    demand_usable(Reading(*series, value) for series, value in sink.values.items())


def _mapping(file: Path) -> None:
    load_mapping(file, PLACE)


def _numbers(text: str) -> None:
    cells = text.split("\n")
    for form in (NumberFormat(","), NumberFormat("."), NumberFormat(".", ","), NumberFormat(",", ".")):
        values, gaps = numbers(cells, form)
        assert all(np.isfinite(value) or index in gaps for index, value in enumerate(values))
        for cell in cells:
            try:
                number_of(cell, form)
            except ZaehlwerkError:
                continue


def _stamp(text: str) -> None:
    for day_first in (None, True, False):
        try:
            sort, wall_ms = stamp_of(text, day_first=day_first)
        except InvalidReading:
            continue
        WallClock(Offsets(ZoneInfo("Europe/Berlin"))).instants(np.array([sort], np.int8), np.array([wall_ms]))
