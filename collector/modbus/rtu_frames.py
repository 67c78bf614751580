"""Frames of a serial line and of TCP, taken apart byte by byte. Pure; what is no frame is None."""

from collections.abc import Iterator
from dataclasses import dataclass

ERROR = 0x80
MBAP_BYTES = 7
_SHORTEST_RTU = 4
_REGISTER_READS = frozenset({3, 4})
_POLYNOMIAL = 0xA001


@dataclass(frozen=True, slots=True)
class Answer:
    """What a unit answered: registers as bytes, or an exception code. `transaction` is None on serial lines."""

    unit: int
    function_code: int
    payload: bytes = b""
    exception: int | None = None
    transaction: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A read request as it stands on the line."""

    unit: int
    function_code: int
    address: int
    count: int
    transaction: int | None = None


def crc16(frame: bytes) -> int:
    """Return the checksum of a serial frame; its low byte goes first. Source: Modbus over Serial Line 1.02, 6.2.2."""
    checksum = 0xFFFF
    for byte in frame:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum >> 1 ^ _POLYNOMIAL if checksum & 1 else checksum >> 1
    return checksum


def rtu_body(frame: bytes) -> bytes | None:
    """Return unit, function and data of a serial frame; None where the checksum is wrong."""
    if len(frame) < _SHORTEST_RTU or crc16(frame[:-2]).to_bytes(2, "little") != frame[-2:]:
        return None
    return frame[:-2]


def rtu_answer(frame: bytes) -> Answer | None:
    """Return what a serial frame answers."""
    body = rtu_body(frame)
    return None if body is None else answer_of(body)


def rtu_question(frame: bytes) -> Question | None:
    """Return what a serial frame asks."""
    body = rtu_body(frame)
    return None if body is None else question_of(body)


def rtu_frame(body: bytes) -> bytes:
    """Return unit, function and data with the checksum behind them."""
    return body + crc16(body).to_bytes(2, "little")


def mbap_frames(received: bytes, *, is_answer: bool = True) -> Iterator[tuple[int, bytes]]:
    """Yield transaction and body of every whole frame in a TCP stream; what is not whole yet is left for later.

    Some devices count an exception's length without its unit: three bytes are taken all the same where `is_answer`.
    """
    at = 0
    while len(received) - at > MBAP_BYTES and received[at + 2 : at + 4] == b"\0\0":
        length = int.from_bytes(received[at + 4 : at + 6], "big")
        if is_answer and received[at + MBAP_BYTES] & ERROR:
            length = max(length, 3)
        end = at + 6 + length
        if end > len(received):
            return
        yield int.from_bytes(received[at : at + 2], "big"), received[at + 6 : end]
        at = end


def mbap_answer(received: bytes, transaction: int) -> Answer | None:
    """Return the answer to a transaction among what arrived; late answers to others are passed over."""
    for number, body in mbap_frames(received):
        if number == transaction:
            answer = answer_of(body)
            return (
                None
                if answer is None
                else Answer(answer.unit, answer.function_code, answer.payload, answer.exception, number)
            )
    return None


def answer_of(body: bytes) -> Answer | None:
    """Return what unit, function and data of an answer mean; None where it is no whole answer to a read."""
    if len(body) < 3:
        return None
    unit, function_code = body[0], body[1]
    if function_code & ERROR:
        return Answer(unit, function_code & ~ERROR, exception=body[2]) if len(body) == 3 else None
    count = body[2]
    if function_code not in _REGISTER_READS or count % 2 or len(body) != 3 + count:
        return None
    return Answer(unit, function_code, bytes(body[3:]))


def question_of(body: bytes, transaction: int | None = None) -> Question | None:
    """Return what unit, function and data of a request ask; None where it is no read of registers."""
    if len(body) != 6 or body[1] not in _REGISTER_READS:
        return None
    address, count = int.from_bytes(body[2:4], "big"), int.from_bytes(body[4:6], "big")
    return Question(body[0], body[1], address, count, transaction)
