"""Alarme: the inbox by cost, and one alert with its evidence and its answers."""

import asyncio
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts import inbox
from api.evidence import Evidence, Given
from api.pages.unjudged import unjudged
from api.presentation import charts
from api.presentation.charts import ShownChart
from api.presentation.rendering import templates_of
from api.security.callers import caller_of, check_csrf
from config.errors import NotFound
from gateway.operations import AlertRow, AlertState

router = APIRouter(include_in_schema=False)
_SHOWN_CLOSED = 20


@router.get("/alarme")
async def all_alerts(request: Request, evidence: Given) -> Response:
    """Return the inbox."""
    content = await asyncio.to_thread(_inbox, evidence)
    return templates_of(request).page(request, "alerts.html", content)


def _inbox(evidence: Evidence) -> dict[str, object]:
    now = evidence.now()
    waiting = evidence.open_alerts()
    closed = evidence.operations.alerts.list(AlertState.RESOLVED)
    return ({} if waiting else unjudged(evidence)) | {
        "alerts": [alert for alert in waiting if not alert.is_silenced(now)],
        "later": [alert for alert in waiting if alert.is_silenced(now)],
        "closed": closed[:_SHOWN_CLOSED],
        "names": {place.id: place.name for place in evidence.portfolio.properties},
    }


@router.get("/alarme/{alert_id}")
async def one_alert(request: Request, evidence: Given, alert_id: int, antwort: str = "") -> Response:
    """Return an alert; `antwort` is the answer that a link in a mail suggests."""
    content = await asyncio.to_thread(_alert, evidence, alert_id)
    return templates_of(request).page(request, "alert.html", content | {"suggested": antwort})


def _alert(evidence: Evidence, alert_id: int) -> dict[str, object]:
    alert = evidence.operations.alerts.get(alert_id)
    return {
        "alert": alert,
        "place": _place_name(evidence, alert.property),
        "is_meter": alert.subject in evidence.portfolio.meters,
        "responsible": _person_name(evidence, alert.responsible),
        "log": evidence.operations.alerts.log(alert_id),
        "silenced": alert.is_silenced(evidence.now()),
        "chart": _chart(alert),
    }


def _chart(alert: AlertRow) -> ShownChart | None:
    spec = alert.evidence.get("chart")
    return charts.evidence(spec, f"Diagramm zum Alarm: {alert.observed}") if isinstance(spec, dict) else None


def _place_name(evidence: Evidence, property_id: str) -> str:
    try:
        return evidence.portfolio.property(property_id).name
    except NotFound:
        return property_id  # it left the portfolio since


def _person_name(evidence: Evidence, person_id: str | None) -> str | None:
    return next((person.name for person in evidence.portfolio.people if person.id == person_id), person_id)


@router.post("/alarme/{alert_id}")
async def answer(
    request: Request,
    evidence: Given,
    alert_id: int,
    antwort: Annotated[Literal["erledigt", "fehlalarm", "handwerker", "spaeter", "bemerkung"], Form()],
    csrf: Annotated[str, Form()] = "",
    bemerkung: Annotated[str, Form(max_length=2000)] = "",
    tage: Annotated[int, Form(ge=1, le=90)] = 7,
) -> Response:
    """Take a person's answer from the form."""
    caller = caller_of(request)
    check_csrf(caller, csrf)
    comment = bemerkung.strip()
    known = evidence.operations
    if antwort == "bemerkung":
        if comment:
            await asyncio.to_thread(inbox.comment, known, alert_id, by=caller.name, text=comment)
    elif antwort == "spaeter":
        until = evidence.now() + timedelta(days=tage)
        await asyncio.to_thread(inbox.silence, known, alert_id, until=until, by=caller.name, comment=comment)
    else:
        await asyncio.to_thread(inbox.answer, known, alert_id, by=caller.name, given=antwort, comment=comment)
    return RedirectResponse(f"/alarme/{alert_id}", status_code=303)
