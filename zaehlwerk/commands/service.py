"""`run`, `collect`, `watch`, `serve`, `simulate`, `demo`, `evaluate`: the processes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.options import AtOption, PortfolioOption, StateOption, instant_until, settings_from
from zaehlwerk.commands.output import on_terminal, say
from zaehlwerk.exits import ExitCode

if TYPE_CHECKING:
    from config.settings import Settings
    from zaehlwerk.composition import House
    from zaehlwerk.processes.parts import Part

HostOption = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen; this machine alone.")]
PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help="Where to listen.")]
_LOOPBACK, _PORT = "127.0.0.1", 8000


def run(
    host: HostOption = _LOOPBACK,
    port: PortOption = _PORT,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Collect, watch and serve in one process, on the embedded store unless InfluxDB is set."""
    from zaehlwerk.intake import COLLECTOR_SPOOL  # noqa: PLC0415
    from zaehlwerk.processes.collecting import collecting  # noqa: PLC0415
    from zaehlwerk.processes.parts import of_intake  # noqa: PLC0415
    from zaehlwerk.processes.serving import serving  # noqa: PLC0415
    from zaehlwerk.processes.watching import watching  # noqa: PLC0415
    from zaehlwerk.processes.web_server import listening_socket  # noqa: PLC0415

    settings = settings_from(portfolio, state)
    parts = [of_intake(collecting), watching, serving(listening_socket(host, port))]
    _run(settings, parts, name="run", spool_name=COLLECTOR_SPOOL)


def collect(portfolio: PortfolioOption = None, state: StateOption = None) -> None:
    """Fetch what the meters say and make it durable."""
    from zaehlwerk.intake import open_intake  # noqa: PLC0415
    from zaehlwerk.logs import configure_logging  # noqa: PLC0415
    from zaehlwerk.processes.collecting import collecting  # noqa: PLC0415
    from zaehlwerk.processes.parts import run_parts  # noqa: PLC0415
    from zaehlwerk.processes.running import run_async  # noqa: PLC0415

    configure_logging()
    with open_intake(settings_from(portfolio, state)) as intake:
        run_async(run_parts(intake, [collecting], name="collect"))


def edge(
    edge_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Name of this box at the centre [ZAEHLWERK_EDGE_ID].")
    ] = None,
    uplink: Annotated[
        str | None, typer.Option("--uplink", metavar="URL", help="The centre's broker [ZAEHLWERK_UPLINK_URL].")
    ] = None,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Fetch what the meters of one building say, keep it, and send it to the centre."""
    from config.settings import load_settings  # noqa: PLC0415
    from zaehlwerk.logs import configure_logging  # noqa: PLC0415
    from zaehlwerk.processes.edge import run_edge  # noqa: PLC0415
    from zaehlwerk.processes.running import run_async  # noqa: PLC0415

    settings = load_settings(portfolio=portfolio, state=state, edge_id=edge_id, uplink_url=uplink)
    configure_logging()
    run_async(run_edge(settings))


def watch(portfolio: PortfolioOption = None, state: StateOption = None) -> None:
    """Judge what is due and send mails."""
    from zaehlwerk.processes.watching import watching  # noqa: PLC0415

    _run(settings_from(portfolio, state), [watching], name="watch", spool_name=None)


def serve(
    host: HostOption = _LOOPBACK,
    port: PortOption = _PORT,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Answer people and programs: pages and the REST interface."""
    from zaehlwerk.intake import SERVER_SPOOL  # noqa: PLC0415
    from zaehlwerk.processes.collecting import forwarding  # noqa: PLC0415
    from zaehlwerk.processes.parts import of_intake  # noqa: PLC0415
    from zaehlwerk.processes.serving import serving  # noqa: PLC0415
    from zaehlwerk.processes.web_server import listening_socket  # noqa: PLC0415

    parts = [of_intake(forwarding), serving(listening_socket(host, port))]
    _run(settings_from(portfolio, state), parts, name="serve", spool_name=SERVER_SPOOL)


def simulate(portfolio: PortfolioOption = None) -> None:
    """Answer as every Modbus and MQTT meter of a portfolio would, on the addresses that it names."""
    from zaehlwerk.logs import configure_logging  # noqa: PLC0415
    from zaehlwerk.processes.running import run_async  # noqa: PLC0415
    from zaehlwerk.processes.simulating import simulated  # noqa: PLC0415

    settings = settings_from(portfolio)
    configure_logging()
    run_async(simulated(settings))


def demo(
    port: PortOption = _PORT,
    seconds: Annotated[
        float | None, typer.Option("--for", metavar="SECONDS", min=0, help="End by itself so long after it is ready.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="DIR", help="Keep the state here and go on with it next time.")
    ] = None,
) -> None:
    """Start the sample district: simulated meters, three years of history, everything in one process."""
    from zaehlwerk.demo.running import DemoOptions, run_demo  # noqa: PLC0415
    from zaehlwerk.logs import configure_logging  # noqa: PLC0415
    from zaehlwerk.processes.running import run_async  # noqa: PLC0415

    configure_logging()
    run_async(run_demo(DemoOptions(port, seconds, state, watched=on_terminal())))


def evaluate(at: AtOption = None, portfolio: PortfolioOption = None, state: StateOption = None) -> None:
    """Judge once what is due and not judged yet; mails go into the outbox."""
    from alerts.passes import judge_due  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house:
        now = house.clock()
        if at:
            # As of a day to come every meter would be silent, and its facility manager be told so.
            now = instant_until(now, at, house.portfolio.district.zone)
        summary = judge_due(house.books, house.operations, now=now)
    for failure in summary.failures:
        say(f"{failure.rule} of {failure.subject}, {failure.period_start.isoformat()}: {failure.reason}")
    typer.echo(
        f"{summary.judged} judged, {summary.fired} alerts opened, {summary.resolved} resolved, "
        f"{summary.messages} messages, {summary.proposed} events proposed, {summary.withdrawn} withdrawn, "
        f"{len(summary.failures)} failed"
    )
    if summary.failures:
        raise typer.Exit(ExitCode.FAILED)


def _run(settings: Settings, parts: Sequence[Part[House]], *, name: str, spool_name: str | None) -> None:
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.logs import configure_logging  # noqa: PLC0415
    from zaehlwerk.processes.parts import run_parts  # noqa: PLC0415
    from zaehlwerk.processes.running import run_async  # noqa: PLC0415

    configure_logging()
    with open_house(settings, spool_name=spool_name) as house:
        run_async(run_parts(house, parts, name=name))
