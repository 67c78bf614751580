"""Where local days begin and end."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.calendar_cuts import day_cuts
from gateway.reading import instant

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-05-04", 24)])
def test_a_day_has_the_hours_that_the_clock_change_leaves_it(day: str, hours: int) -> None:
    start = date.fromisoformat(day)
    assert np.diff(day_cuts(start, start + timedelta(days=1), BERLIN)).tolist() == [hours * HOUR_MS]


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 800))
def test_every_day_begins_at_its_own_midnight(start: date, count: int) -> None:
    cuts = day_cuts(start, start + timedelta(days=count), BERLIN).tolist()
    begins = [instant(cut).astimezone(BERLIN).replace(tzinfo=None) for cut in cuts]
    assert [(one.date(), one.hour, one.minute) for one in begins] == [
        (start + timedelta(days=number), 0, 0) for number in range(count + 1)
    ]
