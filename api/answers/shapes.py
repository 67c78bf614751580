"""Things of the portfolio and the operations database as the objects that the API gives out."""

from datetime import date, timedelta
from typing import Final

from analysis.figures import PartKnowledge
from analysis.measures.measures import MeasureProgress
from analysis.properties.balance import Balance, BalanceRow
from analysis.properties.kpis import PropertyKpis
from analysis.properties.trust import Trust, Witness, Witnesses
from analysis.property_meters import reference_of
from api.answers.figures import figure_object, figure_objects, number, trust_object
from config.meters.meter import ByHandSource, Meter, ModbusSource, MqttSource
from config.portfolio.portfolio import Municipality
from config.portfolio.properties import Measure, Property
from gateway.operations import AlertLogRow, AlertRow
from gateway.reading import Reading

Shape = dict[str, object]
# What the API tells of an alert, each by its own name.
_ALERT: Final = (
    "id",
    "rule",
    "subject",
    "property",
    "state",
    "severity",
    "since",
    "opened_at",
    "last_seen_at",
    "acknowledged_at",
    "acknowledged_by",
    "resolved_at",
    "silenced_until",
    "title",
    "observed",
    "cause",
    "next_step",
    "value",
    "expected",
    "threshold",
    "unit",
    "cost_eur_per_day",
    "cost_eur_per_year",
    "responsible",
    "answer",
    "evidence",
)


def municipality_shape(municipality: Municipality) -> Shape:
    """Return a municipality."""
    return {
        "id": municipality.id,
        "name": municipality.name,
        "kind": municipality.kind,
        "ars": municipality.ars or None,
        "inhabitants": municipality.inhabitants,
    }


def property_shape(place: Property) -> Shape:
    """Return a property with the ids of its meters and measures."""
    return {
        "id": place.id,
        "name": place.name,
        "municipality": place.municipality_id,
        "category": place.category,
        "areas": {"net_floor_m2": place.net_floor_m2, "water_surface_m2": place.water_surface_m2},
        "users": place.users,
        "location": {"postcode": place.postcode, "latitude": place.latitude, "longitude": place.longitude},
        "facility_manager": place.facility_manager_id,
        "meters": [meter.id for meter in place.meters],
        "measures": [measure.id for measure in place.measures],
    }


def meter_shape(meter: Meter, newest: Reading | None, trust: Trust) -> Shape:
    """Return a meter with its newest reading, in its quantity's canonical unit, and how far it can be trusted."""
    return {
        "id": meter.id,
        "property": meter.property_id,
        "title": meter.title or meter.medium.title,
        "medium": meter.medium_id,
        "quantity": meter.quantity,
        "unit": meter.unit,
        "consumption_unit": meter.medium.unit,
        "consumption_reference": reference_of(meter),
        "reporting": meter.reporting,
        "interval_s": meter.interval.total_seconds(),
        "source": source_kind(meter),
        "virtual": meter.is_virtual,
        "formula": [{"from": one.valid_from, "value": one.value} for one in meter.formula],
        "sub_meter_of": meter.sub_meter_of,
        "newest": None if newest is None else {"time": newest.time, "value": newest.value},
        "trust": trust_object(trust),
    }


def part_shape(part: PartKnowledge) -> Shape:
    """Return what is known of a part of a virtual meter."""
    shares = {name: round(share, 4) for name, share in part.quality.items()}
    return {"meter": part.meter, "coverage": round(part.coverage, 4), "quality": shares}


def source_kind(meter: Meter) -> str:
    """Return how readings come in: modbus, mqtt, by_hand or push."""
    match meter.source:
        case ModbusSource():
            return "modbus"
        case MqttSource():
            return "mqtt"
        case ByHandSource():
            return "by_hand"
    return "push"


def kpis_shape(kpis: PropertyKpis, witnesses: Witnesses) -> Shape:
    """Return the key figures of a property and year, each with how far it can be trusted."""
    witness = witnesses(date(kpis.year, 1, 1), date(kpis.year + 1, 1, 1))
    benchmarks = {
        name: {
            "mean": found.mean,
            "target": found.target,
            "unit": found.unit,
            "rating": found.rating,
            "source": found.source,
            "verified": found.verified,
        }
        for name, found in kpis.benchmarks.items()
    }
    figures = figure_objects(kpis.figures, witness)
    return {"property": kpis.property_id, "year": kpis.year, "figures": figures, "benchmarks": benchmarks}


def measure_shape(measure: Measure, progress: MeasureProgress | None, witnesses: Witnesses) -> Shape:
    """Return a measure; `progress` None where the data at hand do not tell how it does."""
    funding = measure.funding
    return {
        "id": measure.id,
        "property": measure.property_id,
        "title": measure.title,
        "medium": measure.medium_id,
        "status": measure.status,
        "baseline": f"{measure.baseline.start}/{measure.baseline.end}",
        "works": f"{measure.works.start}/{measure.works.end}",
        "expected_saving_percent": number(measure.expected_saving_percent),
        "cost_eur": number(measure.cost_eur),
        "funding": None
        if funding is None
        else {"programme": funding.programme, "reference": funding.reference or None},
        "progress": None if progress is None else progress_shape(measure, progress, witnesses),
    }


def progress_shape(measure: Measure, progress: MeasureProgress, witnesses: Witnesses) -> Shape:
    """Return how a measure does."""
    names = ("expected_kwh", "target_kwh", "actual_kwh", "saving_kwh", "saving_percent")
    since = witnesses(progress.since, max(progress.until, progress.since + timedelta(days=1)))
    before = witnesses(measure.baseline.start, measure.baseline.end)
    baseline = {"baseline_kwh": figure_object(progress.baseline_kwh, before)}
    return {
        "since": progress.since,
        "until": progress.until,
        "figures": baseline | {name: figure_object(getattr(progress, name), since) for name in names},
        "model": progress.model,
        "target_missed": progress.target_missed,
        "verdict": progress.verdict,
        "verdict_text": progress.verdict_text,
        "monthly": [
            {
                "month": month.month,
                "expected": month.expected,
                "target": month.target,
                "actual": month.actual,
                "coverage": round(month.coverage, 4),
            }
            for month in progress.monthly
        ],
    }


def alert_shape(alert: AlertRow) -> Shape:
    """Return an alert with its evidence."""
    return {name: getattr(alert, name) for name in _ALERT}


def log_shape(entry: AlertLogRow) -> Shape:
    """Return one change of an alert."""
    return {
        "time": entry.time,
        "author": entry.author,
        "action": entry.action,
        "state": entry.state,
        "comment": entry.comment,
    }


def balance_shape(found: Balance, witnesses: Witnesses | None = None) -> Shape:
    """Return a balance with one row per group and carrier, and the total.

    `witnesses` None: without how far each figure can be trusted today, as it is frozen.
    """
    witness = None if witnesses is None else witnesses(date(found.year, 1, 1), date(found.year + 1, 1, 1))
    return {
        "year": found.year,
        "factor_set": found.factor_set,
        "rows": [balance_row_shape(row, witness) for row in found.rows],
        "total": balance_row_shape(found.total, witness),
        "data_quality": found.data_quality,
        "without_meters": list(found.without_meters),
    }


def balance_row_shape(row: BalanceRow, witness: Witness | None) -> Shape:
    """Return one row of a balance."""
    return {
        "group": row.group,
        "carrier": row.carrier,
        "final_energy_mwh": figure_object(row.final_energy_mwh, witness),
        "co2e_t": figure_object(row.co2e_t, witness),
        "data_grade": row.data_grade,
        "coverage": round(row.coverage, 4),
        "properties": row.properties,
        "incomplete": list(row.incomplete),
    }


def iso_duration(step: timedelta) -> str:
    """Return a whole number of seconds as an ISO 8601 duration of minutes or seconds."""
    seconds = int(step.total_seconds())
    return f"PT{seconds // 60}M" if seconds % 60 == 0 else f"PT{seconds}S"
