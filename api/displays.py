"""What a display of a meter can show at all, whoever says so and whatever the reason."""

from decimal import Decimal
from typing import Final

LARGEST_DISPLAY: Final = 10**15  # none has as many digits
MOST_DIGITS: Final = 18
MOST_DECIMALS: Final = 12


def is_display(value: Decimal) -> bool:
    """Whether a display can show a value, in whatever unit: none lies below zero."""
    return 0 <= value < LARGEST_DISPLAY and has_few_decimals(value)


def has_few_decimals(value: Decimal) -> bool:
    """Whether a person can have read or reckoned a number: what has a million decimals cannot be written again."""
    return int(value.normalize().as_tuple().exponent) >= -MOST_DECIMALS


def has_such_digits(digits: int) -> bool:
    """Whether a display can have so many digits before the point."""
    return 1 <= digits <= MOST_DIGITS
