"""The command `zaehlwerk`: every command, and how errors become exit codes."""

import errno
from typing import Any

import typer
from typer.core import TyperGroup

from config.errors import ZaehlwerkError
from zaehlwerk.commands import (
    broker,
    events,
    exchanging,
    figures,
    files,
    knowledge,
    portfolio,
    probe,
    profiles,
    rebuilding,
    records,
    service,
    tokens,
    unassigned,
)
from zaehlwerk.exits import ExitCode, exit_code_of


class _Group(TyperGroup):
    """Ends with the exit code of an error and its words on stderr; a traceback is for mistakes of ours."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was called."""
        try:
            return super().invoke(ctx)
        except ZaehlwerkError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(exit_code_of(error)) from error
        except UnicodeEncodeError as error:  # a word from a terminal with another alphabet
            typer.echo(f"{error.object!r} is no text in UTF-8", err=True)
            raise typer.Exit(ExitCode.WRONG_CALL) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read the output has seen enough; the library ends quietly
            typer.echo(f"{error.filename}: {error.strerror}" if error.filename else str(error), err=True)
            raise typer.Exit(ExitCode.FAILED) from error


app = typer.Typer(
    name="zaehlwerk",
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Energy monitoring for a district's public buildings.",
)

for command in (
    portfolio.init,
    portfolio.check,
    service.demo,
    service.run,
    service.collect,
    service.edge,
    service.watch,
    service.serve,
    service.simulate,
    service.evaluate,
    rebuilding.rebuild,
    figures.readings,
    figures.consumption,
    figures.kpis,
    figures.measures,
    figures.alerts,
    knowledge.completeness,
    knowledge.submeters,
    exchanging.exchange,
    events.events,
):
    app.command()(command)
# `-5` is a value that is refused with a reason, not an option nobody knows.
app.command(context_settings={"ignore_unknown_options": True})(records.read)
app.command(context_settings={"ignore_unknown_options": True})(records.deliver)
app.add_typer(files.imports, name="import")
app.add_typer(files.exports, name="export")
app.add_typer(profiles.app, name="profiles")
app.add_typer(probe.app, name="probe")
probe.app.command("mqtt")(broker.mqtt)
app.add_typer(unassigned.app, name="unassigned")
app.add_typer(events.app, name="event")
app.add_typer(tokens.app, name="token")


def main() -> None:
    """Run the command line."""
    app()
