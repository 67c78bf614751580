"""`init` and `check`: making a portfolio and finding what is wrong in one."""

import os
from pathlib import Path
from typing import Annotated

import typer

from config.errors import ConfigurationError
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

    try:
        settings = settings_from(portfolio)
    except ConfigurationError as error:
        raise ConfigurationError("\n".join([str(error), *_mistakes_in(portfolio)])) from error
    folder = portfolio_folder(settings)
    there = load_portfolio(folder)
    typer.echo(inventory(there, profiles_of(settings)))
    if not there.properties:
        say(f"look at this: no property is declared in {folder / 'properties'} (*.yaml): there is nothing to meter")


def _mistakes_in(portfolio: Path | None) -> list[str]:
    """Return what is wrong with the portfolio beside wrong settings, that nobody has to call twice."""
    from config.portfolio.files import load_portfolio  # noqa: PLC0415
    from config.settings import variable  # noqa: PLC0415

    named = portfolio or os.environ.get(variable("portfolio"))
    try:
        if named:
            load_portfolio(Path(named))
    except ConfigurationError as error:
        return [str(error)]
    return []
