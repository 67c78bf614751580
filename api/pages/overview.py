"""Übersicht: what to do today, where the year stands, how each property does."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analysis.figures import Figure
from analysis.known_amounts import quality
from analysis.properties.trust import Trust, trust_in, trust_of
from analysis.property_meters import common_reference
from api.events.open_questions import open_questions
from api.evidence import Evidence, Given
from api.lacking import lacking_meters
from api.media import GROUPS, Group, MeterDays, coverage_of, days_of, meters_of, sum_of
from api.pages.property_row import PropertyRow, property_row
from api.pages.unjudged import unjudged
from api.presentation.rendering import templates_of
from api.trust import witness
from config.meters.meter import Meter
from config.minima import MINIMA
from gateway.operations import AlertRow

router = APIRouter(include_in_schema=False)
_COMPARABLE = MINIMA["year_comparison"].whole
_SHOWN_ALERTS = 5


@dataclass(frozen=True, slots=True)
class YearToDate:
    """A group's consumption of `[1 January, today)` against the same days of last year, over comparable meters."""

    group: Group
    value: float | None
    last_year: float | None
    compared: int
    meters: int
    trust: Trust
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality with its properties."""

    name: str
    rows: list[PropertyRow]


@router.get("/")
async def overview(request: Request, evidence: Given) -> Response:
    """Return the overview."""
    content = await asyncio.to_thread(_content, evidence)
    return templates_of(request).page(request, "overview.html", content)


def _content(evidence: Evidence) -> dict[str, object]:
    today = evidence.today()
    alerts = [alert for alert in evidence.open_alerts() if not alert.is_silenced(evidence.now())]
    names = {place.id: place.name for place in evidence.portfolio.properties}
    completeness = evidence.completeness(today - timedelta(days=30), today)
    emitted = evidence.remembered.get(("co2e", today), lambda: co2e(evidence, today.year - 1))
    return ({} if alerts else unjudged(evidence)) | {
        "alerts": alerts[:_SHOWN_ALERTS],
        "alert_count": len(alerts),
        "cost_per_day": sum(alert.cost_eur_per_day or 0.0 for alert in alerts),
        "names": names,
        "today": today,
        "year_to_date": evidence.remembered.get(("to date", today), lambda: year_to_date(evidence, today)),
        "co2e": emitted,
        "co2e_trust": trust_in(emitted, witness(evidence, date(today.year - 1, 1, 1), date(today.year, 1, 1))),
        "completeness": completeness,
        "lacking": len(lacking_meters(evidence, completeness)),
        "questions": len(open_questions(evidence)),
        "measures": [(one, evidence.measure(one.id)) for one in evidence.portfolio.measures.values()],
        "municipalities": _municipalities(evidence, alerts),
        "benchmark_year": today.year - 1,
    }


def _municipalities(evidence: Evidence, alerts: list[AlertRow]) -> list[Municipality]:
    found = []
    for municipality in evidence.portfolio.municipalities:
        places = [place for place in evidence.portfolio.properties if place.municipality_id == municipality.id]
        if places:
            rows = [property_row(evidence, place, alerts) for place in places]
            found.append(Municipality(municipality.name, rows))
    return found


def year_to_date(evidence: Evidence, today: date) -> list[YearToDate]:
    """Return each group that is metered at all."""
    found = []
    for group in GROUPS:
        meters = [meter for place in evidence.portfolio.properties for meter in meters_of(place, group)]
        if meters:
            found.append(_to_date(evidence, group, meters, today))
    return found


def _to_date(evidence: Evidence, group: Group, meters: list[Meter], today: date) -> YearToDate:
    span, earlier = _span(today), _span(_year_before(today))
    both = [(one, days_of(evidence, one, *span), days_of(evidence, one, *earlier)) for one in meters]
    pairs = [(meter, new, old) for meter, new, old in both if _is_comparable(new) and _is_comparable(old)]
    this, last = sum_of([new for _, new, _ in pairs]), sum_of([old for _, _, old in pairs])
    shares, vouching = quality([new.daily for _, new, _ in pairs]), witness(evidence, *span)
    trust = trust_of(shares, [meter.id for meter, _, _ in pairs], vouching)
    return YearToDate(group, this, last, len(pairs), len(meters), trust, common_reference(meters))


def _is_comparable(days: MeterDays) -> bool:
    return coverage_of([days]) >= _COMPARABLE


def _span(day: date) -> tuple[date, date]:
    """Return `[1 January, day)`; on New Year's Day, when nothing is over yet, the day itself."""
    return date(day.year, 1, 1), max(day, date(day.year, 1, 2))


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def co2e(evidence: Evidence, year: int) -> Figure:
    """Return the emissions of a whole year over the properties for which they are known."""
    total = evidence.balance(year, evidence.books.default_factor_set).total
    return total.co2e_t
