"""`import …` and `export …`: files from others and for others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zaehlwerk.commands.options import JsonOption, PortfolioOption, StateOption, meter_of, settings_from
from zaehlwerk.commands.output import print_json, say
from zaehlwerk.exits import unknown

imports = typer.Typer(no_args_is_help=True, help="Readings and weather from files.")
exports = typer.Typer(no_args_is_help=True, help="Files for others.")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]
