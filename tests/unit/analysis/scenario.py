"""A scenario of the ledger is a folder: what a meter is, what it said, what came late, and what has to come out.

How to write one stands in `docs/scenarios.md`. Everything runs through the real parts: the embedded store, the
operations database, the daily ledger.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from analysis.books import Books
from analysis.consumption import consumption
from analysis.figures import Consumption, Resolution
from config.meters.meter import Meter
from config.portfolio.files import load_portfolio
from config.portfolio.portfolio import Portfolio
from gateway.embedded import EmbeddedStore
from gateway.operations import MeterEventRow, Operations, ReadingNoteRow
from gateway.reading import Reading, milliseconds

STEPS = ("readings.csv", "late.csv")
DISTRICT: dict[str, Any] = {
    "id": "kreis",
    "name": "Musterkreis",
    "state": "RP",
    "time_zone": "Europe/Berlin",
    "weather_station": "02486",
}
PLACE = {"id": "schule", "name": "Musterschule", "municipality": "kreis", "category": "schulen"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """An opened scenario: books over stores of its own, and the instant at which somebody asks."""

    folder: Path
    books: Books
    store: EmbeddedStore
    operations: Operations
    now: datetime

    @property
    def meter(self) -> Meter:
        """The meter that is asked about: the first of `meter.yaml`."""
        return next(iter(self.books.portfolio.meters.values()))

    def arrive(self, name: str) -> None:
        """Store the readings of a file, with the notes on how they came about."""
        for row in _rows(self.folder / name):
            meter = self.books.portfolio.meter(row.get("meter") or self.meter.id)
            quantity, at = row.get("quantity") or meter.quantity, _instant(row["time"])
            self.store.append([Reading(meter.id, quantity, milliseconds(at), float(row["value"]))])
            if row.get("how"):
                note = ReadingNoteRow(meter.id, quantity, milliseconds(at), row["how"], "test", "", at)
                self.operations.notes.record(note)

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the ledger says to a question, in the form in which `expected.json` writes it."""
        meter_id = question.get("meter", self.meter.id)
        first, last = moment_of(question["start"]), moment_of(question["end"])
        found = consumption(self.books, meter_id, first, last, Resolution(question["resolution"]), now=self.now)
        return _written(found, question)


@contextmanager
def opened(folder: Path, state: Path) -> Iterator[Scenario]:
    """Open a scenario in an empty state folder, its records (`records.yaml`) written down, nothing arrived yet."""
    expected = expected_of(folder)
    portfolio = _portfolio(folder, state, expected)
    store, operations = (
        EmbeddedStore(state / "readings.sqlite"),
        Operations(f"sqlite:///{state / 'operations.sqlite'}"),
    )
    operations.upgrade()
    for row in _records(folder):
        operations.events.record(row)
    yield Scenario(folder, Books(portfolio, store, operations, {}), store, operations, _instant(expected["now"]))
    operations.close()
    store.close()


def expected_of(folder: Path) -> dict[str, Any]:
    """Return what has to come out."""
    read: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return read


def replaces(folder: Path) -> bool:
    """Whether what comes late is of the same instant as what came before, with another value."""
    if not (folder / "late.csv").exists():
        return False
    before, late = (
        {
            (row.get("meter"), row.get("quantity"), _instant(row["time"])): float(row["value"])
            for row in _rows(folder / step)
        }
        for step in STEPS
    )
    return any(before.get(identity, value) != value for identity, value in late.items())


def _portfolio(folder: Path, state: Path, expected: Mapping[str, Any]) -> Portfolio:
    declared = yaml.safe_load((folder / "meter.yaml").read_text(encoding="utf-8"))
    meters = declared if isinstance(declared, list) else [declared]
    place = state / "portfolio"
    (place / "properties").mkdir(parents=True)
    kreis = {"id": "kreis", "name": "Kreis", "kind": "district"}
    district = {"district": {**DISTRICT, "time_zone": expected.get("time_zone", DISTRICT["time_zone"])}}
    _write(place / "district.yaml", {**district, "municipalities": [kreis]})
    _write(place / "properties" / "schule.yaml", {**PLACE, "meters": meters})
    return load_portfolio(place)


def _records(folder: Path) -> Iterator[MeterEventRow]:
    file = folder / "records.yaml"
    for number, row in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else []):
        at = _instant(str(row["time"]))
        yield MeterEventRow(
            id=row.get("id", f"record-{number}"),
            meter=row["meter"],
            kind=row["kind"],
            time=at,
            old_end=_decimal(row.get("old_end")),
            new_start=_decimal(row.get("new_start")),
            serial=row.get("serial"),
            digits=row.get("digits"),
            factor=_decimal(row.get("factor")),
            detail=row.get("detail", ""),
            state=row.get("state", "recorded"),
            author="test",
            recorded_at=at,
        )


def _written(found: Consumption, question: Mapping[str, Any]) -> dict[str, Any]:
    asked = question["expected"]
    slots = [
        {
            "start": slot.start.isoformat(),
            "value": None if slot.value is None else _number(slot.value),
            "how": str(slot.how),
            "coverage": round(slot.coverage, 4),
        }
        for slot in found.slots
    ]
    events = [
        {"kind": one.kind, "time": one.time.astimezone(UTC).isoformat(), "state": one.state} for one in found.events
    ]
    total = None if found.total is None else _number(found.total)
    answers = {
        "slots": _as_asked(slots, asked.get("slots", [])),
        "total": total,
        "events": _as_asked(events, asked.get("events", [])),
    }
    return {name: answer for name, answer in answers.items() if name in asked}


def _as_asked(found: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Leave of each what nobody asked for; all of it where there are more or fewer than expected."""
    if len(found) != len(asked):
        return [dict(one) for one in found]
    return [{key: one[key] for key in wanted} for one, wanted in zip(found, asked, strict=True)]


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text}: a time needs its offset, such as +01:00 or Z")
    return moment


def moment_of(text: str) -> Any:
    """Return the instant or the local day that a question names."""
    return datetime.fromisoformat(text) if "T" in text else datetime.fromisoformat(text).date()


def _write(file: Path, content: object) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
