"""What is said on a connection or a line: bytes in, bytes out, however they are cut. Pure."""

from typing import Protocol

from collector.modbus.rtu_frames import MBAP_BYTES, mbap_frames, rtu_frame
from collector.simulation.servers.answers import Answers
from collector.simulation.servers.rtu_requests import requests_in

_SHORTEST, _LONGEST = 2, 254  # unit, function and data of a frame


class Conversation(Protocol):
    """One side of a connection."""

    def hear(self, received: bytes) -> bytes | None:
        """Return what is to be said to it, empty for nothing; None: the other end does not speak Modbus."""
        ...


class TcpConversation:
    """Frames with transaction and length. A stream that is out of step stays so: the connection is to be closed."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._rest = b""

    def hear(self, received: bytes) -> bytes | None:
        """Answer every whole frame."""
        heard, said, taken = self._rest + received, b"", 0
        for transaction, body in mbap_frames(heard, is_answer=False):
            if not _SHORTEST <= len(body) <= _LONGEST:
                return None
            taken += MBAP_BYTES - 1 + len(body)
            answer = self._answers.to(body)
            said += b"" if answer is None else _mbap(transaction, answer)
        self._rest = heard[taken:]
        return said if _is_in_step(self._rest) else None


class RtuConversation:
    """Frames with a checksum, as on a serial line; what is no request to somebody here is passed over."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._rest = b""

    def hear(self, received: bytes) -> bytes | None:
        """Answer every whole request."""
        requests, self._rest = requests_in(self._rest + received)
        answers = [self._answers.to(body) for body in requests]
        return b"".join(rtu_frame(answer) for answer in answers if answer is not None)


def _mbap(transaction: int, body: bytes) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in (transaction, 0, len(body))) + body


def _is_in_step(begun: bytes) -> bool:
    protocol, length = begun[2:4], begun[4:6]
    return not any(protocol) and (len(length) < 2 or _SHORTEST <= int.from_bytes(length, "big") <= _LONGEST)
