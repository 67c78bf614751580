"""Consumption as a table for people, as CSV or as one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import typer

from zaehlwerk.commands.output import local, print_json, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from analysis.figures import Consumption, Slot

Layout = Literal["table", "csv", "json"]
_PLACES = 3
_SUBSTITUTES = 10


def print_consumption(found: Consumption, zone: ZoneInfo, *, layout: Layout) -> None:
    """Print the slots, and their sum where a person reads."""
    if layout == "json":
        print_json(_document(found, zone))
    elif layout == "csv":
        typer.echo(_csv(found), nl=False)
    else:
        _print_table(found, zone)


def _document(found: Consumption, zone: ZoneInfo) -> dict[str, object]:
    from api.answers.event_shapes import event_shape, substitute_shape  # noqa: PLC0415
    from api.answers.shapes import part_shape  # noqa: PLC0415

    return {
        "meter": found.meter,
        "unit": found.unit,
        "reference": found.reference,
        "resolution": found.resolution.value,
        "time_zone": found.time_zone,
        "slots": [
            {
                "start": local(slot.start, zone),
                "end": local(slot.end, zone),
                "value": slot.value,
                "how": slot.how.value,
                "coverage": slot.coverage,
            }
            for slot in found.slots
        ],
        "total": found.total,
        "events": [event_shape(one, zone) for one in found.events],
        "substitutes": [substitute_shape(one, zone) for one in found.substitutes],
        "parts": [part_shape(part) for part in found.parts],
        "notes": found.notes,
    }


def _csv(found: Consumption) -> str:
    from api.answers.consumption_rows import consumption_columns, consumption_rows  # noqa: PLC0415
    from api.answers.documents import csv_text  # noqa: PLC0415

    return csv_text(consumption_columns(found), consumption_rows(found))


def _print_table(found: Consumption, zone: ZoneInfo) -> None:
    from analysis.german import labelled  # noqa: PLC0415
    from api.presentation import words  # noqa: PLC0415
    from api.presentation.shares import shares_text  # noqa: PLC0415

    unit = words.unit_text(labelled(found.unit, found.reference))
    rows = [_row(found, slot) for slot in found.slots]
    heading = ("", "Zeit", unit, "Herkunft", "Deckung")
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for row in (heading, *rows):
        light, time, value, how, coverage = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        typer.echo(f"{light}  {time}  {value.strip().rjust(widths[2])}  {how}  {coverage.strip().rjust(widths[4])}")
    count = "ein Ereignis" if len(found.events) == 1 else f"{len(found.events)} Ereignisse"
    say(f"Summe {words.digits(found.total, _PLACES)} {unit}, {count}")
    _say_substitutes(found, zone)
    for part in found.parts:
        say(f"Teil {part.meter}: {shares_text(part.quality)}")
    for note in found.notes:
        say(note)


def _say_substitutes(found: Consumption, zone: ZoneInfo) -> None:
    """Say what stands in for readings; of a gap with readings at both ends only the course, its sum is measured."""
    from api.presentation import words  # noqa: PLC0415
    from api.presentation.event_words import SUBSTITUTE_METHODS  # noqa: PLC0415

    for one in found.substitutes[:_SUBSTITUTES]:
        method = SUBSTITUTE_METHODS.get(one.method, one.method)
        known = "die Summe ist gemessen" if one.known_sum else "die Summe ist geschätzt"
        say(f"Ersatz {words.stamp(one.start, zone)} bis {words.stamp(one.end, zone)}: {method}, {known}")
    if len(found.substitutes) > _SUBSTITUTES:
        say(f"… und {len(found.substitutes) - _SUBSTITUTES} weitere, alle mit --json")


def _row(found: Consumption, slot: Slot) -> tuple[str, ...]:
    from api.presentation import words  # noqa: PLC0415
    from api.presentation.slots import slot_how, slot_label, slot_light  # noqa: PLC0415

    return (
        slot_light(slot).icon,
        slot_label(slot.start, found.resolution),
        words.digits(slot.value, _PLACES),
        slot_how(slot),
        words.percent(slot.coverage),
    )
