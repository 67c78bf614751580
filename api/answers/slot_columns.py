"""Slots as the columns that an answer gives out."""

from collections.abc import Sequence

import numpy as np

from analysis.figures import Slot
from analysis.slots import Slots
from api.answers.figures import number
from api.answers.shapes import Shape

_DIGITS = 4


def slot_columns(slots: Sequence[Slot]) -> Shape:
    """Return `values` (None: a gap), `quality` and `coverage` of slots."""
    if isinstance(slots, Slots):
        coverage = np.round(slots.coverages(), _DIGITS)
        return {"values": slots.values(), "quality": slots.qualities(), "coverage": coverage}
    return {
        "values": [number(slot.value) for slot in slots],
        "quality": [slot.how for slot in slots],
        "coverage": [round(slot.coverage, _DIGITS) for slot in slots],
    }
