"""Load profiles and counters as network operators send them: MSCONS, each value with its status.

Source: BDEW MSCONS 2.4 (EDI@Energy): LOC+172 metering or market location, PIA+5 OBIS, QTY 220 true, 67 substitute,
201 proposal, 20 not usable, DTM 163 and 164 start and end of the interval, in format 303 with their offset from UTC.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import numpy as np

from collector.files.account import Account, SeriesKey
from collector.files.edifact import Segment, segments
from collector.files.mapping import FileMapping, ValueColumn
from collector.files.numerals import NumberFormat, number_of
from collector.files.targets import RATES, Target, target_of
from collector.importing import Progress
from collector.times import checked
from config.errors import InvalidReading
from config.meters.meter import Meter, Stamps
from config.portfolio.portfolio import Portfolio
from config.quantities import QUANTITIES, Kind
from gateway.reading import milliseconds

TRUE, SUBSTITUTE, PROPOSAL, NOT_USABLE = "220", "67", "201", "20"
# qualifier -> how the value came about, in the words of the notes, and what to tell
_STATUS = {
    SUBSTITUTE: ("substituted", "Ersatzwert"),
    PROPOSAL: ("substituted", "Vorschlagswert"),
    NOT_USABLE: ("faulty", "nicht verwendbarer Wert"),
}
_UNITS = {"KWH": "kWh", "MWH": "MWh", "KWT": "kW", "MAW": "MW", "MTQ": "m3", "": None}
# OBIS value groups C.D -> quantity; None: the meter's own register. 2.x is what is fed in.
_OBIS = {"1.29": "interval_energy", "2.29": "interval_energy", "1.8": None, "2.8": None}
_FED_IN = frozenset({"electricity_export", "pv_generation"})
_CODE = re.compile(r"(?:(\d)-[\db]+:)?(\d+\.\d+)(?:\.(\d+))?")  # medium, groups C.D, tariff
_OFFSET = re.compile(r"(\d{12})([+-])(\d{2})(\d{2})?")
_PIECE = 5_000
_LARGEST = 512 * 2**20


class StatusNote(NamedTuple):
    """How a reading came about that is not simply measured: `how` is a word of the notes, `reason` for people."""

    meter: str
    quantity: str
    time_ms: int
    how: str
    reason: str


NoteTaker = Callable[[Sequence[StatusNote]], None]


@dataclass(slots=True)
class _Waiting:
    """A quantity whose times are still to come."""

    segment: Segment
    start_ms: int | None = None
    end_ms: int | None = None

    @property
    def span(self) -> timedelta | None:
        """How long its interval is, None where it has not both ends in their order."""
        if self.start_ms is None or self.end_ms is None or self.end_ms <= self.start_ms:
            return None
        return timedelta(milliseconds=self.end_ms - self.start_ms)


@dataclass(slots=True)
class _Taking:
    mapping: FileMapping
    portfolio: Portfolio
    account: Account
    meter: str | None
    notes: list[StatusNote] = field(default_factory=list)
    location: str = ""
    obis: str = ""
    waiting: _Waiting | None = None
    readings: dict[SeriesKey, list[tuple[int, float, int]]] = field(default_factory=dict)
    _registers: dict[SeriesKey, str] = field(default_factory=dict)
    _targets: dict[tuple[str, str, str, timedelta | None], Target | InvalidReading] = field(default_factory=dict)

    def take(self, segment: Segment) -> None:
        match segment.tag:
            case "DTM" if self.waiting is not None:
                self._time(self.waiting, segment)
                return
            case "STS" | "RFF" | "CCI" | "CAV":
                return  # beside a quantity, and no end of it
        self.finish()
        if segment.tag == "LOC" and segment.component(0, 0) == "172":
            self.location, self.obis = segment.component(1, 0), ""
        elif segment.tag == "LIN":
            self.obis = ""
        elif segment.tag == "PIA" and segment.component(0, 0) == "5":
            self.obis = segment.component(1, 0)
        elif segment.tag == "QTY":
            self.waiting = _Waiting(segment)
        elif segment.tag == "UNH" and segment.component(1, 0) != "MSCONS":
            raise InvalidReading("wrong_message", f"{segment.component(1, 0)!r} is no MSCONS")

    def finish(self) -> None:
        """Take the quantity whose times are known now."""
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            return
        try:
            self._reading(waiting)
        except InvalidReading as error:
            text = f"{self.location} {self.obis} {waiting.segment.text}"
            self.account.refuse(waiting.segment.number, text, error)

    def flush(self) -> None:
        """Hand what was taken to the account."""
        for key, rows in self.readings.items():
            times_ms = np.array([row[0] for row in rows], np.int64)
            values, lines = np.array([row[1] for row in rows]), np.array([row[2] for row in rows], np.int64)
            self.account.take(key, times_ms, values, lines)
        self.readings.clear()

    def _time(self, waiting: _Waiting, segment: Segment) -> None:
        which, written, form = (segment.component(0, place) for place in range(3))
        try:
            moment = milliseconds(_moment(written, form))
        except (ValueError, OverflowError):
            return  # the reading is refused for want of a time
        if which in ("163", "7"):
            waiting.start_ms = moment
        if which in ("164", "7"):
            waiting.end_ms = moment

    def _reading(self, waiting: _Waiting) -> None:
        segment = waiting.segment
        status = segment.component(0, 0)
        if status != TRUE and status not in _STATUS:
            raise InvalidReading("unknown_status", f"QTY {status[:20]!r} is no status of a value (220, 67, 201, 20)")
        unit = segment.component(0, 2).strip().upper()
        # A mean flow is an amount by the length of its interval, whatever the meter's is.
        target = self._target(unit, waiting.span if _UNITS.get(unit) in RATES else None)
        try:
            time_ms = self._stamp(waiting, target)
        except InvalidReading as error:
            error.meter = target.key.meter
            raise
        value = number_of(segment.component(0, 1), NumberFormat("."))
        if status in _STATUS and self.account.sink is not None:
            self.notes.append(StatusNote(*target.key, time_ms, *_STATUS[status]))
        if value is None or status == NOT_USABLE:
            self.account.missing += 1
            return
        if target.impossible(np.array([value])).any():
            raise target.below_zero(value)
        converted = float(target.converted(np.array([value]))[0])
        self.readings.setdefault(target.key, []).append((time_ms, converted, segment.number))

    def _stamp(self, waiting: _Waiting, target: Target) -> int:
        is_amount = QUANTITIES[target.key.quantity].kind is Kind.AMOUNT
        stamps = self.portfolio.meter(target.key.meter).stamps
        wanted = waiting.start_ms if is_amount and stamps is Stamps.START else waiting.end_ms
        if wanted is None and not is_amount:
            wanted = waiting.start_ms
        if wanted is None:
            raise InvalidReading("no_time", "neither DTM 163 nor 164 in format 303 tells the time")
        return checked(wanted, wanted, now_ms=self.account.now_ms)

    def _target(self, unit: str, span: timedelta | None) -> Target:
        place = (self.location, self.obis, unit, span)
        if place not in self._targets:
            try:
                self._targets[place] = self._new_target(unit, span)
            except InvalidReading as error:
                self._targets[place] = error
        target = self._targets[place]
        if isinstance(target, InvalidReading):
            raise target
        return target

    def _new_target(self, unit: str, span: timedelta | None) -> Target:
        names = dict(self.mapping.meters)
        exact = names.get(f"{self.location} {self.obis}")
        wanted = exact or names.get(self.location) or self.meter or self.location
        if wanted not in self.portfolio.meters:
            raise InvalidReading("unknown_meter", f"no meter is mapped to {self.location[:60]!r}")
        if unit not in _UNITS:
            raise InvalidReading("unknown_unit", f"{unit[:20]!r} (allowed: {', '.join(filter(None, _UNITS))})")
        meter = self.portfolio.meter(wanted)
        quantity = self._quantity(meter, is_exact=exact is not None)
        column = ValueColumn("QTY", meter.id, quantity, _UNITS[unit])
        mapping = self.mapping if span is None else replace(self.mapping, interval=span)
        target = target_of(meter, column, mapping, self.portfolio)
        register = f"{self.location} {self.obis}"
        if (first := self._registers.setdefault(target.key, register)) != register:
            detail = (
                f"{register!r} would be stored as {meter.id} {target.key.quantity}, as {first!r} is: map one of them"
            )
            raise InvalidReading("unknown_register", detail)
        return target

    def _quantity(self, meter: Meter, *, is_exact: bool) -> str:
        found = _CODE.fullmatch(self.obis)
        group = found[2] if found else ""
        if found and found[3] not in (None, "0") and not is_exact:
            detail = f"OBIS {self.obis} is a part of what {meter.id} counts: map '{self.location} {self.obis}'"
            raise InvalidReading("unknown_register", detail)
        if found and found[1] not in (None, "1") and group not in _OBIS:
            return meter.quantity  # gas, heat, water: one register
        if group not in _OBIS:
            raise InvalidReading("unknown_register", f"OBIS {self.obis[:30]!r} is neither load profile nor counter")
        if not is_exact and group.startswith("2.") != (meter.medium_id in _FED_IN):
            raise InvalidReading(
                "other_direction",
                f"OBIS {self.obis} is not what {meter.id} meters: map '{self.location} {self.obis}'",
            )
        return _OBIS[group] or meter.quantity


def take_mscons(
    file: Path,
    account: Account,
    *,
    encoding: str,
    mapping: FileMapping,
    portfolio: Portfolio,
    meter: str | None = None,
    notes: NoteTaker | None = None,
    progress: Progress | None = None,
) -> None:
    """Take every value of an MSCONS interchange; `notes` is told the status of those that are not true values.

    Line numbers are those of segments. Raises `InvalidReading` for what is no MSCONS, `StorageFull`.
    """
    size = file.stat().st_size
    if size > _LARGEST:
        raise InvalidReading("too_large", f"{file.name} is larger than {_LARGEST >> 20} MiB")
    taking = _Taking(mapping, portfolio, account, meter)
    for segment in segments(file.read_bytes().decode(encoding, errors="replace")):
        taking.take(segment)
        if segment.number % _PIECE == 0:
            taking.flush()
            if progress is not None:
                progress(min(segment.number * 25, size), size)
    taking.finish()
    taking.flush()
    account.store()
    if notes is not None and taking.notes:
        notes(taking.notes)
    if progress is not None:
        progress(size, size)


def _moment(written: str, form: str) -> datetime:
    found = _OFFSET.fullmatch(written)
    if form != "303" or found is None:
        raise ValueError(written)
    offset = timedelta(hours=int(found[3]), minutes=int(found[4] or 0))
    zone = timezone(-offset if found[2] == "-" else offset)
    return datetime.strptime(found[1], "%Y%m%d%H%M").replace(tzinfo=zone).astimezone(UTC)
