"""The climate balance of a year: final energy and greenhouse gases by group and carrier."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from analysis.books import Books
from analysis.figures import Figure
from analysis.known_amounts import coverage, quality, total
from analysis.meters.meter_amounts import daily_amounts
from analysis.properties.emissions import emissions
from analysis.properties.year_of_property import MeterYear
from analysis.property_meters import ELECTRICITY, HEAT, common_reference, hi_share, main_meters
from config.benchmarks import CATEGORIES
from config.errors import NotFound
from config.factors import FactorSet
from config.minima import MINIMA
from config.portfolio.properties import Property

TOTAL = "total"
GRADE_WEIGHTS = {"A": 1.0, "B": 0.5, "C": 0.25, "D": 0.0}


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One group (schools, administration …) and one carrier.

    `final_energy_mwh` is what was measured, raw (never weather-corrected, PV not deducted) and on Hi; a row that does
    not know its whole year gives the known part and says so by `coverage` and `incomplete` (the ids of the properties
    that lack something). `data_grade` A, B, C or D; None where nothing is known. `properties` counts what went in.
    """

    group: str
    carrier: str
    final_energy_mwh: Figure
    co2e_t: Figure
    data_grade: str | None
    coverage: float
    properties: int
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance; `total` is a row of group and carrier "total", its grade that of its weakest row.

    `data_quality` is the grade weighted by final energy, 0..1 (A 1, B 0.5, C 0.25, D 0). `without_meters` names the
    properties that are missing because nothing is metered there.
    """

    year: int
    factor_set: str
    rows: tuple[BalanceRow, ...]
    total: BalanceRow
    data_quality: float | None
    without_meters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Share:
    place: Property
    year: MeterYear


def balance(books: Books, year: int, factor_set_id: str, *, now: datetime) -> Balance:
    """Return the balance of a year under one factor set; raises `NotFound` for an unknown set.

    Coverage refers to the whole year, also while it runs. Below 0.5 a row has no value (`insufficient_data`).
    Electricity of heat pumps is a carrier of its own.
    """
    factor_set = books.factor_sets.get(factor_set_id)
    if factor_set is None:
        raise NotFound("factor set", factor_set_id)
    shares: dict[tuple[str, str], list[_Share]] = {}
    without = []
    for place in books.portfolio.properties:
        meters = [meter for media in (ELECTRICITY, HEAT) for meter in main_meters(place, media)]
        if not meters:
            without.append(place.id)
        for meter in meters:
            daily = daily_amounts(books, meter, date(year, 1, 1), date(year + 1, 1, 1), now=now)
            key = (CATEGORIES[place.category].balance_group, meter.medium.carrier or meter.medium_id)
            shares.setdefault(key, []).append(_Share(place, MeterYear(meter, daily)))
    rows = tuple(_row(*key, shares[key], factor_set, year) for key in sorted(shares))
    years = [share.year for key in sorted(shares) for share in shares[key]]
    total_row = _total(rows, _ground(years), factor_set, len(books.portfolio.properties) - len(without))
    return Balance(year, factor_set.id, rows, total_row, _data_quality(rows), tuple(without))


def _row(group: str, carrier: str, shares: Sequence[_Share], factor_set: FactorSet, year: int) -> BalanceRow:
    meters = [share.year for share in shares]
    ground = _ground(meters)
    energy = total([(hi_share(meter.meter), meter.daily) for meter in meters])
    if energy is None or ground.coverage < MINIMA["balance_row"].whole:
        ground = replace(ground, reason="insufficient_data")
    source = "gemessene Endenergie (Hi), nicht witterungsbereinigt"
    if carrier == "natural_gas":
        source += "; Hs × 0,903 (EBeV 2030)"
    value = None if energy is None or ground.reason else float(energy / 1000)
    on = common_reference(one.meter for one in meters)
    return BalanceRow(
        group=group,
        carrier=carrier,
        final_energy_mwh=replace(ground, value=value, source=source, reference=on),
        co2e_t=_co2e(ground, meters, factor_set, year),
        data_grade=None if value is None else grade(ground.coverage),
        coverage=ground.coverage,
        properties=len({share.place.id for share in shares}),
        incomplete=tuple(sorted({share.place.id for share in shares if share.year.meter.id in ground.incomplete})),
    )


def _ground(meters: Sequence[MeterYear]) -> Figure:
    """Return a figure that lacks its value only: what it rests on."""
    parts, whole = [meter.daily for meter in meters], MINIMA["balance_grade_a"].whole
    return Figure(
        None,
        "MWh",
        coverage(parts),
        quality(parts),
        meters=tuple(one.meter.id for one in meters),
        incomplete=tuple(one.meter.id for one in meters if coverage([one.daily]) < whole),
    )


def _co2e(ground: Figure, meters: Sequence[MeterYear], factor_set: FactorSet, year: int) -> Figure:
    source = f"{factor_set.title} ({factor_set.edition})"
    blank = replace(ground, unit="t", factor_set=factor_set.id, source=source)
    if ground.reason:
        return blank
    found = emissions(meters, factor_set, year)
    if found.co2e_t is None:
        return replace(blank, reason="no_factor", verified=found.verified)
    return replace(blank, value=float(found.co2e_t), verified=found.verified)


def grade(covered: float) -> str:
    """Return the data grade of metered energy: A for a whole year, B for part of one (BISKO method paper)."""
    return "A" if covered >= MINIMA["balance_grade_a"].whole else "B"


def _total(rows: Sequence[BalanceRow], ground: Figure, factor_set: FactorSet, properties: int) -> BalanceRow:
    """Sum the rows; without the emissions of one row there is no sum, because a part would look like the whole."""
    known = [row for row in rows if row.final_energy_mwh.value is not None]
    covered = sum(row.coverage for row in rows) / len(rows) if rows else 0.0
    energy = sum(row.final_energy_mwh.value or 0.0 for row in known) if known else None
    whole = bool(known) and all(row.co2e_t.value is not None for row in known)
    grades = [row.data_grade for row in known if row.data_grade is not None]
    base = replace(ground, coverage=covered, reason=None if known else "insufficient_data")
    return BalanceRow(
        group=TOTAL,
        carrier=TOTAL,
        final_energy_mwh=replace(base, value=energy, reference="Hi"),
        co2e_t=replace(
            base,
            unit="t",
            value=sum(row.co2e_t.value or 0.0 for row in known) if whole else None,
            reason=None if whole else base.reason or "no_factor",
            factor_set=factor_set.id,
            verified=all(row.co2e_t.verified for row in known),
        ),
        data_grade=max(grades) if grades else None,
        coverage=covered,
        properties=properties,
        incomplete=tuple(sorted({place for row in rows for place in row.incomplete})),
    )


def _data_quality(rows: Sequence[BalanceRow]) -> float | None:
    weighted = [
        (row.final_energy_mwh.value, GRADE_WEIGHTS[row.data_grade])
        for row in rows
        if row.final_energy_mwh.value is not None and row.data_grade is not None
    ]
    energy = sum(value for value, _ in weighted)
    return sum(value * weight for value, weight in weighted) / energy if energy else None
