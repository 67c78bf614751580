"""The wire format of protocol buffers, as far as one fixed message needs it.

Source: protobuf.dev "Encoding". Four message types do not carry the weight of a library and its generated code.
"""

import struct
from collections.abc import Iterator

from config.errors import InvalidReading

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10


def fields(message: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Yield number, wire type and raw value of every field; raises `InvalidReading` for what is no message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        value: int | bytes
        if kind == VARINT:
            value, at = _varint(message, at)
        elif kind == BYTES:
            length, at = _varint(message, at)
            value, at = _piece(message, at, length)
        elif kind in {FIXED32, FIXED64}:
            value, at = _piece(message, at, 4 if kind == FIXED32 else 8)
        else:
            raise InvalidReading("not_protobuf", f"wire type {kind} at byte {at}")
        yield number, kind, value


def float32(raw: bytes) -> float:
    """Return the value of a `float` field."""
    found: float = struct.unpack("<f", raw)[0]
    return found


def float64(raw: bytes) -> float:
    """Return the value of a `double` field."""
    found: float = struct.unpack("<d", raw)[0]
    return found


def varint_field(number: int, value: int) -> bytes:
    """Write a field that is a whole number."""
    return _encoded(number << 3 | VARINT) + _encoded(value)


def float64_field(number: int, value: float) -> bytes:
    """Write a `double` field."""
    return _encoded(number << 3 | FIXED64) + struct.pack("<d", value)


def bytes_field(number: int, value: bytes) -> bytes:
    """Write a field of bytes, text or a message."""
    return _encoded(number << 3 | BYTES) + _encoded(len(value)) + value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at + index + 1
    raise InvalidReading("not_protobuf", f"a number is cut off at byte {at}")


def _piece(message: bytes, at: int, length: int) -> tuple[bytes, int]:
    if at + length > len(message):
        raise InvalidReading("not_protobuf", f"a field is cut off at byte {at}")
    return message[at : at + length], at + length


def _encoded(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
