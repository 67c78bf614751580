"""`readings`, `consumption`, `kpis`, `measures`, `alerts`: what the pages show, for scripts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from zaehlwerk.commands.options import (
    EndOption,
    JsonOption,
    PortfolioOption,
    StartOption,
    StateOption,
    YearArgument,
    day_or_instant,
    meter_of,
    property_of,
    settings_from,
)
from zaehlwerk.commands.output import local, print_json, print_table, say
from zaehlwerk.exits import ExitCode, WrongCall, unknown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from analysis.figures import Figure

MeterArgument = Annotated[str, typer.Argument(metavar="METER", help="The meter's id.")]
_USUAL = timedelta(days=31)  # today and the 30 days before it


def readings(
    meter: MeterArgument,
    start: StartOption = None,
    end: EndOption = None,
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Print what is stored of a meter, in the canonical unit of its quantity; without --start the last 30 days."""
    from analysis.property_meters import register_unit  # noqa: PLC0415
    from gateway.reading import instant  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.intake import utc_now  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house:
        found, zone = meter_of(house.portfolio, meter), house.portfolio.district.zone
        first, last = _span(start, end, zone, utc_now())
        series = house.store.read(meter, found.quantity, _instant(first, zone), _instant(last, zone))
    unit = register_unit(found)
    pairs = zip(series.time_ms.tolist(), series.value.tolist(), strict=True)
    rows = [(local(instant(time_ms), zone), value) for time_ms, value in pairs]
    if as_json:
        listed = [{"time": time, "value": value} for time, value in rows]
        print_json({"meter": meter, "quantity": found.quantity, "unit": unit, "readings": listed})
        return
    print_table(("time", f"{found.quantity} [{unit}]"), rows)
    say(f"{len(rows)} readings")


def consumption(
    meter: MeterArgument,
    start: StartOption = None,
    end: EndOption = None,
    resolution: Annotated[
        str, typer.Option("--resolution", metavar="R", help="PT15M, PT1H, P1D, P1M or P1Y.")
    ] = "P1D",
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: comma, point, ISO instants.")] = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Print what follows from the readings, slot by slot with its quality; exit 3 if nothing is known."""
    from analysis.consumption import consumption as consumed  # noqa: PLC0415
    from analysis.consumption import given_out  # noqa: PLC0415
    from analysis.figures import Resolution  # noqa: PLC0415
    from zaehlwerk.commands.consumption_output import print_consumption  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.intake import utc_now  # noqa: PLC0415

    known = [one.value for one in Resolution]
    if resolution not in known:
        raise unknown("resolution", resolution, known)
    now = utc_now()
    with open_house(settings_from(portfolio, state)) as house:
        decimals = meter_of(house.portfolio, meter).policy.decimals
        zone = house.portfolio.district.zone
        first, last = _span(start, end, zone, now)
        found = given_out(consumed(house.books, meter, first, last, Resolution(resolution), now=now), decimals)
    print_consumption(found, zone, layout="json" if as_json else "csv" if as_csv else "table")
    if found.total is None:
        say("not enough data: nothing is known of this time")
        raise typer.Exit(ExitCode.NOT_ENOUGH_DATA)


def kpis(
    year: YearArgument,
    property_id: Annotated[str | None, typer.Option("--property", metavar="ID", help="Only this one.")] = None,
    as_json: JsonOption = False,
    portfolio: PortfolioOption = None,
    state: StateOption = None,
) -> None:
    """Print the key figures of a year: energy, water, cost and CO2e, each with its coverage."""
    from analysis.properties.kpis import property_kpis  # noqa: PLC0415
    from analysis.properties.trust import witnesses_of  # noqa: PLC0415
    from api.answers.shapes import kpis_shape  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.intake import utc_now  # noqa: PLC0415

    now = utc_now()
    with open_house(settings_from(portfolio, state)) as house:
        places = [place.id for place in house.portfolio.properties]
        wanted = [property_of(house.portfolio, property_id)] if property_id else places
        found = [property_kpis(house.books, place, year, now=now) for place in wanted]
        if as_json:
            witnesses = witnesses_of(house.books, now=now)
            print_json([kpis_shape(one, witnesses) for one in found])
            return
    rows = [(one.property_id, name, *_figure(figure)) for one in found for name, figure in one.figures.items()]
    print_table(("property", "figure", "value", "unit", "coverage"), rows)


def measures(as_json: JsonOption = False, portfolio: PortfolioOption = None, state: StateOption = None) -> None:
    """Print every measure with what it was to save and what it saved."""
    from analysis.measures.measures import measure_progress  # noqa: PLC0415
    from analysis.properties.trust import witnesses_of  # noqa: PLC0415
    from api.answers.shapes import measure_shape  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415
    from zaehlwerk.intake import utc_now  # noqa: PLC0415

    now = utc_now()
    with open_house(settings_from(portfolio, state)) as house:
        listed = house.portfolio.measures.values()
        found = [(one, measure_progress(house.books, one.id, now=now)) for one in listed]
        if as_json:
            witnesses = witnesses_of(house.books, now=now)
            print_json([measure_shape(measure, progress, witnesses) for measure, progress in found])
            return
    rows = [
        (one.id, one.status, one.expected_saving_percent, progress.saving_percent.value, progress.verdict_text)
        for one, progress in found
    ]
    print_table(("measure", "status", "expected %", "saved %", "verdict"), rows)


def alerts(as_json: JsonOption = False, portfolio: PortfolioOption = None, state: StateOption = None) -> None:
    """Print every alert, the closed ones included."""
    from api.answers.shapes import alert_shape  # noqa: PLC0415
    from zaehlwerk.composition import open_house  # noqa: PLC0415

    with open_house(settings_from(portfolio, state)) as house:
        rows = house.operations.alerts.list()
    if as_json:
        print_json([alert_shape(row) for row in rows])
        return
    headings = ("id", "state", "property", "EUR/day", "title")
    print_table(headings, [(one.id, one.state, one.property, one.cost_eur_per_day, one.title) for one in rows])


def _span(
    start: str | None, end: str | None, zone: ZoneInfo, now: datetime
) -> tuple[date | datetime, date | datetime]:
    last = day_or_instant(end, zone) if end else now.astimezone(zone).date() + timedelta(days=1)
    first = day_or_instant(start, zone) if start else _instant(last, zone).astimezone(zone).date() - _USUAL
    if _instant(first, zone) >= _instant(last, zone):
        raise WrongCall(f"--start {first} does not lie before --end {last}")
    return first, last


def _instant(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=zone)


def _figure(figure: Figure) -> tuple[object, ...]:
    from analysis.german import labelled  # noqa: PLC0415

    unit = labelled(figure.unit, figure.reference) if figure.value is not None else figure.reason
    return figure.value, unit, figure.coverage
