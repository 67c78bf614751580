"""What a file was taken for, before it is believed: mapping, certainty, first readings, sums."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from zaehlwerk.commands.output import local, print_table, say
from zaehlwerk.exits import WrongCall

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from collector.files import FileMapping, ImportResult, Proposal


def tell_proposal(proposal: Proposal, *, is_proposed: bool) -> None:
    """Say how sure the proposal is and what to look at."""
    for doubt in proposal.doubts:
        say(f"look at this: {doubt}")
    if is_proposed and proposal.doubts:
        say(f"the columns are taken so with a certainty of {proposal.certainty:.0%}")


def show_preview(result: ImportResult, zone: ZoneInfo) -> None:
    """Print the first readings and what each series comes to."""
    rows = [(one.line, local(one.time, zone), one.meter, one.quantity, one.value, one.unit) for one in result.preview]
    print_table(("line", "time", "meter", "quantity", "value", "unit"), rows)
    typer.echo()
    series = [
        (one.meter, one.quantity, one.count, local(one.first, zone), local(one.last, zone), one.total, one.unit)
        for one in result.series
    ]
    print_table(("meter", "quantity", "readings", "first", "last", "total", "unit"), series)
    typer.echo()


def save(mapping: FileMapping, file: Path) -> None:
    """Write a mapping where another import finds it; raises `WrongCall` if it cannot be written."""
    from collector.files import mapping_yaml  # noqa: PLC0415

    try:
        file.write_text(mapping_yaml(mapping), encoding="utf-8")
    except OSError as error:
        raise WrongCall(f"{file} cannot be written: {error.strerror}") from error
