"""What a file's columns mean: found once, looked at by a person, saved as YAML and used again."""

import re
from dataclasses import asdict, dataclass
from datetime import timedelta, timezone, tzinfo
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import Field, PlainValidator

from config.errors import ConfigurationError, Problem
from config.meters.meter import Stamps
from config.parsing.schema import Strict, Text, one_of, show, validated, wrong
from config.parsing.spelling import did_you_mean
from config.parsing.values import Duration
from config.parsing.yaml_places import Document, YamlPath, read_document
from config.portfolio.portfolio import Portfolio
from config.quantities import QUANTITIES, UNITS

FORMATS = ("csv", "xlsx", "mscons")
DELIMITERS = {";": ";", ",": ",", "tab": "\t", "|": "|"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
FILE_UNITS = (*UNITS, "l/h", "m3/h")
DATES = ("day_first", "month_first")
_FIXED = re.compile(r"(?:UTC)?([+-])(\d\d):(\d\d)")
Column = str | int  # the heading, or the place counted from 1


@dataclass(frozen=True, slots=True)
class TimeColumns:
    """Where a row's time stands: one column, or a date and a time of day apart; `mark` holds A/B or MESZ/MEZ."""

    column: Column
    clock: Column | None = None
    mark: Column | None = None


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of values. `meter` None: the rows say whose; `unit` and `quantity` None: the meter's own."""

    column: Column
    meter: str | None = None
    quantity: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class FileMapping:
    """How to read a kind of files. None leaves a thing to the meter, the district or the file itself.

    `files` is the pattern of names in a watched folder. `meters` leads from the file's names of meters to ours.
    `unit_column` tells the unit of each row, before what `values` say.
    """

    format: str = "csv"
    files: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    time: TimeColumns | None = None
    dates: str | None = None
    zone: str | None = None
    stamps: Stamps | None = None
    interval: timedelta | None = None
    decimal: str | None = None
    thousands: str | None = None
    meter_column: Column | None = None
    meters: tuple[tuple[str, str], ...] = ()
    values: tuple[ValueColumn, ...] = ()
    unit_column: Column | None = None

    @property
    def clock_zone(self) -> tzinfo | None:
        """The zone of stamps without offset, or None."""
        return None if self.zone is None else zone_of(self.zone)


def zone_of(name: str) -> tzinfo:
    """Return a zone by its name or as a fixed offset such as +01:00; raises `ConfigurationError`."""
    fixed = _FIXED.fullmatch(name)
    try:
        if fixed is not None:
            offset = timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
            return timezone(-offset if fixed[1] == "-" else offset)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"there is no time zone {name!r} (allowed: Europe/Berlin, +01:00 …)") from error


def load_mapping(file: Path, portfolio: Portfolio) -> FileMapping:
    """Read a saved mapping; raises `ConfigurationError` with every mistake and its line."""
    document = read_document(file)
    entry, problems = validated(_MappingEntry, document)
    if entry is not None:
        problems = [*problems, *_unknown(entry, document, portfolio)]
    if entry is None or problems:
        raise ConfigurationError(problems)
    return _mapping(entry)


def mapping_yaml(mapping: FileMapping) -> str:
    """Write a mapping as `load_mapping` reads it."""
    plain: dict[str, object] = {name: value for name, value in asdict(mapping).items() if value not in (None, ())}
    if mapping.stamps is not None:
        plain["stamps"] = mapping.stamps.value
    if mapping.interval is not None:
        plain["interval"] = f"PT{int(mapping.interval.total_seconds()) // 60}M"
    if mapping.delimiter == "\t":
        plain["delimiter"] = "tab"
    if mapping.meters:
        plain["meters"] = dict(mapping.meters)
    if mapping.time is not None:
        plain["time"] = _without_none(asdict(mapping.time))
    if mapping.values:
        plain["values"] = [_without_none(asdict(one)) for one in mapping.values]
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


def _without_none(entry: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in entry.items() if value is not None}


def _column(value: object) -> Column:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(value, str) and value.strip():
        return value
    raise wrong(f"{show(value)} is no column", "the heading, or its place from 1")


def _zone_name(value: object) -> str:
    try:
        zone_of(str(value))
    except ConfigurationError as error:
        raise wrong(str(error)) from error
    return str(value)


def _names(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise wrong("must lead from the names in the file to ids of meters", "DE0001: strom")
    return tuple(value.items())


_AColumn = Annotated[Column, PlainValidator(_column)]
_Quantity = Annotated[str, one_of(QUANTITIES, "quantity")]
_Unit = Annotated[str, one_of(FILE_UNITS, "unit")]


class _TimeEntry(Strict):
    column: _AColumn
    clock: _AColumn | None = None
    mark: _AColumn | None = None


class _ValueEntry(Strict):
    column: _AColumn
    meter: Text | None = None
    quantity: _Quantity | None = None
    unit: _Unit | None = None


class _MappingEntry(Strict):
    format: Annotated[str, one_of(FORMATS, "format")] = "csv"
    files: Text | None = None
    encoding: Annotated[str, one_of(ENCODINGS, "encoding")] | None = None
    delimiter: Annotated[str, one_of(DELIMITERS, "delimiter")] | None = None
    sheet: Text | None = None
    time: _TimeEntry | None = None
    dates: Annotated[str, one_of(DATES)] | None = None
    zone: Annotated[str, PlainValidator(_zone_name)] | None = None
    stamps: Annotated[str, one_of(tuple(Stamps))] | None = None
    interval: Duration | None = None
    decimal: Annotated[str, one_of((",", "."))] | None = None
    thousands: Annotated[str, one_of((",", "."))] | None = None
    meter_column: _AColumn | None = None
    meters: Annotated[tuple[tuple[str, str], ...], PlainValidator(_names)] = ()
    values: list[_ValueEntry] = Field(default_factory=list)
    unit_column: _AColumn | None = None


def _unknown(entry: _MappingEntry, document: Document, portfolio: Portfolio) -> list[Problem]:
    named: list[tuple[YamlPath, str]] = []
    named += [(("values", index, "meter"), one.meter) for index, one in enumerate(entry.values) if one.meter]
    named += [(("meters", name), meter) for name, meter in entry.meters]
    problems = [
        document.problem(path, f"no meter has the id {meter!r}{did_you_mean(meter, portfolio.meters)}")
        for path, meter in named
        if meter not in portfolio.meters
    ]
    if entry.format != "mscons" and (entry.time is None or not entry.values):
        problems.append(document.problem((), "a table needs `time` and `values`"))
    series = [(one.meter, one.quantity) for one in entry.values]
    problems += [
        document.problem(("values", index), f"is a second column for {meter or 'the same meter'}: say which one")
        for index, (meter, quantity) in enumerate(series)
        if (meter, quantity) in series[:index]
    ]
    if entry.decimal is not None and entry.decimal == entry.thousands:
        problems.append(document.problem(("thousands",), "cannot be the decimal sign too"))
    return problems


def _mapping(entry: _MappingEntry) -> FileMapping:
    return FileMapping(
        format=entry.format,
        files=entry.files,
        encoding=entry.encoding,
        delimiter=None if entry.delimiter is None else DELIMITERS[entry.delimiter],
        sheet=entry.sheet,
        time=None if entry.time is None else TimeColumns(entry.time.column, entry.time.clock, entry.time.mark),
        dates=entry.dates,
        zone=entry.zone,
        stamps=None if entry.stamps is None else Stamps(entry.stamps),
        interval=entry.interval,
        decimal=entry.decimal,
        thousands=entry.thousands,
        meter_column=entry.meter_column,
        meters=entry.meters,
        values=tuple(ValueColumn(one.column, one.meter, one.quantity, one.unit) for one in entry.values),
        unit_column=entry.unit_column,
    )
