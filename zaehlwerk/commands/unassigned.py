"""`unassigned`: what arrives and belongs to no meter, and taking it into the portfolio."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zaehlwerk.commands import sent_meters
from zaehlwerk.commands.broker import documents, shown
from zaehlwerk.commands.options import JsonOption, PortfolioOption, StateOption, property_of, settings_from
from zaehlwerk.commands.output import print_json, print_table, say
from zaehlwerk.exits import WrongCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collector.mqtt.discovery.proposals import Proposal
    from collector.mqtt.discovery.unassigned import Stranger

app = typer.Typer(invoke_without_command=True, help="What arrives and belongs to no meter.")
RESTART = "Restart `collect`, `serve` and `run`, whichever are running: they know the meter from their next start on."
NO_DISCOVERY = (
    'No broker looks for new topics: write discover: "#" (or a pattern such as "schulen/#") into its entry in '
    "district.yaml and restart `collect` or `run`."
)


@app.callback()
def unassigned(
    context: typer.Context,
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Print what arrived and belongs to no meter, each with a proposal."""
    if context.invoked_subcommand is not None:
        return
    from config.portfolio.files import load_portfolio  # noqa: PLC0415
    from config.portfolio.sources import discovers  # noqa: PLC0415
    from zaehlwerk.intake import portfolio_folder  # noqa: PLC0415
    from zaehlwerk.unassigned_topics import strangers_of  # noqa: PLC0415
    from zaehlwerk.unknown_meters import unknown_meters  # noqa: PLC0415

    settings = settings_from(portfolio, state)
    there = load_portfolio(portfolio_folder(settings))
    found, sent = list(strangers_of(there, settings.state)), unknown_meters(there, settings.state)
    if as_json:
        print_json([_document(one) for one in found] + [sent_meters.document(one) for one in sent])
        return
    rows = [(one.source, one.topic, one.device, one.format, one.messages, _first(one)) for one in found]
    print_table(("source", "topic", "device", "format", "messages", "proposal"), rows)
    sent_meters.print_sent(sent)
    if not discovers(there.sources):
        say(NO_DISCOVERY)


@app.command()
def accept(  # noqa: PLR0913, PLR0917  each is an option
    topic: Annotated[str, typer.Argument(metavar="TOPIC|METER", help="As `unassigned` prints it.")],
    property_id: Annotated[str, typer.Option("--property", metavar="ID", help="The meter's property.")],
    meter: Annotated[
        str, typer.Option("--meter", metavar="ID", help="Of a topic: the new meter's id. A sent meter has one.")
    ] = "",
    device: Annotated[str, typer.Option("--device", metavar="D", help="On a shared topic: as printed.")] = "",
    value: Annotated[str, typer.Option("--value", metavar="PATH", help="Another value than the proposed one.")] = "",
    medium: Annotated[str, typer.Option("--medium", metavar="M", help="Another medium than the proposed one.")] = "",
    unit: Annotated[str, typer.Option("--unit", metavar="U", help="Another unit than the proposed one.")] = "",
    state_number: Annotated[
        float | None, typer.Option("--state-number", metavar="Z", help="Of gas in m3, off the bill (Zustandszahl).")
    ] = None,
    heating_value: Annotated[
        float | None, typer.Option("--heating-value", metavar="H", help="Of gas in m3, off the bill [kWh/m3, Hs].")
    ] = None,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Write a meter for a topic, or a sent one, into its property's file; nothing is kept that `check` refuses."""
    from collector.mqtt.discovery.unassigned import strike_off  # noqa: PLC0415
    from config.portfolio.files import load_portfolio  # noqa: PLC0415
    from zaehlwerk.intake import portfolio_folder  # noqa: PLC0415
    from zaehlwerk.portfolio_writing import add_meter  # noqa: PLC0415
    from zaehlwerk.unassigned_topics import strangers_of  # noqa: PLC0415
    from zaehlwerk.unknown_meters import unknown_meters  # noqa: PLC0415

    settings = settings_from(portfolio, state)
    folder = portfolio_folder(settings)
    there = load_portfolio(folder)
    property_of(there, property_id)
    sent = None if device or value else sent_meters.called(topic, meter, unknown_meters(there, settings.state))
    stranger = None
    if sent is not None:
        entry = sent_meters.entry(sent, medium, unit)
    else:
        if not meter:
            raise WrongCall("--meter is missing: the new meter's id (what is sent under an id of its own needs none)")
        stranger = _stranger(list(strangers_of(there, settings.state)), topic, device)
        proposal = _chosen(stranger, value, is_unit_told=bool(unit))
        entry = proposal.entry(meter, stranger.source, medium=medium or None, unit=unit or None)
    file = add_meter(folder, property_id, entry | _conversion(entry, state_number, heating_value))
    if stranger is not None:
        strike_off(settings.state, stranger)
    typer.echo(f"{file}: {entry['id']}")
    say(RESTART if stranger is not None else f"{RESTART} {sent_meters.STAYS_REFUSED}")


def _stranger(found: Sequence[Stranger], topic: str, device: str) -> Stranger:
    fitting = [one for one in found if one.topic == topic and (not device or one.device == device)]
    if not fitting:
        raise WrongCall(f"nothing unassigned on {topic!r} (allowed: what `zaehlwerk unassigned` prints)")
    if len(fitting) > 1:
        names = ", ".join(one.device or one.source for one in fitting)
        raise WrongCall(f"several devices on {topic!r}: say which with --device (allowed: {names})")
    return fitting[0]


def _proposals(one: Stranger) -> list[Proposal]:
    from zaehlwerk.unassigned_topics import proposals_of  # noqa: PLC0415

    return proposals_of(one)


def _chosen(one: Stranger, value: str, *, is_unit_told: bool) -> Proposal:
    from collector.mqtt.discovery.proposals import Proposal  # noqa: PLC0415

    found = _proposals(one)
    if not value:
        counters = [proposal for proposal in found if proposal.is_counter]
        if not counters and [proposal.value_path for proposal in found] == [""]:
            # A bare number: there is no path to name, but nobody guesses what it counts in.
            if is_unit_told:
                return found[0]
            raise WrongCall(f"{one.topic!r} gives a number and no unit: say it with --unit, and --medium")
        if not counters:
            allowed = ", ".join(proposal.value_path for proposal in found)
            raise WrongCall(f"no value of {one.topic!r} is clearly a counter: say which with --value ({allowed})")
        return counters[0]
    fitting = [proposal for proposal in found if proposal.value_path == value]
    if fitting:
        return fitting[0]
    if not found:
        return Proposal(one.topic, "json", value, None, None, None, None, None, None, ())
    return replace(found[0], value_path=value, unit=None, quantity=None, medium=None)


def _conversion(entry: dict[str, Any], state_number: float | None, heating_value: float | None) -> dict[str, Any]:
    """Return what makes kWh of a gas meter's m3; both stand on the gas bill and are never guessed."""
    is_gas_volume = entry["medium"] == "natural_gas" and entry.get("quantity", "volume") == "volume"
    if not is_gas_volume and (state_number is not None or heating_value is not None):
        raise WrongCall(f"--state-number and --heating-value belong to gas in m3, this is {entry['medium']}")
    if not is_gas_volume:
        return {}
    if state_number is None or heating_value is None:
        raise WrongCall("gas in m3 becomes kWh by --state-number and --heating-value [kWh/m3]: see the gas bill")
    return {"gas": {"state_number": state_number, "heating_value_kwh_m3": heating_value}}


def _first(one: Stranger) -> str:
    found = _proposals(one)
    return "–" if not found else f"{found[0].value_path or 'value'} {shown(found[0])}"


def _document(one: Stranger) -> dict[str, Any]:
    from gateway.reading import instant  # noqa: PLC0415

    return {
        "source": one.source,
        "topic": one.topic,
        "device": one.device or None,
        "format": one.format or None,
        "messages": one.messages,
        "first": instant(one.first_ms).isoformat(),
        "last": instant(one.last_ms).isoformat(),
        "proposals": documents(_proposals(one)),
    }
