"""What has to be said about the values of a virtual meter, in German: pure."""

from decimal import Decimal

from analysis.figures import Consumption, Slot
from analysis.german import day, labelled, number, unit_text


def virtual_notes(found: Consumption) -> tuple[str, ...]:
    """Return what a reader of a virtual meter's consumption has to know: where it lies below zero, and why."""
    below = [slot for slot in found.slots if slot.value is not None and slot.value < 0]
    return (_below_zero(found, below),) if below else ()


def _below_zero(found: Consumption, below: list[Slot]) -> str:
    amount = sum((slot.value for slot in below if slot.value is not None), Decimal(0))
    unit = unit_text(labelled(found.unit, found.reference))
    shown = f"{number(float(amount), 1)} {unit}".replace("-", "\N{MINUS SIGN}")
    if len(below) == 1:
        what = f"Ein Wert liegt unter null ({shown}, {_when(below[0])})."
    else:
        what = f"{len(below)} Werte liegen unter null (zusammen {shown}; {_when(below[0])} bis {_when(below[-1])})."
    return f"{what} Sie bleiben so stehen, damit die Summen stimmen. {_why(found)}"


def _why(found: Consumption) -> str:
    if found.total is not None and found.total < 0:
        return (
            "Auch die Summe liegt unter null: Bitte Formel, Wandlerfaktoren und Einbaurichtung der beteiligten "
            "Zähler prüfen."
        )
    return (
        "Meist werden die beteiligten Zähler zu verschiedenen Zeiten abgelesen; über längere Zeiträume gleicht sich "
        "das aus."
    )


def _when(slot: Slot) -> str:
    return day(slot.start.date())
