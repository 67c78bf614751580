"""Finds requests in what a serial line brings, however it is cut. Pure.

A request has no mark at its beginning: it is what is as long as its function says and has a right checksum. Noise,
the echo of an answer and halves of requests in front of it are passed over. Source of the lengths: Modbus Application
Protocol 1.1b3, section 6.
"""

from collector.modbus.rtu_frames import rtu_body

LONGEST = 256
_LENGTHS = {
    **dict.fromkeys((1, 2, 3, 4, 5, 6, 8), 8),  # reads and writes of a single place, diagnostics
    **dict.fromkeys((0x07, 0x0B, 0x0C, 0x11), 4),  # status and counters of the line
    0x16: 10,
    0x18: 6,
    0x2B: 7,
}
# function -> bytes around its data, the last of those in front says how many they are
_COUNTED = {0x0F: (7, 2), 0x10: (7, 2), 0x17: (11, 2)}


def requests_in(heard: bytes) -> tuple[list[bytes], bytes]:
    """Return unit, function and data of every whole request, and what may be the beginning of the next one."""
    found: list[bytes] = []
    at = rest = 0
    while at < len(heard):
        length = _length(heard, at)
        body = rtu_body(heard[at : at + length]) if 0 < length <= len(heard) - at else None
        if body is None:
            at += 1
        else:
            found.append(body)
            at = rest = at + length
    return found, heard[max(rest, len(heard) - LONGEST) :]


def _length(heard: bytes, at: int) -> int:
    """Bytes of the request that may begin here, its checksum included; 0: none begins, or it is not told yet."""
    function_code = heard[at + 1] if at + 1 < len(heard) else 0
    if function_code not in _COUNTED:
        return _LENGTHS.get(function_code, 0)
    before, behind = _COUNTED[function_code]
    return before + heard[at + before - 1] + behind if at + before <= len(heard) else 0
