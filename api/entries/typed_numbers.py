"""Numbers as people type them: a comma begins the decimals, points group; what can be read in two ways is refused."""

import re
from decimal import Decimal
from typing import Final

from config.errors import InvalidReading

_SPACES: Final = re.compile(r"[ \u00a0\u202f]")
_POINT: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_GERMAN: Final = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+),[0-9]+")
_MILLIONS: Final = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3}){2,}")
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


def typed_number(text: str) -> Decimal:
    """Read a number: `5000`, `5.000,5`, `5000.5`, `5 000,5`; a lone point begins the decimals.

    Raises `InvalidReading`: `not_a_number`.
    """
    plain = _SPACES.sub("", text.strip())
    if _GERMAN.fullmatch(plain):
        return Decimal(plain.replace(".", "").replace(",", "."))
    if _MILLIONS.fullmatch(plain):
        return Decimal(plain.replace(".", ""))
    if not _POINT.fullmatch(plain):
        raise InvalidReading("not_a_number", f"{text[:60]!r} is no number (allowed: 40482.8 or 40.482,8)")
    return Decimal(plain)


def typed_amount(text: str) -> Decimal:
    """Read an amount or a display; `5.000` may mean five or five thousand.

    Raises `InvalidReading`: `ambiguous_number`, `not_a_number`.
    """
    if _GROUPED.fullmatch(text.strip()):
        plain = text.strip().replace(".", "")
        raise InvalidReading(
            "ambiguous_number", f"{text} may be {plain} or less than that; write it without the point"
        )
    return typed_number(text)
