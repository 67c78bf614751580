"""Alerts and what people say to them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from alerts import inbox
from api.answers.documents import answer, json_bytes, page
from api.answers.problems import InvalidInput
from api.answers.shapes import Shape, alert_shape, log_shape
from api.evidence import Evidence, Given
from api.security.callers import caller_of
from gateway.operations import AlertRow, AlertState

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])
_LONGEST_SILENCE: Final = timedelta(days=366)


class Comment(BaseModel):
    """Words that go with what somebody did."""

    model_config = ConfigDict(extra="forbid")
    comment: str = Field("", max_length=2000)


class Words(Comment):
    """A comment that says something."""

    comment: str = Field(min_length=1, max_length=2000)


class GivenAnswer(Comment):
    """A facility manager's answer."""

    answer: Literal["erledigt", "fehlalarm", "handwerker"]


class Quiet(Comment):
    """Say nothing about it before `until`."""

    until: AwareDatetime


@router.get("")
async def alerts(
    request: Request, evidence: Given, state: AlertState | None = None, limit: int = 100, cursor: str | None = None
) -> Response:
    """List alerts, of one state if it is given."""
    rows = await asyncio.to_thread(evidence.operations.alerts.list, state)
    return answer(request, page(rows, lambda one: f"{one.id:012}", alert_shape, limit=limit, cursor=cursor))


@router.get("/{alert_id}")
async def one_alert(request: Request, evidence: Given, alert_id: int) -> Response:
    """Return one alert with its log."""
    return answer(request, await asyncio.to_thread(_with_log, evidence, alert_id))


def _with_log(evidence: Evidence, alert_id: int) -> Shape:
    found = alert_shape(evidence.operations.alerts.get(alert_id))
    return found | {"log": [log_shape(entry) for entry in evidence.operations.alerts.log(alert_id)]}


@router.post("/{alert_id}/acknowledge")
async def acknowledge(
    request: Request, evidence: Given, alert_id: int, said: Annotated[Comment | None, Body()] = None
) -> Response:
    """Say that somebody looks after it."""
    by, comment = caller_of(request).name, said.comment if said else ""
    return await _changed(lambda: inbox.acknowledge(evidence.operations, alert_id, by=by, comment=comment))


@router.post("/{alert_id}/resolve")
async def resolve(
    request: Request, evidence: Given, alert_id: int, said: Annotated[Comment | None, Body()] = None
) -> Response:
    """Close it."""
    by, comment = caller_of(request).name, said.comment if said else ""
    return await _changed(lambda: inbox.resolve(evidence.operations, alert_id, by=by, comment=comment))


@router.post("/{alert_id}/comment")
async def comment(request: Request, evidence: Given, alert_id: int, said: Words) -> Response:
    """Add a comment to its log."""
    by = caller_of(request).name
    await asyncio.to_thread(inbox.comment, evidence.operations, alert_id, by=by, text=said.comment)
    return await _changed(lambda: evidence.operations.alerts.get(alert_id))


@router.post("/{alert_id}/answer")
async def give_answer(request: Request, evidence: Given, alert_id: int, said: GivenAnswer) -> Response:
    """Answer it: erledigt and fehlalarm close it, handwerker acknowledges it."""
    told = {"by": caller_of(request).name, "given": said.answer, "comment": said.comment}
    return await _changed(lambda: inbox.answer(evidence.operations, alert_id, **told))


@router.post("/{alert_id}/silence")
async def silence(request: Request, evidence: Given, alert_id: int, said: Quiet) -> Response:
    """Send nothing about it before `until`, at most a year from now."""
    if not evidence.now() < said.until <= evidence.now() + _LONGEST_SILENCE:
        raise InvalidInput("until", "lies not in the future, or more than a year ahead")
    told = {"by": caller_of(request).name, "comment": said.comment}
    return await _changed(lambda: inbox.silence(evidence.operations, alert_id, until=said.until, **told))


async def _changed(change: Callable[[], AlertRow]) -> Response:
    row = await asyncio.to_thread(change)
    return Response(json_bytes(alert_shape(row)), media_type="application/json")
