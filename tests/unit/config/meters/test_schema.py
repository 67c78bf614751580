from datetime import timedelta

import pytest

from config.meters.meter import Stamps
from config.meters.schema import stamps


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("start", (Stamps.START, None)),
        ("end", (Stamps.END, None)),
        ("fixed_offset:+01:00", (Stamps.END, timedelta(hours=1))),
        ("start fixed_offset:-02:30", (Stamps.START, timedelta(hours=-2, minutes=-30))),
    ],
)
def test_stamps_name_an_edge_an_offset_or_both(text: str, value: tuple[Stamps, timedelta | None]) -> None:
    assert stamps(text) == value
