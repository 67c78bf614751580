from datetime import date, timedelta

import pytest
from pydantic_core import PydanticCustomError

from config.parsing.values import day, duration


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("PT15M", timedelta(minutes=15)),
        ("PT96H", timedelta(days=4)),
        ("P1D", timedelta(days=1)),
        ("P1M", timedelta(days=31)),
        ("P1Y", timedelta(days=366)),
        ("P2W", timedelta(days=14)),
        ("P1DT12H", timedelta(hours=36)),
        ("PT90S", timedelta(seconds=90)),
    ],
)
def test_iso_durations_are_read(text: str, value: timedelta) -> None:
    assert duration(text) == value


@pytest.mark.parametrize(
    "value", ["", "P", "PT", "15M", "PT0M", "P1DT", "PT1.5H", "-PT1H", "P999999999Y", 15, None, True]
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="is no duration"):
        duration(value)


@pytest.mark.parametrize("value", ["0205-06-01", date.min, date(1899, 12, 31), date(2200, 1, 2), date.max])
def test_a_date_that_lies_centuries_away_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="centuries"):
        day(value)


@pytest.mark.parametrize("value", ["2026-02-30", "16.02.2026", 20260216, None, True])
def test_what_is_no_date_is_refused(value: object) -> None:
    with pytest.raises(PydanticCustomError, match="is no date"):
        day(value)
