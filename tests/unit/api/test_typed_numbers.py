"""Numbers as people type them."""

from decimal import Decimal

import pytest

from api.entries.typed_numbers import typed_amount, typed_number
from config.errors import InvalidReading


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5000", "5000"),
        ("5.000,5", "5000.5"),
        (" 5000.5 ", "5000.5"),
        ("5\u202f000,5", "5000.5"),
        ("0,012", "0.012"),
        ("0.500", "0.500"),
        ("1.234.567", "1234567"),
        ("1.234.567,25", "1234567.25"),
        ("-3,5", "-3.5"),
        ("5000.0001", "5000.0001"),
    ],
)
def test_a_number_is_read_as_it_is_meant(text: str, number: str) -> None:
    assert typed_amount(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["6,500.5", "1,234,567", "12.34,5", "1.2345,6", "1e3", "NaN", "inf", "abc", "", ",5", "5,", "1..2", "0x10", "١٢"],
)
def test_what_is_no_number_is_refused_and_never_guessed(text: str) -> None:
    with pytest.raises(InvalidReading) as refusal:
        typed_number(text)
    assert refusal.value.code == "not_a_number"


@pytest.mark.parametrize("text", ["5.000", "12.345", "999.999"])
def test_a_lone_point_before_three_digits_is_asked_about(text: str) -> None:
    with pytest.raises(InvalidReading) as refusal:
        typed_amount(text)
    assert refusal.value.code == "ambiguous_number"
