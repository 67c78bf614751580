from datetime import timedelta

import pytest

from alerts.messages.language import euros, lasting, number, percent


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        (0.4234, "0,423", "0.423"),
        (12.0, "12", "12"),
        (280645, "281.000", "281,000"),
        (0, "0", "0"),
        (-3.14159, "-3,14", "-3.14"),
    ],
)
def test_numbers_have_three_significant_digits(value: float, german: str, english: str) -> None:
    assert (number(value, "de"), number(value, "en")) == (german, english)


@pytest.mark.parametrize(
    ("value", "written"), [(5.736, "5,74"), (44.55, "45"), (999.6, "1.000"), (16262.06, "16.300"), (0.0, "0,00")]
)
def test_an_estimated_amount_pretends_no_precision(value: float, written: str) -> None:
    assert euros(value, "de") == f"{written}\u202f€"


def test_a_share_is_written_to_a_tenth() -> None:
    assert (percent(0.82, "de"), percent(-3.0, "de")) == ("0,8\u202f%", "-3\u202f%")


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (timedelta(minutes=45), "45 Minuten"),
        (timedelta(hours=26, minutes=50), "26 Stunden"),
        (timedelta(days=4, hours=20), "4 Tagen"),
    ],
)
def test_a_duration_is_written_in_the_unit_a_person_would_use(span: timedelta, written: str) -> None:
    assert lasting(span, "de") == written
