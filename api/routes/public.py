"""What citizens may see: sums of months and years that are over, so that nothing shows when somebody is in."""

import asyncio
from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analysis.figures import Consumption
from api.answers.documents import json_bytes, tagged
from api.answers.figures import figure_objects, number
from api.answers.problems import InvalidInput
from api.answers.shapes import Shape
from api.evidence import Evidence, Given
from api.media import GROUPS, Group, meters_of, months_of
from api.times import checked_year
from config.portfolio.properties import Property

router = APIRouter(prefix="/public", tags=["public"])
_CACHE = "public, max-age=3600"
_SHOWN = ("electricity_kwh", "electricity_kwh_m2", "heat_kwh", "heat_kwh_m2", "water_m3", "pv_kwh", "co2e_t")


@router.get("/properties")
async def properties(request: Request, evidence: Given) -> Response:
    """List properties by name."""
    portfolio = evidence.portfolio
    rows = [
        {
            "id": place.id,
            "name": place.name,
            "municipality": portfolio.municipality(place.municipality_id).name,
            "category": place.category,
        }
        for place in portfolio.properties
    ]
    return _answer(request, {"sample": portfolio.district.sample, "items": rows})


@router.get("/properties/{property_id}/years/{year}")
async def one_year(request: Request, evidence: Given, property_id: str, year: int) -> Response:
    """Return the figures of a year that is over."""
    place = evidence.portfolio.property(property_id)
    if checked_year(year) >= evidence.today().year:
        raise InvalidInput("year", "is not over yet")
    found = await asyncio.to_thread(evidence.kpis, place.id, year)
    figures = {name: figure for name, figure in found.figures.items() if name in _SHOWN}
    return _answer(request, {"property": place.id, "year": year, "figures": figure_objects(figures)})


@router.get("/properties/{property_id}/months/{year}")
async def months(request: Request, evidence: Given, property_id: str, year: int) -> Response:
    """Return the consumption of the months of a year that are over, by medium."""
    place = evidence.portfolio.property(property_id)
    rows = await asyncio.to_thread(_months, evidence, place, checked_year(year))
    return _answer(request, {"property": place.id, "year": year, "media": rows})


def _months(evidence: Evidence, place: Property, year: int) -> list[Shape]:
    chosen = [(group, meters_of(place, group)) for group in GROUPS]
    today = evidence.today()
    return [
        _medium(group, months_of(evidence, meters, group, year), today.replace(day=1))
        for group, meters in chosen
        if meters
    ]


def _medium(group: Group, found: Consumption, running: date) -> Shape:
    slots = [slot for slot in found.slots if slot.start.date() < running]
    return {
        "medium": group.id,
        "unit": group.unit,
        "reference": found.reference,
        "start": slots[0].start.date() if slots else None,
        "step": found.resolution,
        "values": [number(slot.value) for slot in slots],
        "coverage": [round(slot.coverage, 4) for slot in slots],
        "complete": [slot.coverage >= 1 for slot in slots],
    }


def _answer(request: Request, content: Shape) -> Response:
    return tagged(request, json_bytes(content), "application/json", cache=_CACHE)
