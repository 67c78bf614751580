"""`read`, `exchange`, `events`: what people record about a meter."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

import typer

from zaehlwerk.commands.figures import MeterArgument
from zaehlwerk.commands.options import (
    AtOption,
    JsonOption,
    PortfolioOption,
    StateOption,
    instant_of,
    meter_of,
    not_to_come,
    settings_from,
)
from zaehlwerk.commands.output import local, print_json, print_table, say
from zaehlwerk.exits import WrongCall

_LARGEST_RATIO = 100_000
_ALL_TIME = timedelta(days=3660)


def read(
    meter: MeterArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What the display shows, in the meter's unit.")],
    at: AtOption = None,
    force: Annotated[
        str, typer.Option("--force", metavar="REASON", help="Why it is stored although it is not expected.")
    ] = "",
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Store a reading taken by a person; one that cannot be expected, or corrects another, needs a reason."""
    from api.hand_readings import HandReading, range_of, take, typed_number  # noqa: PLC0415
    from api.hand_readings import shown as as_displayed  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.noticing.telling import tell  # noqa: PLC0415
    from zaehlwerk.processes.web import evidence_of  # noqa: PLC0415

    shown = typed_number(value)
    with open_house(settings_from(portfolio, state)) as house:
        found, now = meter_of(house.portfolio, meter), house.clock()
        moment = instant_of(at, house.portfolio.district.zone) if at else now.replace(microsecond=0)
        evidence = evidence_of(house)
        expected = range_of(evidence, found, moment)
        low, high = (as_displayed(found, bound) for bound in (expected.low, expected.high))
        say(f"expected: {_bound(low)} to {_bound(high)} {found.unit}")
        try:
            take(evidence, HandReading(found.id, shown, moment, force, getpass.getuser()))
        finally:
            tell(house.beside, house.portfolio, lambda: house.operations, now=now)
    say(f"stored: {found.id} {shown} {found.unit} at {local(moment, house.portfolio.district.zone)}")


def exchange(  # noqa: PLR0913, PLR0917  each is an option
    meter: MeterArgument,
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="When the old device was taken away.")],
    old_end: Annotated[str, typer.Option("--old-end", metavar="V", help="Last display of the old device.")],
    new_start: Annotated[str, typer.Option("--new-start", metavar="V", help="First display of the new one.")],
    serial: Annotated[str | None, typer.Option("--serial", metavar="S", help="Serial number of the new one.")] = None,
    digits: Annotated[
        int | None, typer.Option("--digits", metavar="N", min=1, max=18, help="Its digits before the point.")
    ] = None,
    factor: Annotated[str | None, typer.Option("--factor", metavar="F", help="Its transformer ratio.")] = None,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Record that a device was exchanged, so that consumption goes on across it."""
    from gateway.operations import MeterEventRow  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house:
        found = meter_of(house.portfolio, meter)
        ratio, now = _to_canonical(found.unit), house.clock()
        event = MeterEventRow(
            id="",
            meter=found.id,
            kind="exchange",
            time=not_to_come(instant_of(at, house.portfolio.district.zone), now),
            old_end=_display(old_end, "--old-end") * ratio,
            new_start=_display(new_start, "--new-start") * ratio,
            serial=serial,
            digits=digits,
            factor=None if factor is None else _ratio(factor),
            detail="Zählerwechsel",
            state="recorded",
            author=getpass.getuser(),
            recorded_at=now,
        )
        recorded = house.operations.events.record(event)
    say(f"recorded: exchange of {found.id}, event {recorded.id}")


def events(
    meter: MeterArgument, as_json: JsonOption = False, portfolio: PortfolioOption = None, state: StateOption = None
) -> None:
    """Print what happened to a meter: recorded by people, and noticed in its readings."""
    from analysis.consumption import consumption  # noqa: PLC0415
    from analysis.figures import Resolution  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house:
        found, now, zone = meter_of(house.portfolio, meter), house.clock(), house.portfolio.district.zone
        noticed = consumption(house.books, found.id, now - _ALL_TIME, now, Resolution.YEAR, now=now).events
    rows = [asdict(one) | {"time": local(one.time, zone)} for one in noticed]
    if as_json:
        print_json({"meter": found.id, "events": rows})
        return
    names = ("id", "kind", "time", "state", "detail")
    print_table(names, [tuple(row[name] for name in names) for row in rows])


def _bound(shown: float | None) -> str:
    return "–" if shown is None else str(shown)


def _display(text: str, option: str) -> Decimal:
    from api.hand_readings import LARGEST_DISPLAY, typed_number  # noqa: PLC0415

    shown = typed_number(text)
    if not 0 <= shown < LARGEST_DISPLAY:
        raise WrongCall(f"{option} {text} is no display of a meter (allowed: 0 to 15 digits)")
    return shown


def _ratio(text: str) -> Decimal:
    from api.hand_readings import typed_number  # noqa: PLC0415

    ratio = typed_number(text)
    if not 0 < ratio <= _LARGEST_RATIO:
        raise WrongCall(f"--factor {text} is no transformer ratio (allowed: more than 0, at most {_LARGEST_RATIO})")
    return ratio


def _to_canonical(unit: str) -> Decimal:
    from config.quantities import UNITS  # noqa: PLC0415

    return Decimal(UNITS[unit][1])
