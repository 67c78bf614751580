"""Numbers as payloads, pushes and files write them, German or English."""

import math
import re
from typing import Any

from config.errors import InvalidReading

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_GERMAN = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+")
_LONGEST_QUOTE = 60


def number(written: Any) -> float:
    """Return a finite number; numbers written as text count, truth values do not.

    Raises `InvalidReading` (`not_a_number`), also for an integer that no float can hold.
    """
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise InvalidReading("not_a_number", f"{_quoted(written)} is no number")
    try:
        # Python takes 1_000 for a number; no device writes that.
        value = float("" if isinstance(written, str) and "_" in written else written)
    except ValueError:
        raise InvalidReading("not_a_number", f"{_quoted(written)} is no number") from None
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise InvalidReading("not_a_number", f"{_quoted(written)} is not finite")
    return value


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


def _quoted(written: Any) -> str:
    return repr(written)[:_LONGEST_QUOTE]
