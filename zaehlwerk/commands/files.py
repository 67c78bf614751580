"""`import …` and `export …`: files from others and for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zaehlwerk.commands.options import PortfolioOption, StateOption, settings_from
from zaehlwerk.commands.output import print_json
from zaehlwerk.exits import unknown

imports = typer.Typer(no_args_is_help=True, help="Readings and weather from files.")
exports = typer.Typer(no_args_is_help=True, help="Files for others.")

_FORMATS = ("csv", "json")
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]


@exports.callback()
def export() -> None:
    """Files for others."""


@exports.command("balance")
def export_balance(
    year: Annotated[int, typer.Argument(metavar="YEAR")],
    factor_set: Annotated[str | None, typer.Option("--factor-set", metavar="ID", help="bisko, uba, gmodg …")] = None,
    form: Annotated[str, typer.Option("--format", metavar="F", help="csv or json.")] = "csv",
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Print a year's final energy and CO2e per group and carrier, raw and under one factor set."""
    from analysis.balance import balance  # noqa: PLC0415
    from api.shapes import balance_shape  # noqa: PLC0415
    from zaehlwerk.balance_file import balance_csv  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    if form not in _FORMATS:
        raise unknown("format", form, _FORMATS)
    with open_house(settings_from(portfolio, state)) as house:
        chosen = factor_set or house.books.default_factor_set
        if chosen not in house.books.factor_sets:
            raise unknown("factor set", chosen, house.books.factor_sets)
        found = balance(house.books, year, chosen, now=house.clock())
    if form == "json":
        print_json(balance_shape(found))
    else:
        typer.echo(balance_csv(found, house.portfolio), nl=False)
