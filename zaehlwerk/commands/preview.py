"""What a file was taken for, before it is believed: mapping, certainty, first readings, sums."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from zaehlwerk.commands.output import local, print_table, say
from zaehlwerk.exits import WrongCall

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from collector.files import FileMapping, ImportResult, Proposal
    from config.portfolio.portfolio import Portfolio


def tell_proposal(proposal: Proposal, *, is_proposed: bool) -> None:
    """Say how sure the proposal is and what to look at."""
    for doubt in proposal.doubts:
        say(f"look at this: {doubt}")
    if is_proposed and proposal.doubts:
        say(f"the columns are taken so with a certainty of {proposal.certainty:.0%}")


def tell_spacing(result: ImportResult, portfolio: Portfolio) -> None:
    """Say which readings are so far apart that the ledger takes every pause between them for a gap."""
    from analysis.ledger.rules import rules_of  # noqa: PLC0415

    for one in result.series:
        meter = portfolio.meter(one.meter)
        normal_ms = rules_of(meter).gap_ms
        apart = (one.last - one.first) / max(one.count - 1, 1)
        if one.quantity != meter.quantity or normal_ms is None or apart <= timedelta(milliseconds=normal_ms):
            continue
        minutes, declared = round(apart / timedelta(minutes=1)), meter.interval // timedelta(minutes=1)
        say(
            f"look at this: readings of {meter.id} are {minutes} minutes apart on average, and its interval is "
            f"{declared}: each pause counts as a gap. Declare how often it speaks (`interval`, docs/meters.md)"
        )


def tell_uncounted(result: ImportResult, portfolio: Portfolio) -> None:
    """Say which readings stand in no figure."""
    from collector.files.uncounted import uncounted  # noqa: PLC0415

    for sentence in uncounted(result, portfolio):
        say(f"look at this: {sentence}")


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
    for one in result.series:
        if one.total is None:
            say(
                f"look at this: the counter of {one.meter} falls within the file (it wraps, was exchanged, or a "
                f"value is wrong): `zaehlwerk consumption {one.meter}` tells after the import what it counted"
            )


def save(mapping: FileMapping, file: Path) -> None:
    """Write a mapping where another import finds it; raises `WrongCall` if it cannot be written."""
    from collector.files import mapping_yaml  # noqa: PLC0415

    try:
        file.write_text(mapping_yaml(mapping), encoding="utf-8")
    except OSError as error:
        raise WrongCall(f"{file} cannot be written: {error.strerror}") from error
