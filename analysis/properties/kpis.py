"""Key figures of a property and a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from analysis.books import Books
from analysis.figures import Figure
from analysis.known_amounts import coverage, quality, total
from analysis.properties.benchmark_comparison import BenchmarkComparison, Rating, comparisons
from analysis.properties.emissions import emissions
from analysis.properties.heat_adjustment import adjusted_heat
from analysis.properties.money import cost_eur
from analysis.properties.year_of_property import MeterYear, PropertyYear, property_year
from analysis.property_meters import ELECTRICITY, HEAT, PV, WATER, common_reference, hi_share
from config.minima import MINIMA
from config.portfolio.properties import Property

__all__ = ["BenchmarkComparison", "PropertyKpis", "Rating", "property_kpis"]

HEAT_SOURCE = "Endenergie auf Heizwert (Hi); Erdgas Hs × 0,903 (EBeV 2030)"


@dataclass(frozen=True, slots=True)
class PropertyKpis:
    """Figures by name, and the benchmark comparison by the name of the figure that it belongs to."""

    property_id: str
    year: int
    figures: dict[str, Figure]
    benchmarks: Mapping[str, BenchmarkComparison]


@dataclass(frozen=True, slots=True)
class _Evidence:
    books: Books
    year: PropertyYear
    now: datetime

    def lacking(self, meters: Sequence[MeterYear], name: str) -> tuple[str, ...]:
        """Return the meters that know less of their time than the figure demands of each."""
        minimum = MINIMA[name].of(whole=self.year.whole)
        return tuple(one.meter.id for one in meters if coverage([one.daily]) < minimum)


def property_kpis(books: Books, property_id: str, year: int, *, now: datetime) -> PropertyKpis:
    """Return the key figures of a property; raises `NotFound`.

    Sums of the main meters (no sub-meters) over the year, or over its whole days so far while it runs: a running
    year is not projected. Per m² net floor area; an indoor pool per m² water surface. `coverage` is the share of the
    meters' time for which the amount is known. A figure has no value and says `insufficient_data` where one of its
    meters knows less than `config.minima` demands: the sum of the others would look like low use.
    """
    place = books.portfolio.property(property_id)
    passed = property_year(books, place, year, now=now)
    evidence = _Evidence(books, passed, now)
    figures = _figures(evidence)
    return PropertyKpis(place.id, year, figures, comparisons(place, figures, whole_year=passed.whole))


def _figures(evidence: _Evidence) -> dict[str, Figure]:
    place, year = evidence.year.place, evidence.year
    electricity = _sum(evidence, "electricity_kwh", year.of(ELECTRICITY), "kWh")
    heat = _sum(evidence, "heat_kwh", year.of(HEAT), "kWh", source=HEAT_SOURCE)
    water = _sum(evidence, "water_m3", year.of(WATER), "m3")
    return {
        "electricity_kwh": electricity,
        "electricity_kwh_m2": _per_area(electricity, place),
        "heat_kwh": heat,
        "heat_kwh_m2": _per_area(heat, place),
        "heat_adjusted_kwh_m2": _per_area(_adjusted(evidence, heat), place),
        "water_m3": water,
        "water_m3_m2": _per_area(water, place),
        "pv_kwh": _sum(evidence, "pv_kwh", year.of(PV), "kWh"),
        "cost_eur": _cost(evidence),
        "co2e_t": _co2e(evidence),
    }


def _ground(evidence: _Evidence, name: str, meters: Sequence[MeterYear], unit: str) -> Figure:
    """Return a figure that lacks its value only: what it rests on, and a reason where that is not enough."""
    parts = [one.daily for one in meters]
    lacking = evidence.lacking(meters, name)
    return Figure(
        None,
        unit,
        coverage(parts),
        quality(parts),
        reason="no_meter" if not parts else "insufficient_data" if lacking else None,
        meters=tuple(one.meter.id for one in meters),
        incomplete=lacking,
    )


def _sum(evidence: _Evidence, name: str, meters: Sequence[MeterYear], unit: str, *, source: str = "") -> Figure:
    on = common_reference(one.meter for one in meters)
    ground = replace(_ground(evidence, name, meters, unit), source=source, reference=on)
    value = total([(hi_share(one.meter), one.daily) for one in meters])
    return ground if ground.reason or value is None else replace(ground, value=float(value))


def reference_area_m2(place: Property) -> tuple[float | None, str]:
    """Return the area [m²] that key figures relate to, and its German name."""
    if place.category == "hallenbad":
        return place.water_surface_m2, "Wasserfläche"
    return place.net_floor_m2, "Nettogrundfläche"


def _per_area(figure: Figure, place: Property) -> Figure:
    area, name = reference_area_m2(place)
    unit = f"{figure.unit}/m2"
    source = "; ".join(part for part in (figure.source, f"je m² {name}") if part)
    if not area:
        reason = figure.reason or "no_area"
        return replace(figure, value=None, unit=unit, reason=reason, source=source)
    return replace(figure, value=None if figure.value is None else figure.value / area, unit=unit, source=source)


def _adjusted(evidence: _Evidence, heat: Figure) -> Figure:
    if heat.value is None:
        return heat
    meters = evidence.year.of(HEAT)
    adjusted = adjusted_heat(evidence.books, evidence.year, meters, heat.value, now=evidence.now)
    if adjusted is None:
        source = f"{heat.source}; ohne Wetterdaten keine Witterungsbereinigung"
        return replace(heat, value=None, reason="insufficient_data", source=source)
    return replace(heat, value=adjusted.kwh, source=f"{heat.source}; {adjusted.words}")


def _cost(evidence: _Evidence) -> Figure:
    meters = evidence.year.of(ELECTRICITY | HEAT | WATER)
    ground = _ground(evidence, "cost_eur", meters, "EUR")
    if ground.reason:
        return ground
    value = cost_eur(evidence.books.portfolio, evidence.year, meters)
    if value is None:
        return replace(ground, reason="no_tariff")
    return replace(ground, value=value, source="Arbeitspreise der Tarife, ohne Grundpreise")


def _co2e(evidence: _Evidence) -> Figure:
    meters = [one for one in evidence.year.of(ELECTRICITY | HEAT) if one.meter.medium.carrier is not None]
    set_id = evidence.books.default_factor_set
    factor_set = evidence.books.factor_sets.get(set_id)
    ground = replace(_ground(evidence, "co2e_t", meters, "t"), factor_set=set_id)
    if ground.reason:
        return ground
    found = None if factor_set is None else emissions(meters, factor_set, evidence.year.start.year)
    if factor_set is None or found is None or found.co2e_t is None:
        return replace(ground, reason="no_factor")
    source = f"{factor_set.title} ({factor_set.edition})"
    return replace(ground, value=float(found.co2e_t), verified=found.verified, source=source)
