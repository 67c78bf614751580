"""Numbers as German and English files write them."""

import re

from collector.mqtt.payloads import number
from config.errors import InvalidReading

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_GERMAN = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")


class WrittenNumbers:
    """Reads the numbers of one file; what a lone point means can depend on the lines before."""

    def __init__(self) -> None:
        self._is_german = False

    def __call__(self, text: str) -> float:
        """Return the number; raises `InvalidReading`: `not_a_number`, or `ambiguous_number` for 1.234 beside 1,5."""
        if _GERMAN.fullmatch(text):
            self._is_german = True
            return number(text.replace(".", "").replace(",", "."))
        if _THOUSANDS.fullmatch(text):
            if text.count(".") > 1:
                return number(text.replace(".", ""))
            if self._is_german:
                raise InvalidReading("ambiguous_number", f"{text}: thousands or decimals? Other lines have a comma")
        return number(text)
