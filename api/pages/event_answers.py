"""Answers to the questions of a meter's page; what is wrong with one stands at its question, with what was typed."""

import asyncio
from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.answers.problems import InvalidInput
from api.events.event_decisions import Decision, Verdict, decide, standing, undo
from api.evidence import Evidence, Given
from api.pages.filled_forms import filled_form
from api.pages.meter import Asked, meter_content
from api.pages.meter_forms import amount_or_none, local_instant, part_of, whole_or_none
from api.presentation import refusal_words
from api.presentation.rendering import templates_of
from config.errors import InvalidReading, NotFound

router = APIRouter(include_in_schema=False)
_TYPED: Final = ("zeit", "alt", "neu", "nummer", "stellen", "faktor", "sekunden", "bemerkung")


@router.post("/zaehler/{meter_id}/ereignisse")
async def answer(request: Request, evidence: Given, meter_id: str) -> Response:
    """Take an answer to a proposed event, or take one back.

    Raises `NotFound`, and `Conflict` like `decide` and `undo`.
    """
    author, meter, fields, _ = await filled_form(request, evidence, meter_id)
    event_id, given = fields.get("ereignis", ""), fields.get("antwort", "")
    comment = fields.get("bemerkung", "")[:2000]
    if (await asyncio.to_thread(standing, evidence, event_id)).meter != meter.id:
        raise NotFound("event", event_id)
    if given == "undo":
        await asyncio.to_thread(undo, evidence, event_id, author=author, comment=comment)
    elif given in set(Verdict):
        try:
            decision = _decision(evidence, event_id, Verdict(given), author, comment, fields)
            await asyncio.to_thread(decide, evidence, decision)
        except (InvalidInput, InvalidReading) as error:
            typed = {name: fields.get(name, "")[:120] for name in _TYPED}
            refused = typed | {"event": event_id, "complaint": _complaint(error)}
            content = await asyncio.to_thread(meter_content, evidence, meter, Asked())
            return templates_of(request).page(request, "meter.html", content | {"refused": refused}, status=422)
    else:
        raise InvalidInput("antwort", f"{given!r} is none of accept, reject, undo")
    return RedirectResponse(f"/zaehler/{meter_id}?beantwortet=1#ereignisse", status_code=303)


def _decision(
    evidence: Evidence, event_id: str, verdict: Verdict, author: str, comment: str, fields: Mapping[str, str]
) -> Decision:
    """Return what the form says; raises `InvalidReading` for text that is no number or time."""
    return Decision(
        event_id,
        verdict,
        author,
        comment,
        at=local_instant(fields["zeit"], evidence) if "zeit" in fields else None,
        old_end=part_of(fields, "alt", amount_or_none),
        new_start=part_of(fields, "neu", amount_or_none),
        serial=fields.get("nummer", "")[:80] or None,
        digits=part_of(fields, "stellen", whole_or_none),
        factor=part_of(fields, "faktor", amount_or_none),
        shift_s=part_of(fields, "sekunden", whole_or_none),
    )


def _complaint(error: InvalidInput | InvalidReading) -> str:
    if isinstance(error, InvalidReading):
        return refusal_words.refusal(error)
    return refusal_words.UNFIT_ANSWERS.get(error.place, "nicht brauchbar")
