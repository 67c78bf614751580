"""SunSpec: where the models of a device stand, found by walking from one to the next. Pure.

A marker at one of a few addresses is followed by models: id, length, and as many registers as the length says, up to
an id of 0xFFFF. Source: SunSpec Device Information Model Specification, "Modbus mapping".
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from collector.modbus.plan import Block
from config.profiles.registers import DeviceProfile

MARKER = b"SunS"
MARKER_REGISTERS = 2
BASES = (40000, 0, 50000)
END = 0xFFFF
COMMON = 1
MOST_MODELS = 64
_LAST_ADDRESS = 0xFFFF

Search = Generator[Block, bytes | None, "tuple[Model, ...]"]
"""Yields what to read and is sent the answer's registers, or None where the device refuses."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model's id, the wire address of that id, and how many registers follow id and length."""

    id: int
    address: int
    length: int


def search(bases: tuple[int, ...] = BASES, function_code: int = 3) -> Search:
    """Walk the models from the first base that has the marker; no models where none has."""
    for base in bases:
        answer = yield Block(function_code, base, MARKER_REGISTERS, ())
        if answer == MARKER:
            return (yield from _walk(base + MARKER_REGISTERS, function_code))
    return ()


def models(
    read: Callable[[int, int], bytes | None], bases: tuple[int, ...] = BASES, function_code: int = 3
) -> tuple[Model, ...]:
    """Return all models of a device; `read(address, count)` gives the registers' bytes, None where it refuses."""
    steps = search(bases, function_code)
    try:
        block = next(steps)
        while True:
            block = steps.send(read(block.address, block.count))
    except StopIteration as finished:
        found: tuple[Model, ...] = finished.value
        return found


def matching(profile: DeviceProfile, found: tuple[Model, ...], channel: str | None = None) -> Model | None:
    """Return the model that a table describes; a number as `channel` chooses among several meters of a device."""
    known = [model for model in found if model.id in profile.variants]
    number = int(channel) if channel is not None and channel.isdecimal() else 1
    return known[number - 1] if 1 <= number <= len(known) else None


def common_model_of(model: Model, found: tuple[Model, ...]) -> Model | None:
    """Return the common model of the device that a model belongs to: the last one before it; None where none is."""
    return next((one for one in reversed(found[: found.index(model)]) if one.id == COMMON), None)


def _walk(address: int, function_code: int) -> Search:
    found: list[Model] = []
    while address < _LAST_ADDRESS and len(found) < MOST_MODELS:
        answer = yield Block(function_code, address, 2, ())
        if answer is None or len(answer) != 4:
            break
        model = Model(int.from_bytes(answer[:2], "big"), address, int.from_bytes(answer[2:], "big"))
        if model.id == END:
            break
        found.append(model)
        address += 2 + model.length
    return tuple(found)
