"""Numbers, units and amounts in German texts."""

from datetime import date
from decimal import Decimal, localcontext

from babel.dates import format_date
from babel.numbers import format_decimal

MONTHS = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")


def labelled(unit: str, reference: str | None) -> str:
    """Return a unit of energy with what it is told on: kWh Hs; other units as they are."""
    return unit if reference is None else f"{unit} {reference}"


def unit_text(unit: str) -> str:
    """Return a unit as people write it."""
    return unit.replace("m3", "m³").replace("m2", "m²")


def amount_word(medium_id: str) -> str:
    """Return what an amount of a medium is called: not all of it is consumed."""
    return {"pv_generation": "Erzeugung", "electricity_export": "Einspeisung"}.get(medium_id, "Verbrauch")


def number(value: float, digits: int = 0) -> str:
    """Return a number with German separators and a fixed number of digits after the comma."""
    places = "." + "0" * digits if digits else ""
    return format_decimal(value, format=f"#,##0{places}", locale="de")


def day(value: date) -> str:
    """Return a day as 31.12.2025."""
    return format_date(value, format="dd.MM.yyyy", locale="de")


def exact(value: Decimal) -> str:
    """Return a number with all of its digits, as many as there are."""
    with localcontext(prec=400):  # a float has at most 309 digits before the point
        text: str = format_decimal(
            value.normalize(), format="#,##0.############", locale="de", decimal_quantization=False
        )
    return text.replace("-", "−")
