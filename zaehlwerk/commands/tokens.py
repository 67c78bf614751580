"""`token …`: keys of people and machines."""

from contextlib import closing
from typing import Annotated

import typer

from zaehlwerk.commands.options import PortfolioOption, StateOption, settings_from
from zaehlwerk.commands.output import say
from zaehlwerk.exits import unknown

app = typer.Typer(no_args_is_help=True, help="Tokens of people and machines.")


@app.callback()
def token() -> None:
    """Tokens of people and machines."""


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose it is, as it stands in the audit.")],
    role: Annotated[
        str, typer.Option("--role", help="device, reader, facility_manager, climate_manager or administrator.")
    ],
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Make a token and print it: the only time it is seen, the database keeps a hash."""
    from gateway.operations import Operations, Role  # noqa: PLC0415

    roles = [one.value for one in Role]
    if role not in roles:
        raise unknown("role", role, roles)
    settings = settings_from(portfolio, state)
    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(Operations(settings.database_url.get_secret_value())) as operations:
        operations.upgrade()
        typer.echo(operations.tokens.create(name, role))
    say("Keep it now: it is not shown again.")
