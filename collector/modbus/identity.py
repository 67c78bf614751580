"""Which device answers: its serial number, read when it is first heard and whenever it comes back.

A serial number that is another one than before means that somebody exchanged the device, and that its counter has
nothing to do with the one before.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from pymodbus.pdu import ModbusPDU

from collector.modbus.derive import raw_reader
from collector.modbus.frames import request
from collector.modbus.plan import plan, spanning
from config.profiles.registers import ByteOrder, DeviceProfile, Register, WordOrder

SERIAL = "serial_number"
_COMMON_SERIAL = Register(
    SERIAL, "total", 50, 16, "string", Decimal(1), "1", 3, WordOrder.MSW_FIRST, ByteOrder.BIG, static=True
)
_BLANK = frozenset({"0", str(0xFFFF), str(0xFFFF_FFFF)})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SerialRead:
    """The request for a device's serial number and the register that has it."""

    request: ModbusPDU
    register: Register


@dataclass(frozen=True, slots=True)
class SerialSeen:
    """A device said who it is. `before` None: it is the first time."""

    meter: str
    serial: str
    before: str | None
    time: datetime


class SerialBook(Protocol):
    """Where serial numbers are kept from one run to the next; raises `Unreachable` where they cannot be."""

    async def known(self, meter: str) -> str | None:
        """Return the serial number that was seen last, None if none was."""
        ...

    async def seen(self, seen: SerialSeen) -> None:
        """Keep one that is new or another than before."""
        ...


class SerialsInMemory:
    """Remembers as long as the process runs."""

    def __init__(self) -> None:
        self._serials: dict[str, str] = {}

    async def known(self, meter: str) -> str | None:
        """Return the serial number that was seen last."""
        return self._serials.get(meter)

    async def seen(self, seen: SerialSeen) -> None:
        """Keep it."""
        self._serials[seen.meter] = seen.serial


def serial_read(unit: int, profile: DeviceProfile) -> SerialRead | None:
    """Return how to ask for the serial number; None where the table does not say."""
    if profile.relative:
        return None  # where its registers stand is not known yet; see `common_model_serial`
    for register in profile.registers:
        if register.quantity == SERIAL and register.function_code in {3, 4}:
            (block,) = plan(profile, (register,))
            return SerialRead(request(unit, block), register) if block.count == register.count else None
    return None


def common_model_serial(unit: int, address: int, function_code: int) -> SerialRead:
    """Return how to ask a SunSpec device for its serial number; `address` is that of its common model's id.

    Source: SunSpec Device Information Model Specification, model 1 (SN: 16 registers from offset 50 on).
    """
    register = replace(_COMMON_SERIAL, address=address + _COMMON_SERIAL.address, function_code=function_code)
    return SerialRead(request(unit, spanning(register)), register)


def serial_in(read: SerialRead, payload: bytes) -> str | None:
    """Return the serial number as text; None where the device has none to tell."""
    raw = raw_reader(read.register, spanning(read.register))(payload)
    if raw is None:
        return None
    text = raw if isinstance(raw, str) else str(int(raw))
    return None if text in _BLANK else text


async def compare(book: SerialBook, meters: Sequence[str], serial: str, time: datetime) -> tuple[SerialSeen, ...]:
    """Keep a serial number for the meters of a device; return what changed, an exchange being logged."""
    changes = []
    for meter in meters:
        before = await book.known(meter)
        if before == serial:
            continue
        seen = SerialSeen(meter, serial, before, time)
        await book.seen(seen)
        if before is not None:
            log.warning("meter %s: device exchanged? Its serial number was %s and is %s", meter, before, serial)
            changes.append(seen)
    return tuple(changes)
