"""`exchange`: what a person writes down when a device is replaced."""

from __future__ import annotations

import getpass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from zaehlwerk.commands.figures import MeterArgument
from zaehlwerk.commands.options import (
    PortfolioOption,
    StateOption,
    instant_until,
    meter_of,
    settings_from,
)
from zaehlwerk.commands.output import say
from zaehlwerk.exits import WrongCall

SerialOption = Annotated[str | None, typer.Option("--serial", metavar="S", help="Serial number of the new one.")]
DigitsOption = Annotated[
    int | None, typer.Option("--digits", metavar="N", min=1, max=18, help="Its digits before the point.")
]


def exchange(  # noqa: PLR0913, PLR0917  each is an option
    meter: MeterArgument,
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="When the old device was taken away.")],
    old_end: Annotated[str, typer.Option("--old-end", metavar="V", help="Last display of the old device.")],
    new_start: Annotated[str, typer.Option("--new-start", metavar="V", help="First display of the new one.")],
    serial: SerialOption = None,
    digits: DigitsOption = None,
    factor: Annotated[str | None, typer.Option("--factor", metavar="F", help="Its transformer ratio.")] = None,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why the old end is right although it is not expected.")
    ] = "",
    corrects: Annotated[
        str | None, typer.Option("--corrects", metavar="ID", help="The exchange that is told anew.")
    ] = None,
    photo_old: Annotated[
        Path | None,
        typer.Option(
            "--photo-old", metavar="FILE", exists=True, dir_okay=False, help="A picture of the old display."
        ),
    ] = None,
    photo_new: Annotated[
        Path | None,
        typer.Option("--photo-new", metavar="FILE", exists=True, dir_okay=False, help="And of the new one."),
    ] = None,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Record that a device was exchanged, so that consumption goes on across it."""
    from api.entries.exchanges import Exchange, photos_of, record_exchange  # noqa: PLC0415
    from api.expected.devices import expected_end  # noqa: PLC0415
    from api.expected.ranges import range_words  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.processes.web import evidence_of  # noqa: PLC0415

    pictures = {"photo_old": photo_old, "photo_new": photo_new}
    with open_house(settings_from(portfolio, state)) as house:
        found, evidence = meter_of(house.portfolio, meter), evidence_of(house)
        moment = instant_until(house.clock(), at, house.portfolio.district.zone)
        told = Exchange(
            found.id,
            moment,
            display(old_end, "--old-end"),
            display(new_start, "--new-start"),
            getpass.getuser(),
            serial=serial,
            digits=digits,
            factor=None if factor is None else ratio(factor),
            reason=reason,
            corrects=corrects,
            photos=photos_of({name: path.read_bytes() for name, path in pictures.items() if path is not None}),
        )
        expected = expected_end(evidence, found, moment, without=corrects)
        say(f"expected end of the old device: {range_words(found, expected)}")
        recorded = record_exchange(evidence, told)
    say(f"recorded: exchange of {found.id}, event {recorded.id}")


def display(text: str, option: str) -> Decimal:
    """Return what a display shows; raises `WrongCall` for what none can show."""
    from api.displays import is_display  # noqa: PLC0415
    from api.entries.typed_numbers import typed_amount  # noqa: PLC0415

    shown = typed_amount(text)
    if not is_display(shown):
        raise WrongCall(f"{option} {text} is no display of a meter (allowed: 0 to 15 digits)")
    return shown


def ratio(text: str) -> Decimal:
    """Return a transformer ratio; raises `WrongCall` for what cannot be one."""
    from api.entries.typed_numbers import typed_amount  # noqa: PLC0415
    from config.meters.meter import LARGEST_TRANSFORMER, SMALLEST_RATIO  # noqa: PLC0415

    found = typed_amount(text)
    if not SMALLEST_RATIO <= found <= LARGEST_TRANSFORMER:
        allowed = f"{SMALLEST_RATIO} to {LARGEST_TRANSFORMER}"
        raise WrongCall(f"--factor {text} is no transformer ratio (allowed: {allowed})")
    return found
