"""What a mistyped word is taken for."""

import pytest

from config.parsing.spelling import did_you_mean
from config.quantities import MEDIA


@pytest.mark.parametrize(
    ("typed", "meant"), [("erdgas", "natural_gas"), ("Strom", "electricity_import"), ("fernwaerme", "district_heat")]
)
def test_a_medium_is_found_by_its_german_name_too(typed: str, meant: str) -> None:
    titles = {medium.title: medium.id for medium in MEDIA.values()}
    assert did_you_mean(typed, MEDIA, called=titles) == f", did you mean {meant!r}?"
