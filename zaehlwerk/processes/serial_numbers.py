"""The serial numbers that devices tell, kept as events of their meters: the first one, and every other one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from collector.modbus.identity import SerialSeen
from config.errors import Unreachable

if TYPE_CHECKING:  # a collector whose devices tell no serial number does without the operations database
    from gateway.operations import MeterEventRow, Operations

SEEN, CHANGED, EXCHANGE = "serial_seen", "serial_changed", "exchange"
AUTHOR = "zaehlwerk"

Result = TypeVar("Result")


class SerialNumbers:
    """Remembers across runs. One that changed asks a person whether the device was exchanged: it is proposed."""

    def __init__(self, records: Callable[[], Operations], clock: Callable[[], datetime]) -> None:
        self._records = records
        self._clock = clock

    async def known(self, meter: str) -> str | None:
        """Return the serial number that was seen last."""
        events = await _in_thread(lambda: self._records().events.of_meter(meter))
        return next((one.serial for one in reversed(events) if one.kind in {SEEN, CHANGED}), None)

    async def seen(self, seen: SerialSeen) -> None:
        """Record one that is new, or another than before; nobody is asked about an exchange that was recorded."""
        await _in_thread(lambda: self._record(seen))

    def _record(self, seen: SerialSeen) -> None:
        events = self._records().events
        named = [one for one in events.of_meter(seen.meter) if one.kind in {SEEN, CHANGED, EXCHANGE} and one.serial]
        told = bool(named) and named[-1].kind == EXCHANGE and named[-1].serial == seen.serial
        events.record(_event(seen, self._clock(), changed=seen.before is not None and not told))


def _event(seen: SerialSeen, now: datetime, *, changed: bool) -> MeterEventRow:
    from gateway.operations import MeterEventRow  # noqa: PLC0415

    return MeterEventRow(
        id="",
        meter=seen.meter,
        kind=CHANGED if changed else SEEN,
        time=seen.time,
        old_end=None,
        new_start=None,
        serial=seen.serial,
        digits=None,
        factor=None,
        detail=f"Gerät getauscht? {seen.before} → {seen.serial}" if changed else seen.serial,
        state="proposed" if changed else "recorded",
        author=AUTHOR,
        recorded_at=now,
    )


async def _in_thread(work: Callable[[], Result]) -> Result:
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    try:
        return await asyncio.to_thread(work)
    except SQLAlchemyError as error:
        raise Unreachable(f"the operations database: {type(error).__name__}") from error
