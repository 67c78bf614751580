"""`read`, `deliver`: what a person reads off a display, or a delivery note."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from zaehlwerk.commands.figures import MeterArgument
from zaehlwerk.commands.options import (
    AtOption,
    PortfolioOption,
    StateOption,
    instant_of,
    meter_of,
    settings_from,
)
from zaehlwerk.commands.output import local, say
from zaehlwerk.exits import WrongCall


def read(
    meter: MeterArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What the display shows, in the meter's unit.")],
    at: AtOption = None,
    force: Annotated[
        str, typer.Option("--force", metavar="REASON", help="Why it is stored although it is not expected.")
    ] = "",
    photo: Annotated[
        Path | None,
        typer.Option("--photo", metavar="FILE", exists=True, dir_okay=False, help="A picture of the display."),
    ] = None,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Store a reading taken by a person; one that cannot be expected, or corrects another, needs a reason."""
    from api.entries.hand_readings import HandReading, range_of, take  # noqa: PLC0415
    from api.entries.typed_numbers import typed_amount  # noqa: PLC0415
    from api.expected.ranges import canonical, range_words  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.noticing.telling import told  # noqa: PLC0415
    from zaehlwerk.processes.web import evidence_of  # noqa: PLC0415

    shown = typed_amount(value)
    with open_house(settings_from(portfolio, state)) as house, told(house):
        found, now = meter_of(house.portfolio, meter), house.clock()
        moment = instant_of(at, house.portfolio.district.zone) if at else now.replace(microsecond=0)
        evidence = evidence_of(house)
        if found.is_virtual:
            raise WrongCall(f"{found.id} is worked out from other meters: nobody reads it")
        expected = range_of(evidence, found, moment)
        say(f"expected: {range_words(found, expected)}")
        picture = None if photo is None else photo.read_bytes()
        take(evidence, HandReading(found.id, shown, moment, force, getpass.getuser(), picture))
    if expected.low is not None and canonical(found, shown) < expected.low:
        say(f"look at this: it is below what is known; what that means for consumption: zaehlwerk events {found.id}")
    say(f"stored: {found.id} {shown} {found.unit} at {local(moment, house.portfolio.district.zone)}")


def deliver(
    meter: MeterArgument,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="What was delivered, in the meter's unit.")],
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="When it was filled in.")],
    force: Annotated[
        str, typer.Option("--force", metavar="REASON", help="Why it is stored although it is not expected.")
    ] = "",
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Record a delivery to a tank or store; more than it holds, or a correction, needs a reason."""
    from api.entries.deliveries import Delivery, take_delivery  # noqa: PLC0415
    from api.entries.typed_numbers import typed_amount  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.noticing.telling import told  # noqa: PLC0415
    from zaehlwerk.processes.web import evidence_of  # noqa: PLC0415

    delivered = typed_amount(amount)
    with open_house(settings_from(portfolio, state)) as house, told(house):
        found, zone = meter_of(house.portfolio, meter), house.portfolio.district.zone
        moment = instant_of(at, zone)
        take_delivery(evidence_of(house), Delivery(found.id, delivered, moment, force, getpass.getuser()))
    say(f"stored: {delivered} {found.unit} delivered to {found.id} at {local(moment, zone)}")
