"""What commands print: documents on stdout, messages on stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def print_json(document: object) -> None:
    """Print one JSON document; decimals become numbers, instants ISO 8601 with their offset."""
    import orjson  # noqa: PLC0415

    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
    typer.echo(orjson.dumps(document, default=_plain, option=options).decode())


def say(message: str) -> None:
    """Tell the person something; never part of a document."""
    typer.echo(message, err=True)


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print columns; numbers to the right. Nothing but the headings if there are no rows."""
    texts = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *texts, strict=True)]
    typer.echo("  ".join(text.ljust(width) for text, width in zip(headings, widths, strict=True)).rstrip())
    for row, cells in zip(rows, texts, strict=True):
        places = zip(row, cells, widths, strict=True)
        typer.echo("  ".join(_aligned(value, text, width) for value, text, width in places).rstrip())


def local(moment: datetime, zone: ZoneInfo) -> str:
    """Return an instant as people of the district read it, with its offset."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def on_terminal() -> bool:
    """Say whether somebody watches: progress bars and browsers are for them alone."""
    return sys.stderr.isatty()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")


def number(value: float | Decimal | None) -> str:
    """Return a number as it stands in tables; nothing groups thousands: a comma begins decimals in German ones."""
    return "–" if value is None else f"{value:.3f}"


def _cell(value: object) -> str:
    return number(value) if value is None or isinstance(value, float | Decimal) else str(value)


def _aligned(value: object, text: str, width: int) -> str:
    return text.rjust(width) if isinstance(value, int | float | Decimal) else text.ljust(width)
