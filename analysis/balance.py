"""The climate balance of a year: final energy and greenhouse gases by group and carrier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analysis.books import Books
from analysis.emissions import emissions
from analysis.figures import Figure
from analysis.known_amounts import coverage, quality, total
from analysis.meter_amounts import daily_amounts
from analysis.property_meters import ELECTRICITY, HEAT, common_reference, hi_share, main_meters
from analysis.year_of_property import MeterYear
from config.benchmarks import CATEGORIES
from config.errors import NotFound
from config.factors import FactorSet
from config.minima import MINIMA
from config.portfolio import Property

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
    total_row = _total(rows, factor_set, len(books.portfolio.properties) - len(without))
    return Balance(year, factor_set.id, rows, total_row, _data_quality(rows), tuple(without))


def _row(group: str, carrier: str, shares: Sequence[_Share], factor_set: FactorSet, year: int) -> BalanceRow:
    meters = [share.year for share in shares]
    parts = [meter.daily for meter in meters]
    covered = coverage(parts)
    energy = total([(hi_share(meter.meter), meter.daily) for meter in meters])
    if covered < MINIMA["balance_row"].whole:
        energy = None
    reason = None if energy is not None else "insufficient_data"
    value = None if energy is None else float(energy / 1000)
    source = "gemessene Endenergie (Hi), nicht witterungsbereinigt"
    if carrier == "natural_gas":
        source += "; Hs × 0,903 (EBeV 2030)"
    places = {share.place.id: share.place for share in shares}
    whole = MINIMA["balance_grade_a"].whole
    return BalanceRow(
        group=group,
        carrier=carrier,
        final_energy_mwh=Figure(
            value,
            "MWh",
            covered,
            quality(parts),
            reason=reason,
            source=source,
            reference=common_reference(one.meter for one in meters),
        ),
        co2e_t=_co2e(meters, factor_set, year, known=energy is not None),
        data_grade=None if energy is None else grade(covered),
        coverage=covered,
        properties=len(places),
        incomplete=tuple(sorted({share.place.id for share in shares if coverage([share.year.daily]) < whole})),
    )


def _co2e(meters: Sequence[MeterYear], factor_set: FactorSet, year: int, *, known: bool) -> Figure:
    parts = [meter.daily for meter in meters]
    covered, shares, source = coverage(parts), quality(parts), f"{factor_set.title} ({factor_set.edition})"
    if not known:
        return Figure(None, "t", covered, shares, reason="insufficient_data", factor_set=factor_set.id, source=source)
    found = emissions(meters, factor_set, year)
    return Figure(
        value=None if found.co2e_t is None else float(found.co2e_t),
        unit="t",
        coverage=covered,
        quality=shares,
        reason=None if found.co2e_t is not None else "no_factor",
        factor_set=factor_set.id,
        verified=found.verified,
        source=source,
    )


def grade(covered: float) -> str:
    """Return the data grade of metered energy: A for a whole year, B for part of one (BISKO method paper)."""
    return "A" if covered >= MINIMA["balance_grade_a"].whole else "B"


def _total(rows: Sequence[BalanceRow], factor_set: FactorSet, properties: int) -> BalanceRow:
    """Sum the rows; without the emissions of one row there is no sum, because a part would look like the whole."""
    known = [row for row in rows if row.final_energy_mwh.value is not None]
    covered = sum(row.coverage for row in rows) / len(rows) if rows else 0.0
    energy = sum(row.final_energy_mwh.value or 0.0 for row in known) if known else None
    whole = bool(known) and all(row.co2e_t.value is not None for row in known)
    co2e = sum(row.co2e_t.value or 0.0 for row in known) if whole else None
    lacking = None if whole else ("no_factor" if known else "insufficient_data")
    grades = [row.data_grade for row in known if row.data_grade is not None]
    return BalanceRow(
        group=TOTAL,
        carrier=TOTAL,
        final_energy_mwh=Figure(
            energy, "MWh", covered, reason=None if known else "insufficient_data", reference="Hi"
        ),
        co2e_t=Figure(
            co2e,
            "t",
            covered,
            reason=lacking,
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
