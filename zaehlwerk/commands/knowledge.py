"""`completeness`, `submeters`: how much of a time is known, and whether meters agree about it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.options import (
    JsonOption,
    PortfolioOption,
    StateOption,
    day_or_instant,
    property_of,
    settings_from,
)
from zaehlwerk.commands.output import print_json, print_table, say
from zaehlwerk.exits import WrongCall, unknown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from analysis.properties.completeness import Completeness, Known

_DAYS, _YEAR = 30, 365
PropertyOption = Annotated[str | None, typer.Option("--property", metavar="ID", help="Only this one.")]
FirstDayOption = Annotated[str | None, typer.Option("--start", metavar="DATE", help="First day.")]
DayAfterOption = Annotated[str | None, typer.Option("--end", metavar="DATE", help="The day after the last.")]


def completeness(
    start: FirstDayOption = None,
    end: DayAfterOption = None,
    resolution: Annotated[str, typer.Option("--resolution", metavar="R", help="P1D, P1M or P1Y.")] = "P1M",
    property_id: PropertyOption = None,
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Print what is known of every property and its meters, by period; without --start of the last 30 days."""
    from analysis.figures import Resolution  # noqa: PLC0415
    from analysis.properties.completeness import completeness as known_of  # noqa: PLC0415
    from api.answers.known_shapes import completeness_shapes  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.intake import utc_now  # noqa: PLC0415

    allowed = [one.value for one in (Resolution.DAY, Resolution.MONTH, Resolution.YEAR)]
    if resolution not in allowed:
        raise unknown("resolution", resolution, allowed)
    now = utc_now()
    with open_house(settings_from(portfolio, state)) as house:
        zone = house.portfolio.district.zone
        first, last = day_span(start, end, now.astimezone(zone).date(), zone)
        wanted = None if property_id is None else property_of(house.portfolio, property_id)
        places = [place for place in house.portfolio.properties if wanted is None or place.id == wanted]
        found = known_of(house.books, first, last, now=now, places=places, by=Resolution(resolution))
    if as_json:
        print_json(completeness_shapes(found))
        return
    print_table(("property", "meter", "start", "end", "known", "between readings", "complete"), _rows(found))


def submeters(
    start: FirstDayOption = None,
    end: DayAfterOption = None,
    property_id: PropertyOption = None,
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Print every main meter against the sum of its sub-meters; without --start over the past year."""
    from analysis.meters.sub_meter_words import sub_meter_words  # noqa: PLC0415
    from analysis.meters.sub_meters import sub_meter_checks  # noqa: PLC0415
    from api.answers.known_shapes import sub_meter_shape  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.intake import utc_now  # noqa: PLC0415

    now = utc_now()
    with open_house(settings_from(portfolio, state)) as house:
        zone = house.portfolio.district.zone
        first, last = day_span(start, end, now.astimezone(zone).date(), zone, days=_YEAR)
        wanted = None if property_id is None else property_of(house.portfolio, property_id)
        mains = [meter for meter in house.portfolio.meters.values() if wanted in {None, meter.property_id}]
        found = sub_meter_checks(house.books, first, last, now=now, mains=mains)
    if as_json:
        print_json([sub_meter_shape(one, house.portfolio) for one in found])
        return
    rows = [
        (one.main, one.main_amount, one.sub_amount, one.difference, one.percent, one.coverage, one.verdict.value)
        for one in found
    ]
    print_table(("main meter", "its amount", "sub-meters", "difference", "%", "coverage", "verdict"), rows)
    for one in found:
        say(f"{one.main}: {sub_meter_words(one, house.portfolio)}")


def day_span(
    start: str | None, end: str | None, today: date, zone: ZoneInfo, *, days: int = _DAYS
) -> tuple[date, date]:
    """Return the local days `[start, end)` that are asked for; without them the last `days`. Raises `WrongCall`."""
    last = _day(end, zone, "--end") if end else today
    first = _day(start, zone, "--start") if start else last - timedelta(days=days)
    if first >= last:
        raise WrongCall(f"--start {first} does not lie before --end {last}")
    return first, last


def _day(text: str, zone: ZoneInfo, option: str) -> date:
    found = day_or_instant(text, zone)
    if isinstance(found, datetime):
        raise WrongCall(f"{option} {text} is no day (allowed: 2026-03-01)")
    return found


def _rows(found: Completeness) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for place in found.places:
        rows += [_row(place.property_id, "all", one) for one in place.periods]
        rows += [
            _row(place.property_id, meter.meter, one)
            for meter in found.meters
            if meter.property_id == place.property_id
            for one in meter.periods
        ]
    return rows


def _row(place: str, meter: str, known: Known) -> tuple[object, ...]:
    said = "yes" if known.is_complete else f"no: {', '.join(known.incomplete) or 'no meter'}"
    return place, meter, known.start, known.end, known.known, known.coverage, said
