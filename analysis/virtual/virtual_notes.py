"""What has to be said about the values of a virtual meter, in German: pure."""

from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from analysis.figures import Consumption, Slot
from analysis.german import day, labelled, number, unit_text
from analysis.ledger.amounts import Amounts


def virtual_notes(found: Consumption, amounts: Amounts) -> tuple[str, ...]:
    """Return what a reader of a virtual meter's consumption has to know: where it lies below zero, and why.

    `amounts` are those of its slots; a slot itself is made for the first and the last of them alone.
    """
    if not (amounts.micro < 0).any():  # no factor is negative, so nothing can lie below zero
        return ()
    below = np.array([value is not None and value < 0 for value in amounts.numbers()], np.bool_)
    return (_below_zero(found, amounts, below),) if below.any() else ()


def _below_zero(found: Consumption, amounts: Amounts, below: NDArray[np.bool_]) -> str:
    unit = unit_text(labelled(found.unit, found.reference))
    amount = amounts.total(below) or Decimal(0)
    shown = f"{number(float(amount), 1)} {unit}".replace("-", "\N{MINUS SIGN}")
    places = np.flatnonzero(below).tolist()
    first, last = (_when(found.slots[place]) for place in (places[0], places[-1]))
    if len(places) == 1:
        what = f"Ein Wert liegt unter null ({shown}, {first})."
    else:
        what = f"{len(places)} Werte liegen unter null (zusammen {shown}; {first} bis {last})."
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
