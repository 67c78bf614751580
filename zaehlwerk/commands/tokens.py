"""`token …`: keys of people and machines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.options import PortfolioOption, StateOption, settings_from
from zaehlwerk.commands.output import print_table, say
from zaehlwerk.exits import WrongCall, unknown

if TYPE_CHECKING:
    from gateway.operations import Operations

_LONGEST_NAME = 120  # as the database keeps it
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
    from gateway.operations import Role  # noqa: PLC0415

    if not 0 < len(name.strip()) <= _LONGEST_NAME:
        raise WrongCall(f"{name!r} is no name (allowed: 1 to {_LONGEST_NAME} characters)")
    roles = [one.value for one in Role]
    if role not in roles:
        raise unknown("role", role, roles)
    with _operations(portfolio, state) as operations:
        typer.echo(operations.tokens.create(name, role))
    say("Keep it now: it is not shown again.")


@app.command(name="list")
def list_tokens(portfolio: PortfolioOption = None, state: StateOption = None) -> None:
    """Print every token by its last four characters, the revoked ones included."""
    with _operations(portfolio, state) as operations:
        rows = [
            (row.id, row.name, row.role, f"…{row.last_four}", row.created_at.date(), _day(row.revoked_at))
            for row in operations.tokens.list()
        ]
    print_table(("id", "name", "role", "token", "created", "revoked"), rows)


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="As `token list` shows it.")],
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Let a token open nothing any more, from this moment on."""
    with _operations(portfolio, state) as operations:
        operations.tokens.revoke(number)
    say(f"Token {number} is revoked.")


@contextmanager
def _operations(portfolio: Path | None, state: Path | None) -> Iterator[Operations]:
    from gateway.operations import Operations  # noqa: PLC0415
    from zaehlwerk.intake import make_state_folder  # noqa: PLC0415

    settings = settings_from(portfolio, state)
    make_state_folder(settings.state)
    with closing(Operations(settings.database_url.get_secret_value())) as operations:
        operations.upgrade()
        yield operations


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.date().isoformat()
