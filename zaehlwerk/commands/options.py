"""Options that many commands share, and how they find settings, instants and meters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.exits import WrongCall, unknown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from config.meters.meter import Meter
    from config.portfolio.portfolio import Portfolio
    from config.settings import Settings

YearArgument = Annotated[int, typer.Argument(metavar="YEAR", min=1990, max=2100)]
PortfolioOption = Annotated[
    Path | None, typer.Option("--portfolio", metavar="DIR", help="The portfolio's folder [ZAEHLWERK_PORTFOLIO].")
]
StateOption = Annotated[
    Path | None, typer.Option("--state", metavar="DIR", help="Folder of spool and databases [ZAEHLWERK_STATE].")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
StartOption = Annotated[str | None, typer.Option("--start", metavar="DATE", help="First day, or an instant.")]
EndOption = Annotated[
    str | None, typer.Option("--end", metavar="DATE", help="The day after the last, or an instant.")
]
_EARLIEST_YEAR, _LATEST_YEAR = 1971, 2199
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="INSTANT", help="When; without an offset: the district's time.")
]


def settings_from(portfolio: Path | None = None, state: Path | None = None) -> Settings:
    """Read the settings; what was given on the command line wins over the environment."""
    from config.settings import load_settings  # noqa: PLC0415

    return load_settings(portfolio=portfolio, state=state)


def meter_of(portfolio: Portfolio, meter_id: str) -> Meter:
    """Return the meter; raises `WrongCall` naming the closest one."""
    if meter_id not in portfolio.meters:
        raise unknown("meter", meter_id, portfolio.meters)
    return portfolio.meters[meter_id]


def property_of(portfolio: Portfolio, property_id: str) -> str:
    """Return the id if there is such a property; raises `WrongCall` naming the closest one."""
    known = [place.id for place in portfolio.properties]
    if property_id not in known:
        raise unknown("property", property_id, known)
    return property_id


def instant_of(text: str, zone: ZoneInfo) -> datetime:
    """Return an aware UTC instant of ISO 8601 text; a day means its local midnight. Raises `WrongCall`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongCall(f"{text!r} is no date or instant (allowed: 2026-03-01, 2026-03-01T14:30+01:00)") from error
    _demand_our_time(moment, text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def instant_until(now: datetime, text: str, zone: ZoneInfo) -> datetime:
    """Return an instant of a text like `instant_of`; raises `WrongCall` also for one that has not come."""
    moment = instant_of(text, zone)
    if moment > now:
        raise WrongCall(f"--at {text} has not come yet")
    return moment


def day_or_instant(text: str, zone: ZoneInfo) -> date | datetime:
    """Return a local day for `2026-03-01`, else an instant; raises `WrongCall`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant_of(text, zone)
    _demand_our_time(day, text)
    return day


def _demand_our_time(found: date, text: str) -> None:
    # Beyond it lies no reading, and where the calendar of the language ends, nothing can be added to a day.
    if not _EARLIEST_YEAR <= found.year <= _LATEST_YEAR:
        raise WrongCall(f"{text!r} is not between the years {_EARLIEST_YEAR} and {_LATEST_YEAR}")
