"""A slot in words: how its value came about, and how far it can be trusted."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analysis.figures import How, Slot
from api.presentation.slots import slot_how, slot_light

MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def slot(value: int | None, how: How, coverage: float) -> Slot:
    return Slot(MARCH, APRIL, None if value is None else Decimal(value), how, coverage)


@pytest.mark.parametrize(
    ("value", "how", "coverage", "text", "light"),
    [
        (310, How.MEASURED, 1.0, "gemessen", "gesichert"),
        (310, How.MEASURED, 0.9, "gemessen", "unvollständig"),
        (310, How.FAULTY, 0.99, "teils fehlerhaft", "unvollständig"),
        (310, How.MISSING, 0.99, "teils fehlt", "unvollständig"),
        (310, How.SUBSTITUTED, 1.0, "Ersatzwert", "teilweise ersetzt"),
        (None, How.FAULTY, 0.0, "fehlerhaft", "fehlerhaft"),
        (None, How.MISSING, 0.0, "fehlt", "keine Daten"),
    ],
)
def test_one_bad_hour_makes_no_month_that_is_known_otherwise_bad(
    value: int | None, how: How, coverage: float, text: str, light: str
) -> None:
    found = slot(value, how, coverage)
    assert (slot_how(found), slot_light(found).word) == (text, light)
