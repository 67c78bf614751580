"""`probe …`: commissioning a device: what it says, which table describes it, where its values are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import ConfigurationError
from zaehlwerk.commands.options import JsonOption, PortfolioOption, StateOption, settings_from
from zaehlwerk.commands.output import number, on_terminal, print_json, print_table, say
from zaehlwerk.exits import ExitCode, WrongCall, unknown
from zaehlwerk.progress_bar import progress_bar

if TYPE_CHECKING:
    from collector.probing.probing import Visit
    from config.portfolio.sources import ModbusBus
    from config.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Commissioning: what a device says before it is part of a portfolio.")

_TARGET = "Host and port of the device or gateway, or the file of a serial line (/dev/ttyUSB0)."
_DISPLAY = "A value off the display, as energy=12345.6 or heat=12.345MWh; may be given several times."


@app.command("modbus")
def probe_modbus(  # noqa: PLR0913, PLR0917  each is an option
    target: Annotated[str, typer.Argument(metavar="HOST:PORT", help=_TARGET)],
    unit: Annotated[int, typer.Option("--unit", metavar="N", min=1, max=255, help="Unit id of the device.")],
    profile: Annotated[str | None, typer.Option("--profile", metavar="ID", help="Read it by this table.")] = None,
    find: Annotated[bool, typer.Option("--find", help="Try all tables; look for what the display shows.")] = False,
    display: Annotated[list[str] | None, typer.Option("--display", metavar="NAME=VALUE", help=_DISPLAY)] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Print the requests of a poll.")] = False,
    record: Annotated[
        str, typer.Option("--record", metavar="WHO", help="Keep who compared display and database, and when.")
    ] = "",
    transport: Annotated[
        str, typer.Option("--transport", metavar="T", help="How the device is reached: tcp, rtu_tcp or udp.")
    ] = "tcp",
    baud: Annotated[
        int, typer.Option("--baud", metavar="N", min=300, max=1_000_000, help="Speed of a serial line.")
    ] = 9600,
    parity: Annotated[str, typer.Option("--parity", metavar="P", help="Parity of a serial line: N, E or O.")] = "N",
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Read a device and judge what it says; never writes to it."""
    from collector.probing.displays import display_of  # noqa: PLC0415
    from collector.probing.probing import visit  # noqa: PLC0415
    from zaehlwerk.intake import profiles_of  # noqa: PLC0415
    from zaehlwerk.probe_document import document_of  # noqa: PLC0415

    if (profile is None) is not find:
        raise WrongCall("name a table with --profile ID, or look for one with --find")
    if record and not (profile and display):
        raise WrongCall("--record keeps a comparison: it needs --profile and --display")
    settings = settings_from(portfolio, state)
    tables = profiles_of(settings)
    if profile is not None and profile not in tables:
        raise unknown("device profile", profile, tables)
    source, shown = _source(target, transport, baud, parity), [display_of(one) for one in display or ()]
    source = replace(source, id=_known_bus(settings, source) or source.id)
    with progress_bar("Probe", watched=on_terminal()) as draw:
        came = asyncio.run(visit(source, unit, profiles=tables, profile=profile, displays=shown, progress=draw))
    document = document_of(came, plan=plan)
    if as_json:
        print_json(document)
    else:
        _print(came, document)
    if record:
        _keep(came, source, record, portfolio, state)
    if came.checked is None and not came.found:
        shows = "and nothing on the device is what the display shows: was it read off this device?"
        say(f"no table fits, {shows if shown else 'values off its display may find its registers (--display)'}")
        raise typer.Exit(ExitCode.FAILED)
    if came.checked is not None and all(one.value is None for one in came.checked.readings):
        raise typer.Exit(ExitCode.FAILED)


def _source(target: str, transport: str, baud: int, parity: str) -> ModbusBus:
    from collector.probing.proposal import NEW_BUS  # noqa: PLC0415
    from config.portfolio.sources import ModbusRtuBus, ModbusRtuTcpBus, ModbusTcpBus, ModbusUdpBus  # noqa: PLC0415

    if target.startswith("/"):
        if parity not in {"N", "E", "O"}:
            raise WrongCall(f"--parity {parity!r} (allowed: N, E, O)")
        return ModbusRtuBus(NEW_BUS, target, baud, parity)
    host, colon, port = target.rpartition(":")
    if not colon or not port.isdecimal() or not 1 <= int(port) <= 65_535:
        raise WrongCall(f"{target!r} is no address (allowed: HOST:PORT, /dev/ttyUSB0)")
    host, number = host.strip("[]"), int(port)
    match transport:
        case "tcp":
            return ModbusTcpBus(NEW_BUS, host, number)
        case "rtu_tcp":
            return ModbusRtuTcpBus(NEW_BUS, host, number)
        case "udp":
            return ModbusUdpBus(NEW_BUS, host, number)
        case _:
            raise WrongCall(f"--transport {transport!r} (allowed: tcp, rtu_tcp, udp)")


def _known_bus(settings: Settings, source: ModbusBus) -> str | None:
    from config.portfolio.files import load_portfolio  # noqa: PLC0415
    from zaehlwerk.commissioning import bus_at  # noqa: PLC0415

    if settings.portfolio is None:
        return None
    try:
        return bus_at(load_portfolio(settings.portfolio), source)
    except ConfigurationError:
        return None  # what is wrong with the portfolio is `check`'s to say


def _print(came: Visit, document: dict[str, Any]) -> None:
    _print_search(document)
    if document["readings"]:
        typer.echo(f"{came.endpoint} unit {came.unit} by {document['profile']}, {came.requests} requests")
        names = ("quantity", "phase", "value", "unit", "address")
        print_table(names, [tuple(one[name] for name in names) for one in document["readings"]])
    _print_requests(document)
    _print_displays(came, document.get("displays", ()))
    for problem in document["problems"]:
        say(problem)
    if came.yaml:
        typer.echo(came.yaml, nl=False)


def _print_displays(came: Visit, displays: Sequence[dict[str, Any]]) -> None:
    if displays and came.checked is None:
        agreeing = sum(one["agrees"] for one in displays)
        closest = came.candidates[0].profile
        typer.echo(f"no table shows all of it; {closest} shows {agreeing} of {len(displays)}:")
    for one in displays:
        verdict = "agrees" if one["agrees"] else "DIFFERS"
        read = (
            f"read {number(one['read'])}, {verdict}" if one["read"] is not None else "the table has no value for it"
        )
        typer.echo(f"display {one['quantity']} {one['display']} {one['unit']}: {read}")


def _print_search(document: dict[str, Any]) -> None:
    candidates = document.get("candidates", ())
    if candidates:
        names = ("profile", "plausible", "judged", "score")
        rows = [tuple(one[name] for name in names) for one in candidates[:10]]
        print_table(("profile", "plausible", "of", "score"), rows)
    equals = [one["profile"] for one in candidates if _rank(one) == _rank(candidates[0])]
    if len(equals) > 1:
        typer.echo(f"as good as one another, the type plate decides: {', '.join(equals)}")
    for one in document.get("matches", ()):
        where = f"function code {one['function_code']}, address {one['address']}, {one['type']}, {one['word_order']}"
        typer.echo(
            f"{one['quantity']} {one['display']} {one['unit']}: {where}, scale {one['scale']:f} ({one['sure']})"
        )


def _print_requests(document: dict[str, Any]) -> None:
    for row in document.get("plan", ()):
        once = ", once" if row["once"] else ""
        typer.echo(
            f"request: function code {row['function_code']}, {row['count']} registers from {row['address']}{once}"
        )


def _rank(candidate: dict[str, Any]) -> tuple[int, float]:
    return candidate["agreeing"], candidate["score"]


def _keep(came: Visit, source: ModbusBus, who: str, portfolio: Path | None, state: Path | None) -> None:
    from zaehlwerk.commissioning import keep_comparison  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house:
        for subject in keep_comparison(house, came, source, who):
            say(f"kept: {subject}, compared by {who}")
