"""`rebuild`: derives the daily ledger again from raw readings, to prove that it stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.options import PortfolioOption, StateOption, day_or_instant, meter_of, settings_from
from zaehlwerk.commands.output import on_terminal, say
from zaehlwerk.exits import ExitCode, WrongCall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from config.meters.meter import Meter
    from config.portfolio.portfolio import Portfolio


def rebuild(
    meter: Annotated[str | None, typer.Option("--meter", metavar="ID", help="Only this one.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day to derive again; default: all.")
    ] = None,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Derive the daily amounts again from raw readings, and say how many days came out otherwise: normally none."""
    from analysis.days.daily_ledger import Caught  # noqa: PLC0415
    from analysis.days.daily_ledger import rebuild as rebuilt  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.progress_bar import progress_bar  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house:
        meters = _meters(house.portfolio, meter)
        first = None if since is None else _day(since, house.portfolio.district.zone)
        done = Caught()
        with progress_bar("Leite Tageswerte ab", watched=on_terminal()) as draw:
            for place, one in enumerate(meters):
                draw(place / len(meters), one.title or one.id)
                found = rebuilt(house.books, one, now=house.clock(), since=first)
                if found.changed_days:
                    say(f"{one.id}: {found.changed_days} days changed")
                done += found
    for name, reason in done.failures:
        say(f"{name}: {reason}")
    new = f", {done.new_days} were not derived yet" if done.new_days else ""
    typer.echo(f"{len(meters) - len(done.failures)} meters derived again: {done.changed_days} days changed{new}")
    if done.failures:
        raise typer.Exit(ExitCode.FAILED)


def _meters(portfolio: Portfolio, meter_id: str | None) -> Sequence[Meter]:
    if meter_id is None:
        return [one for one in portfolio.meters.values() if not one.is_virtual]
    from analysis.virtual.formula_parts import parts_of  # noqa: PLC0415

    found = meter_of(portfolio, meter_id)
    if found.is_virtual:
        raise WrongCall(
            f"{meter_id} is worked out from others ({', '.join(parts_of(portfolio.meters, found))}): rebuild those"
        )
    return [found]


def _day(text: str, zone: ZoneInfo) -> date:
    moment = day_or_instant(text, zone)
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
