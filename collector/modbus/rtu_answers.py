"""Finds the answer to a request in what a serial line brings. Pure.

RTU frames have neither a length nor a transaction number, so an answer is what begins with the unit and the function
that were asked, is as long as what was asked for, and has a right checksum; everything in front of it (the echo of an
adapter, noise, a neighbour's late answer) and behind it is passed over.
"""

from pymodbus.framer.rtu import FramerRTU

ERROR = 0x80
_REFUSAL_BYTES = 5
_FRAME_BYTES = 5  # unit, function, count of bytes, two of checksum


def answer_in(received: bytes, unit: int, function_code: int, count: int) -> bytes:
    """Return the frame that answers a read of `count` registers, or a refusal of it; empty while there is none."""
    head = bytes((unit, function_code, 2 * count))
    whole = _frame_in(received, head, _FRAME_BYTES + 2 * count)
    return whole or _frame_in(received, bytes((unit, function_code | ERROR)), _REFUSAL_BYTES)


def is_as_long(received: bytes, unit: int, function_code: int, count: int) -> bool:
    """Say whether all of the answer has come, right or wrong: its beginning, and as many bytes as it takes."""
    at = received.find(bytes((unit, function_code, 2 * count)))
    return at >= 0 and len(received) - at >= _FRAME_BYTES + 2 * count


def _frame_in(received: bytes, head: bytes, length: int) -> bytes:
    at = received.find(head)
    while at >= 0:
        frame = received[at : at + length]
        if len(frame) == length and FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big")):
            return frame
        at = received.find(head, at + 1)
    return b""
