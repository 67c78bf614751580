"""The serial numbers that devices tell, kept as events of their meters: the first one, and every other one."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from collector.modbus.identity import SerialSeen
from config.errors import Unreachable
from gateway.operations import MeterEventRow, Operations

SEEN, CHANGED = "serial_seen", "serial_changed"
AUTHOR = "zaehlwerk"

Given = TypeVar("Given")
Result = TypeVar("Result")


class SerialNumbers:
    """Remembers across runs. One that changed asks a person whether the device was exchanged: it is proposed."""

    def __init__(self, operations: Operations, clock: Callable[[], datetime]) -> None:
        self._events = operations.events
        self._clock = clock

    async def known(self, meter: str) -> str | None:
        """Return the serial number that was seen last."""
        events = await _in_thread(self._events.of_meter, meter)
        return next((one.serial for one in reversed(events) if one.kind in {SEEN, CHANGED}), None)

    async def seen(self, seen: SerialSeen) -> None:
        """Record one that is new, or another than before."""
        await _in_thread(self._events.record, self._event(seen))

    def _event(self, seen: SerialSeen) -> MeterEventRow:
        changed = seen.before is not None
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
            recorded_at=self._clock(),
        )


async def _in_thread(work: Callable[[Given], Result], given: Given) -> Result:
    try:
        return await asyncio.to_thread(work, given)
    except SQLAlchemyError as error:
        raise Unreachable(f"the operations database: {type(error).__name__}") from error
