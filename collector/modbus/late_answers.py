"""Answers that may still come after they were waited for, where none says to which request it belongs. Pure."""

from pymodbus.pdu import ModbusPDU

LATEST_ANSWER_S = 2.0


class LateAnswers:
    """Until when they may come, by what they look like: unit, function code and count of registers."""

    def __init__(self) -> None:
        self._until_s: dict[tuple[int, int, int], float] = {}

    def expect(self, request: ModbusPDU, now_s: float) -> None:
        """Note that a request was given up."""
        self._until_s[_looks_of(request)] = now_s + LATEST_ANSWER_S

    def until_s(self, request: ModbusPDU) -> float:
        """Return until when one may come that looks like the answer to a request; it is not expected any longer."""
        return self._until_s.pop(_looks_of(request), 0.0)

    def may_come_of(self, unit: int, now_s: float) -> bool:
        """Say whether one of a unit may come, of whatever length."""
        return any(place[0] == unit and until_s > now_s for place, until_s in self._until_s.items())


def _looks_of(request: ModbusPDU) -> tuple[int, int, int]:
    return request.dev_id, request.function_code, request.count
