"""`import …` and `export …`: files from others and for others."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.options import JsonOption, PortfolioOption, StateOption, YearArgument, meter_of, settings_from
from zaehlwerk.commands.output import local, on_terminal, print_json, say
from zaehlwerk.commands.preview import save, show_preview, tell_proposal, tell_spacing, tell_uncounted
from zaehlwerk.exits import ExitCode, unknown
from zaehlwerk.progress_bar import progress_bar

if TYPE_CHECKING:
    from datetime import tzinfo
    from zoneinfo import ZoneInfo

    from collector.files import ImportResult

imports = typer.Typer(no_args_is_help=True, help="Readings and weather from files.")
exports = typer.Typer(no_args_is_help=True, help="Files for others.")

_FORMATS = ("csv", "json")
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]


ZoneOption = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="Z", help="Zone of stamps without offset, or +01:00; else the district's."),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Read and check everything, store nothing.")]


@imports.callback()
def import_() -> None:
    """Readings and weather from files."""


@imports.command("readings")
def import_readings(  # noqa: PLR0913, PLR0917  each is an option
    file: FileArgument,
    meter: Annotated[
        str | None, typer.Option("--meter", metavar="ID", help="Whose readings they are, if the file does not tell.")
    ] = None,
    quantity: Annotated[
        str | None, typer.Option("--quantity", metavar="Q", help="Another one than the meter's own.")
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", metavar="NAME", help="Which one of several columns of numbers.")
    ] = None,
    decimal: Annotated[
        str | None,
        typer.Option("--decimal", metavar=",|.", help="What stands before decimals, if the file is unclear."),
    ] = None,
    dates: Annotated[
        str | None, typer.Option("--dates", metavar="ORDER", help="Of 03/04/2025: day_first or month_first.")
    ] = None,
    time_zone: ZoneOption = None,
    stamps: Annotated[
        str | None, typer.Option("--stamps", metavar="start|end", help="Which end of an interval a stamp names.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", exists=True, dir_okay=False, help="What the columns mean (YAML)."),
    ] = None,
    save_mapping: Annotated[
        Path | None,
        typer.Option("--save-mapping", metavar="FILE", help="Write down what the columns were taken for."),
    ] = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Import readings from CSV, XLSX or MSCONS; exit 1 if lines were refused, the others are stored."""
    from collector.files import Asked, DryRun, import_file, load_mapping  # noqa: PLC0415
    from config.meters.meter import Stamps  # noqa: PLC0415
    from gateway.sourced import sourced  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.noticing.telling import told  # noqa: PLC0415
    from zaehlwerk.processes.inbox import notes_of  # noqa: PLC0415

    _demand_known(quantity, decimal, dates, stamps)
    end = None if stamps is None else Stamps(stamps)
    asked = Asked(meter, quantity, column, decimal, dates, None if time_zone is None else str(_zone(time_zone)), end)
    with (
        open_house(settings_from(portfolio, state)) as house,
        told(house),
        progress_bar("Import", watched=on_terminal()) as draw,
    ):
        if meter is not None:
            meter_of(house.portfolio, meter)
        taken = import_file(
            file,
            house.portfolio,
            DryRun(house.store) if dry_run else sourced(house.sink, _brought_by(file)),
            now=house.clock(),
            asked=asked,
            mapping=None if mapping is None else load_mapping(mapping, house.portfolio),
            notes=None if dry_run else notes_of(house.intake),
            progress=lambda done, whole: draw(done / max(whole, 1), file.name),
        )
        zone, declared = house.portfolio.district.zone, house.portfolio
    if save_mapping is not None:
        save(taken.proposal.mapping, save_mapping)
    tell_proposal(taken.proposal, is_proposed=mapping is None)
    tell_spacing(taken.result, declared)
    tell_uncounted(taken.result, declared)
    if dry_run and not as_json:
        show_preview(taken.result, zone)
    _tell(taken.result, zone, as_json=as_json, is_dry=dry_run)


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
    from collector.files import DryRun  # noqa: PLC0415
    from collector.files import import_weather as take  # noqa: PLC0415
    from gateway.sourced import sourced  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.noticing.telling import told  # noqa: PLC0415

    with (
        open_house(settings_from(portfolio, state)) as house,
        told(house),
        progress_bar("Import", watched=on_terminal()) as draw,
    ):
        result = take(
            file,
            house.portfolio,
            DryRun(house.store) if dry_run else sourced(house.sink, _brought_by(file)),
            now=house.clock(),
            station=station,
            zone=_zone(time_zone),
            progress=lambda done, whole: draw(done / max(whole, 1), file.name),
        )
    _tell(result, house.portfolio.district.zone, as_json=as_json, is_dry=dry_run)


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
    from analysis.properties.balance import balance  # noqa: PLC0415
    from analysis.properties.trust import witnesses_of  # noqa: PLC0415
    from api.answers.balance_rows import BALANCE_COLUMNS, balance_rows, district_ars  # noqa: PLC0415
    from api.answers.documents import csv_text  # noqa: PLC0415
    from api.answers.shapes import balance_shape  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    if form not in _FORMATS:
        raise unknown("format", form, _FORMATS)
    with open_house(settings_from(portfolio, state)) as house:
        chosen = factor_set or house.books.default_factor_set
        if chosen not in house.books.factor_sets:
            raise unknown("factor set", chosen, house.books.factor_sets)
        now = house.clock()
        found = balance(house.books, year, chosen, now=now)
        if form == "json":
            print_json(balance_shape(found, witnesses_of(house.books, now=now)))
            return
        typer.echo(csv_text(BALANCE_COLUMNS, balance_rows(found, house.portfolio)), nl=False)
        if district_ars(house.portfolio) is None:
            say("look at this: the column ars is empty: declare `ars` at the municipality of kind district")


def _tell(result: ImportResult, zone: ZoneInfo, *, as_json: bool, is_dry: bool) -> None:
    for line in result.refused_lines:
        say(f"line {line.line}: {line.reason}: {line.detail}")
    if as_json:
        print_json(asdict(result))
    else:
        span = ""
        if result.first and result.last:
            span = f"; from {local(result.first, zone)} to {local(result.last, zone)}"
        known = "" if result.known is None or is_dry else f", {result.known} known already"
        verb = "to be stored (dry run)" if is_dry else "stored"
        counts = f"{result.missing} without value, {result.refused} refused, {result.skipped} lines skipped"
        typer.echo(f"{result.accepted} {verb}{known}{_replaced(result, is_dry=is_dry)}, {counts}{span}")
    if result.refused:
        raise typer.Exit(ExitCode.FAILED)


def _replaced(result: ImportResult, *, is_dry: bool) -> str:
    if not result.replaced:
        return ""
    values = "value" if result.replaced == 1 else "values"
    return f", {result.replaced} stored {values} {'would be replaced' if is_dry else 'replaced'}"


def _brought_by(file: Path) -> str:
    return f"{file.name} ({getpass.getuser()})"


def _demand_known(quantity: str | None, decimal: str | None, dates: str | None, stamps: str | None) -> None:
    from collector.files.mapping import DATES  # noqa: PLC0415
    from config.meters.meter import Stamps  # noqa: PLC0415
    from config.quantities import QUANTITIES  # noqa: PLC0415

    if quantity is not None and quantity not in QUANTITIES:
        raise unknown("quantity", quantity, QUANTITIES)
    for what, word, known in (
        ("end of an interval", stamps, tuple(Stamps)),
        ("decimal sign", decimal, (",", ".")),
        ("order of dates", dates, DATES),
    ):
        if word is not None and word not in known:
            raise unknown(what, word, known)


def _zone(name: str | None) -> tzinfo | None:
    from collector.files.mapping import zone_of  # noqa: PLC0415

    return None if name is None else zone_of(name)
