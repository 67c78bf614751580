"""`events`, `event accept|reject|undo`: what happened to a meter, and what people say to it."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.exchanging import DigitsOption, SerialOption, display
from zaehlwerk.commands.figures import MeterArgument
from zaehlwerk.commands.options import (
    AtOption,
    JsonOption,
    PortfolioOption,
    StateOption,
    instant_of,
    meter_of,
    settings_from,
)
from zaehlwerk.commands.output import local, print_json, print_table, say
from zaehlwerk.exits import WrongCall

if TYPE_CHECKING:
    from api.events.event_decisions import Decision
    from gateway.operations import MeterEventRow

app = typer.Typer(no_args_is_help=True, help="Decide what an event means.")
EventArgument = Annotated[str, typer.Argument(metavar="ID", help="The event's id, as `events` prints it.")]
CommentOption = Annotated[str, typer.Option("--comment", metavar="TEXT", help="Why.")]


def events(
    meter: MeterArgument, as_json: JsonOption = False, portfolio: PortfolioOption = None, state: StateOption = None
) -> None:
    """Print what happened to a meter, newest first: recorded by people, and noticed in its readings."""
    from api.answers.event_shapes import known_event_shape  # noqa: PLC0415
    from api.events.known_events import every_event  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.processes.web import evidence_of  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house:
        found, zone = meter_of(house.portfolio, meter), house.portfolio.district.zone
        known = every_event(evidence_of(house), found)
    if as_json:
        print_json({"meter": found.id, "events": [known_event_shape(one, found.unit, zone) for one in known]})
        return
    rows = [
        (
            one.event.id,
            one.event.kind,
            local(one.event.time, zone),
            one.event.state,
            one.event.detail,
            _device_words(one.row, found.unit),
        )
        for one in known
    ]
    print_table(("id", "kind", "time", "state", "detail", "device"), rows)


def _device_words(row: MeterEventRow | None, unit: str) -> str:
    """Return what was written down of an exchange of devices, or is proposed; empty for other events."""
    if row is None or row.kind not in {"exchange", "exchange_suspected"}:
        return ""
    shown = {
        "old end": None if row.old_end is None else f"{row.old_end} {unit}",
        "new start": None if row.new_start is None else f"{row.new_start} {unit}",
        "serial": row.serial,
        "digits": row.digits,
        "factor": row.factor,
    }
    return ", ".join(f"{name} {value}" for name, value in shown.items() if value is not None)


@app.command()
def accept(  # noqa: PLR0913, PLR0917  each is an option
    event: EventArgument,
    comment: CommentOption = "",
    at: AtOption = None,
    old_end: Annotated[
        str | None, typer.Option("--old-end", metavar="V", help="Exchange: last display of the old device.")
    ] = None,
    new_start: Annotated[
        str | None, typer.Option("--new-start", metavar="V", help="Exchange: first display of the new one.")
    ] = None,
    serial: SerialOption = None,
    digits: DigitsOption = None,
    factor: Annotated[
        str | None, typer.Option("--factor", metavar="F", help="By what readings count since then.")
    ] = None,
    shift: Annotated[
        int | None, typer.Option("--shift", metavar="SECONDS", help="Clock: by what stamps are to be moved.")
    ] = None,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Say that a proposed event is real; what is not given is as proposed."""
    from api.entries.typed_numbers import typed_amount  # noqa: PLC0415
    from api.events.event_decisions import Decision, Verdict  # noqa: PLC0415
    from config.portfolio.files import load_portfolio  # noqa: PLC0415
    from zaehlwerk.intake import portfolio_folder  # noqa: PLC0415

    settings = settings_from(portfolio, state)
    zone = load_portfolio(portfolio_folder(settings)).district.zone
    decision = Decision(
        event,
        Verdict.ACCEPT,
        getpass.getuser(),
        comment,
        at=None if at is None else instant_of(at, zone),
        old_end=None if old_end is None else display(old_end, "--old-end"),
        new_start=None if new_start is None else display(new_start, "--new-start"),
        serial=serial,
        digits=digits,
        factor=None if factor is None else typed_amount(factor),
        shift_s=shift,
    )
    _decide(decision, portfolio, state)


@app.command()
def reject(
    event: EventArgument, comment: CommentOption = "", portfolio: PortfolioOption = None, state: StateOption = None
) -> None:
    """Say that a proposed event is none."""
    from api.events.event_decisions import Decision, Verdict  # noqa: PLC0415

    _decide(Decision(event, Verdict.REJECT, getpass.getuser(), comment), portfolio, state)


@app.command()
def undo(
    event: EventArgument, comment: CommentOption = "", portfolio: PortfolioOption = None, state: StateOption = None
) -> None:
    """Take back the last decision on an event, or the last record or correction of an exchange."""
    from api.events.event_decisions import undo as take_back  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.noticing.telling import told  # noqa: PLC0415
    from zaehlwerk.processes.web import evidence_of  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house, told(house):
        standing = take_back(evidence_of(house), event, author=getpass.getuser(), comment=comment)
    say(f"taken back: {event}" + ("" if standing is None else f", now {standing.state}"))


def _decide(decision: Decision, portfolio: PortfolioOption, state: StateOption) -> None:
    from api.answers.problems import InvalidInput  # noqa: PLC0415
    from api.events.event_decisions import decide  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.noticing.telling import told  # noqa: PLC0415
    from zaehlwerk.processes.web import evidence_of  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house, told(house):
        try:
            row = decide(evidence_of(house), decision)
        except InvalidInput as error:
            raise WrongCall(str(error)) from error
    say(f"{row.state}: {row.id}" + (", now an exchange" if row.kind == "exchange" else ""))
