"""Liegenschaft: the answer first, then the figures, the months, the meters."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analysis.measures.measures import MeasureProgress
from analysis.property_meters import register_unit
from api.answers.shapes import source_kind
from api.clocks_ahead import clock_ahead
from api.events.open_questions import questions_about
from api.evidence import Evidence, Given
from api.media import GROUPS, Group, meters_of, months_of
from api.pages.property_row import WHITE_SPOT, Bullet, bullets, category_title, status_light, trusts_of
from api.pages.sub_meters import shown_checks
from api.presentation import charts, words
from api.presentation.charts import ShownChart
from api.presentation.lights import Light
from api.presentation.rendering import templates_of
from api.times import checked_year
from config.meters.meter import Meter, Reporting
from config.portfolio.properties import Measure, Property
from gateway.operations import AlertRow
from gateway.reading import Reading

router = APIRouter(include_in_schema=False)
_SPEAKING = frozenset({"ok", "look"})  # a meter that speaks may ask; one that is silent may have asked before


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter with what it said last and how long ago."""

    meter: Meter
    source: str
    unit: str
    newest: Reading | None
    age: timedelta | None
    light: Light
    questions: int = 0


@router.get("/liegenschaften/{property_id}")
async def one_property(request: Request, evidence: Given, property_id: str, jahr: int | None = None) -> Response:
    """Return a property's page; `jahr` chooses the year of the charts."""
    place = evidence.portfolio.property(property_id)
    content = await asyncio.to_thread(_content, evidence, place, jahr)
    return templates_of(request).page(request, "property.html", content)


def _content(evidence: Evidence, place: Property, chosen: int | None) -> dict[str, object]:
    today = evidence.today()
    year = checked_year(chosen or today.year)
    whole_year = min(year, today.year - 1)
    alerts = [alert for alert in evidence.open_alerts() if alert.property == place.id]
    meters = [meter_row(evidence, meter) for meter in place.meters]
    kpis = evidence.kpis(place.id, whole_year) if place.meters else None
    return {
        "place": place,
        "category": category_title(place),
        "municipality": evidence.portfolio.municipality(place.municipality_id),
        "person": _person(evidence, place),
        "light": status_light(alerts) if place.meters else WHITE_SPOT,
        "answer": _answer(place, alerts, meters),
        "alerts": alerts,
        "year": year,
        "this_year": today.year,
        "whole_year": whole_year,
        "kpis": kpis,
        "bullets": list[Bullet]() if kpis is None else bullets(evidence, kpis),
        "trusts": {} if kpis is None else trusts_of(evidence, kpis),
        "months": _months(evidence, place, year),
        "measures": [_measure(evidence, measure) for measure in place.measures],
        "meters": meters,
        "doubts": shown_checks(evidence, place, only_doubts=True),
    }


def _person(evidence: Evidence, place: Property) -> str | None:
    return evidence.portfolio.person(place.facility_manager_id).name if place.facility_manager_id else None


def _answer(place: Property, alerts: list[AlertRow], meters: list[MeterRow]) -> str:
    if not place.meters:
        return "Hier gibt es noch keinen Zähler: Wir wissen nicht, was diese Liegenschaft verbraucht."
    speaking = sum(row.light.level in _SPEAKING for row in meters)
    heard = f"{speaking} von {len(meters)} Zählern melden sich wie erwartet."
    asked = sum(bool(row.questions) for row in meters)
    if not alerts and asked:
        whom = "Ein Zähler hat" if asked == 1 else f"{asked} Zähler haben"
        return f"{whom} Fragen an Sie. {heard}"
    if not alerts:
        return f"Nichts zu tun. {heard}"
    count = "Ein Alarm wartet" if len(alerts) == 1 else f"{len(alerts)} Alarme warten"
    return f"{count} auf Sie. {heard}"


def meter_row(evidence: Evidence, meter: Meter) -> MeterRow:
    """Return a meter with its newest reading."""
    newest = evidence.newest_of(meter.id)
    age = evidence.age(newest) if newest else None
    source = "aus anderen Zählern" if meter.is_virtual else words.SOURCES[source_kind(meter)]
    light = _meter_light(evidence, meter, newest)
    questions = len(questions_about(evidence, meter.id))
    if light.level == "ok" and questions:
        light = Light("look", "◐", "eine Frage an Sie" if questions == 1 else f"{questions} Fragen an Sie")
    return MeterRow(meter, source, register_unit(meter), newest, age, light, questions)


def _meter_light(evidence: Evidence, meter: Meter, newest: Reading | None) -> Light:
    if meter.is_virtual:
        return Light("ok", "✓", "berechnet")
    if clock_ahead(evidence, meter.id) is not None:
        return Light("act", "▲", "Uhr geht vor")
    if newest is None:
        return Light("unknown", "○", "noch nie gemeldet")
    if evidence.silence(meter.id) is not None:
        word = "Ablesung fällig" if meter.reporting is Reporting.BY_HAND else "stumm"
        return Light("act", "▲", word)
    return Light("ok", "✓", "rechtzeitig abgelesen" if meter.reporting is Reporting.BY_HAND else "meldet sich")


def _months(evidence: Evidence, place: Property, year: int) -> list[tuple[Group, ShownChart]]:
    found = []
    for group in GROUPS:
        meters = meters_of(place, group)
        if meters:
            this, last = (months_of(evidence, meters, group, one) for one in (year, year - 1))
            medium = meters[0].medium_id
            found.append((group, charts.months(this, last, medium, f"{group.title} {place.name}")))
    return found


def _measure(evidence: Evidence, measure: Measure) -> tuple[Measure, MeasureProgress | None, ShownChart | None]:
    progress = evidence.measure(measure.id)
    shown = charts.measure(progress) if progress is not None and progress.monthly else None
    return measure, progress, shown
