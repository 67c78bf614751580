"""Numbers in German texts."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

MONTHS = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")


def number(value: float, digits: int = 0) -> str:
    """Return a number with German separators and a fixed number of digits after the comma."""
    places = "." + "0" * digits if digits else ""
    return format_decimal(value, format=f"#,##0{places}", locale="de")


def day(value: date) -> str:
    """Return a day as 31.12.2025."""
    return format_date(value, format="dd.MM.yyyy", locale="de")


def exact(value: Decimal) -> str:
    """Return a number with all of its digits, as many as there are."""
    text: str = format_decimal(
        value.normalize(), format="#,##0.############", locale="de", decimal_quantization=False
    )
    return text.replace("-", "−")
