"""A slot of consumption in words: when it is, and how far it can be trusted."""

from datetime import datetime

from analysis.figures import How, Resolution, Slot
from api.presentation import words
from api.presentation.lights import Light

_UNKNOWN = frozenset({How.FAULTY, How.MISSING})
_SURE = frozenset({How.MEASURED, How.READ_BY_HAND, How.BILLED})


def slot_label(start: datetime, resolution: Resolution) -> str:
    """Return the beginning of a slot as people say it: a time, a day, a month or a year."""
    if resolution is Resolution.YEAR:
        return str(start.year)
    if resolution is Resolution.MONTH:
        return words.month(start)
    if resolution is Resolution.DAY:
        return words.short_day(start)
    return f"{words.short_day(start)} {start:%H:%M}"


def slot_how(slot: Slot) -> str:
    """Return how the value of a slot came about; one bad hour in a month that is known otherwise is a part of it."""
    word = words.HOW[slot.how]
    return f"teils {word}" if slot.value is not None and slot.how in _UNKNOWN else word


def slot_light(slot: Slot) -> Light:
    """Return how far the value of a slot can be trusted."""
    if slot.value is None:
        return Light("act", "▲", "fehlerhaft") if slot.how is How.FAULTY else Light("unknown", "○", "keine Daten")
    if slot.how in _SURE and slot.coverage >= 1:
        return Light("ok", "●", "gesichert")
    return Light("look", "◐", "unvollständig" if slot.how in _SURE | _UNKNOWN else "teilweise ersetzt")
