"""`import …` and `export …`: files from others and for others."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.options import JsonOption, PortfolioOption, StateOption, YearArgument, meter_of, settings_from
from zaehlwerk.commands.output import local, on_terminal, print_json, say
from zaehlwerk.exits import ExitCode, WrongCall, unknown
from zaehlwerk.progress_bar import progress_bar

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from collector.files import ImportResult

imports = typer.Typer(no_args_is_help=True, help="Readings and weather from files.")
exports = typer.Typer(no_args_is_help=True, help="Files for others.")

_FORMATS = ("csv", "json")
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]


ZoneOption = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="Z", help="Zone of stamps without offset; else the district's."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Read and check everything, store nothing.")]


@imports.callback()
def import_() -> None:
    """Readings and weather from files."""


@imports.command("readings")
def import_readings(  # noqa: PLR0913, PLR0917  each is an option
    file: FileArgument,
    meter: Annotated[str, typer.Option("--meter", metavar="ID", help="Whose readings they are.")],
    quantity: Annotated[
        str | None, typer.Option("--quantity", metavar="Q", help="Another one than the meter's own.")
    ] = None,
    time_zone: ZoneOption = None,
    stamps: Annotated[
        str | None, typer.Option("--stamps", metavar="start|end", help="Which end of an interval a stamp names.")
    ] = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Import a CSV file with the columns `time,value` as readings of one meter; exit 1 if lines were refused."""
    from collector.files import import_readings as take  # noqa: PLC0415
    from config.meters import Stamps  # noqa: PLC0415
    from config.quantities import QUANTITIES  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    if quantity is not None and quantity not in QUANTITIES:
        raise unknown("quantity", quantity, QUANTITIES)
    if stamps is not None and stamps not in tuple(Stamps):
        raise unknown("end of an interval", stamps, tuple(Stamps))
    with open_house(settings_from(portfolio, state)) as house, progress_bar("Import", watched=on_terminal()) as draw:
        meter_of(house.portfolio, meter)
        result = take(
            file,
            meter,
            house.portfolio,
            house.sink,
            now=house.clock(),
            quantity=quantity,
            zone=_zone(time_zone),
            stamps=None if stamps is None else Stamps(stamps),
            dry_run=dry_run,
            progress=lambda done, whole: draw(done / max(whole, 1), file.name),
        )
    _tell(result, house.portfolio.district.zone, dry_run=dry_run, as_json=as_json)


@imports.command("weather")
def import_weather(
    file: FileArgument,
    station: Annotated[
        str | None, typer.Option("--station", metavar="NUMBER", help="Station of a CSV file; else the district's.")
    ] = None,
    time_zone: ZoneOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Import outdoor temperatures: a station file of the DWD (zip or txt), or CSV with `time,temperature_c`."""
    from collector.files import import_weather as take  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house, progress_bar("Import", watched=on_terminal()) as draw:
        result = take(
            file,
            house.portfolio,
            house.sink,
            now=house.clock(),
            station=station,
            zone=_zone(time_zone),
            dry_run=dry_run,
            progress=lambda done, whole: draw(done / max(whole, 1), file.name),
        )
    _tell(result, house.portfolio.district.zone, dry_run=dry_run, as_json=as_json)


@exports.callback()
def export() -> None:
    """Files for others."""


@exports.command("balance")
def export_balance(
    year: YearArgument,
    factor_set: Annotated[str | None, typer.Option("--factor-set", metavar="ID", help="bisko, uba, gmodg …")] = None,
    form: Annotated[str, typer.Option("--format", metavar="F", help="csv or json.")] = "csv",
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Print a year's final energy and CO2e per group and carrier, raw and under one factor set."""
    from analysis.balance import balance  # noqa: PLC0415
    from api.answers.balance_rows import BALANCE_COLUMNS, balance_rows  # noqa: PLC0415
    from api.answers.documents import csv_text  # noqa: PLC0415
    from api.answers.shapes import balance_shape  # noqa: PLC0415
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
        typer.echo(csv_text(BALANCE_COLUMNS, balance_rows(found, house.portfolio)), nl=False)


def _tell(result: ImportResult, zone: ZoneInfo, *, dry_run: bool, as_json: bool) -> None:
    for line in result.refused_lines:
        say(f"line {line.line}: {line.reason}: {line.detail}")
    if as_json:
        print_json(asdict(result))
    else:
        span = (
            f"; from {local(result.first, zone)} to {local(result.last, zone)}"
            if result.first and result.last
            else ""
        )
        known = "" if result.known is None else f", {result.known} known already"
        stored = "to be stored (dry run)" if dry_run else "stored"
        typer.echo(
            f"{result.accepted} {stored}{known}, {result.missing} without value, {result.refused} refused{span}"
        )
    if result.refused:
        raise typer.Exit(ExitCode.FAILED)


def _zone(name: str | None) -> ZoneInfo | None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WrongCall(f"there is no time zone {name!r} (allowed: Europe/Berlin, UTC …)") from error
