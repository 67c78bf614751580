"""What the devices of a bus answer to a request, the same by every way that leads to them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from collector.modbus.rtu_frames import ERROR, question_of
from collector.simulation.registers import ILLEGAL_FUNCTION, ILLEGAL_VALUE, Refusal

GATEWAY_TARGET_FAILED = 0x0B
_READS = frozenset({3, 4})


class Unit(Protocol):
    """What answers behind a unit id."""

    def answer(self, function_code: int, address: int, count: int, now: datetime) -> bytes | None:
        """Return the registers of a read, None where the unit is dead; raises `Refusal`."""
        ...

    def is_dead(self, now: datetime) -> bool:
        """Say whether the unit answers nothing at all."""
        ...


class Answers:
    """Answers for all unit ids of a bus.

    `is_gateway`: something in front of the devices says so where it does not reach one; on a bare line an unknown
    unit id is nobody's, and nobody answers.
    """

    def __init__(self, units: Mapping[int, Unit], clock: Callable[[], datetime], *, is_gateway: bool) -> None:
        self._units = units
        self._clock = clock
        self._is_gateway = is_gateway

    def to(self, body: bytes) -> bytes | None:
        """Return unit, function and data of the answer to a request's; None: silence."""
        unit = self._units.get(body[0])
        if unit is None:
            return _refused(body, GATEWAY_TARGET_FAILED) if self._is_gateway else None
        now, asked = self._clock(), question_of(body)
        if asked is None:
            wrong = ILLEGAL_VALUE if body[1] in _READS else ILLEGAL_FUNCTION
            return None if unit.is_dead(now) else _refused(body, wrong)
        try:
            payload = unit.answer(asked.function_code, asked.address, asked.count, now)
        except Refusal as refusal:
            return _refused(body, refusal.code)
        return None if payload is None else bytes((*body[:2], len(payload))) + payload


def _refused(body: bytes, code: int) -> bytes:
    return bytes((body[0], body[1] | ERROR, code))
