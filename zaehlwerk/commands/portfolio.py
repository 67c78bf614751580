"""`init` and `check`: making a portfolio and finding what is wrong in one."""

from pathlib import Path
from typing import Annotated

import typer

from zaehlwerk.commands.options import PortfolioOption, settings_from
from zaehlwerk.commands.output import say


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that has no district.yaml yet.")],
) -> None:
    """Write a commented starter portfolio that `check` accepts."""
    from config.starter import write_starter  # noqa: PLC0415

    for path in write_starter(folder):
        typer.echo(str(path))
    say(f"Next: zaehlwerk check --portfolio {folder}")


def check(portfolio: PortfolioOption = None) -> None:
    """Read settings and portfolio; print every mistake and exit 2, or one line of inventory and exit 0."""
    from config.portfolio.files import load_portfolio  # noqa: PLC0415
    from zaehlwerk.intake import portfolio_folder, profiles_of  # noqa: PLC0415
    from zaehlwerk.inventory import inventory  # noqa: PLC0415

    settings = settings_from(portfolio)
    portfolio_there = load_portfolio(portfolio_folder(settings))
    typer.echo(inventory(portfolio_there, profiles_of(settings)))
