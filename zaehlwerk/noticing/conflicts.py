"""Values that took the place of others, as events of their meters: one per local day, for a person to decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.meters.meter import Meter, ModbusSource, MqttSource
from config.portfolio.portfolio import Portfolio
from config.quantities import QUANTITIES, UNITS, to_a_millionth
from gateway.operations import FormerValueRow, MeterEventRow, Operations
from gateway.reading import instant, milliseconds
from gateway.replaced import RESTORED, Replaced
from zaehlwerk.noticing.words import german, shortened

KIND: Final = "duplicate_conflict"
LONGEST_AUTHOR: Final = 120
# What a float of four bytes rounds off, as many registers have them: a share of the value.
_SINGLE_PRECISION: Final = Decimal(2) ** -24
_MOST_DIGITS: Final = 30  # the database keeps a decimal in forty characters


def keep_conflicts(
    replaced: Sequence[Replaced], portfolio: Portfolio, operations: Operations, *, now: datetime
) -> None:
    """Keep former values for good, and tell of them; telling of the same again changes nothing.

    What nobody has to decide about is kept without an event: a difference below the meter's last decimal, weather,
    and what a person wanted back.
    """
    by_meter: dict[str, list[FormerValueRow]] = {}
    for one in replaced:
        by_meter.setdefault(one.meter, []).append(_row(one, portfolio.meters.get(one.meter)))
    with operations.begin() as connection:
        for meter_id, rows in by_meter.items():
            unknown = operations.former_values.unknown(rows, connection=connection)
            for day_ms, of_day in _by_day(unknown, portfolio).items():
                event = None if day_ms is None else _open_event(operations, meter_id, day_ms, connection)
                named = [replace(row, event=event) for row in of_day]
                operations.former_values.record(named, connection=connection)
                if event is not None:
                    told = operations.former_values.of_event(event, connection=connection)
                    proposed = conflict_event(event, portfolio.meters[meter_id], told, now=now)
                    operations.events.propose(proposed, connection=connection)


def conflict_event(event_id: str, meter: Meter, rows: Sequence[FormerValueRow], *, now: datetime) -> MeterEventRow:
    """Return what is proposed about the former values of one meter and day, in the order in which they were replaced.

    `time`, `old_end` and `new_start` are those of the earliest reading, of the meter's own quantity if that is among
    them: the value that stood there first, and the one that stands there now, in the display's unit.
    """
    first, last, count = _spans(meter, rows)
    sources = sorted({row.source for row in rows})
    return MeterEventRow(
        id=event_id,
        meter=meter.id,
        kind=KIND,
        time=instant(first.time_ms),
        old_end=as_displayed(meter, first.quantity, first.former),
        new_start=as_displayed(meter, last.quantity, last.value),
        serial=None,
        digits=None,
        factor=None,
        detail=_detail(meter, first, last, count),
        state="proposed",
        author=shortened(sources, LONGEST_AUTHOR),
        recorded_at=now,
    )


def as_displayed(meter: Meter, quantity: str, value: float) -> Decimal:
    """Return a value in the unit of the display, or in the quantity's own where the display shows another one."""
    ratio = Decimal(UNITS.get(meter.unit, ("", "1"))[1]) if quantity == meter.quantity else Decimal(1)
    shown = to_a_millionth(Decimal(repr(value)) / ratio).normalize()
    return shown if shown.adjusted() > _MOST_DIGITS else Decimal(f"{shown:f}")


def is_said_differently(meter: Meter, row: FormerValueRow) -> bool:
    """Tell whether two values differ on the display, or at all where nobody knows its decimals."""
    former, value = (as_displayed(meter, row.quantity, one) for one in (row.former, row.value))
    if meter.decimals is not None and row.quantity == meter.quantity:
        return abs(value - former) >= Decimal(5).scaleb(-meter.decimals - 1)
    return abs(value - former) > _SINGLE_PRECISION * abs(former)


def _row(replaced: Replaced, meter: Meter | None) -> FormerValueRow:
    source = replaced.source or _own_source(meter)
    return FormerValueRow(*replaced[:5], source=source[:200], replaced_at=instant(replaced.at_ms))


def _own_source(meter: Meter | None) -> str:
    if meter is None:
        return "zaehlwerk"
    if isinstance(meter.source, ModbusSource):
        return meter.source.bus
    return meter.source.broker if isinstance(meter.source, MqttSource) else "api"


def _by_day(rows: Iterable[FormerValueRow], portfolio: Portfolio) -> Mapping[int | None, list[FormerValueRow]]:
    """Group by the beginning of the local day [ms]; None: nobody has to decide about it."""
    days: dict[int | None, list[FormerValueRow]] = {}
    for row in rows:
        meter = portfolio.meters.get(row.meter)
        asks = meter is not None and row.source != RESTORED and is_said_differently(meter, row)
        days.setdefault(_day_ms(row.time_ms, portfolio.district.zone) if asks else None, []).append(row)
    return days


def _day_ms(time_ms: int, zone: ZoneInfo) -> int:
    begins = instant(time_ms).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return milliseconds(begins)


def _open_event(operations: Operations, meter_id: str, day_ms: int, connection: Connection) -> str:
    """Return the id of the day's event that waits for a decision; a new one where all are decided."""
    first = f"{meter_id}:{KIND}:{day_ms}"
    number = 1
    while True:
        event_id = first if number == 1 else f"{first}:{number}"
        found = operations.events.find(event_id, connection=connection)
        if found is None or found.state == "proposed":
            return event_id
        number += 1


def _spans(meter: Meter, rows: Sequence[FormerValueRow]) -> tuple[FormerValueRow, FormerValueRow, int]:
    """Return the first and the last replacement at the earliest reading, and how many readings there are."""
    own = [row for row in rows if row.quantity == meter.quantity] or rows
    earliest = min(own, key=lambda row: (row.time_ms, row.quantity))
    there = [row for row in own if (row.time_ms, row.quantity) == (earliest.time_ms, earliest.quantity)]
    return there[0], there[-1], len({(row.quantity, row.time_ms) for row in rows})


def _detail(meter: Meter, first: FormerValueRow, last: FormerValueRow, count: int) -> str:
    former, value = as_displayed(meter, first.quantity, first.former), as_displayed(meter, last.quantity, last.value)
    quantity = QUANTITIES.get(first.quantity.partition(".")[0])
    is_own = first.quantity == meter.quantity or quantity is None
    unit = meter.unit if is_own or quantity is None else quantity.unit
    title = "" if is_own or quantity is None else f"{quantity.title} "
    change = f"{title}{german(former)} → {german(value)} {unit.replace('m3', 'm³')}"
    return f"1 Wert ersetzt: {change}" if count == 1 else f"{count} Werte ersetzt, der erste: {change}"
