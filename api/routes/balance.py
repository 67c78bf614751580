"""The climate balance of a year."""

import asyncio

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers.balance_rows import BALANCE_COLUMNS, balance_rows
from api.answers.documents import answer, csv_answer, json_bytes, wants_csv
from api.answers.shapes import Shape, balance_shape
from api.evidence import Evidence, Given
from api.frozen_balances import frozen_balances, frozen_shape
from api.security.callers import caller_of
from api.times import checked_year
from api.trust import witnesses

router = APIRouter(prefix="/v1", tags=["balance"])


@router.get("/balance/{year}")
async def one_balance(request: Request, evidence: Given, year: int, factor_set: str | None = None) -> Response:
    """Return a year's final energy and greenhouse gases under one factor set; CSV by `Accept: text/csv`.

    `frozen` is the newest version that was frozen, `newer_data_since` when data first came that it does not know.
    """
    chosen = factor_set or evidence.books.default_factor_set
    found = await asyncio.to_thread(evidence.balance, checked_year(year), chosen)
    if wants_csv(request):
        return csv_answer(request, BALANCE_COLUMNS, balance_rows(found, evidence.portfolio))
    frozen = await asyncio.to_thread(frozen_balances, evidence, year, chosen)
    shape = await asyncio.to_thread(balance_shape, found, witnesses(evidence))
    return answer(request, shape | frozen_shape(frozen))


@router.post("/balance/{year}/freeze", status_code=201)
async def freeze(request: Request, evidence: Given, year: int, factor_set: str | None = None) -> Response:
    """Keep a year's balance as it stands now; later data do not change what was frozen."""
    chosen = factor_set or evidence.books.default_factor_set
    content = await asyncio.to_thread(_frozen, evidence, checked_year(year), chosen, caller_of(request).name)
    return Response(json_bytes(content), 201, media_type="application/json")


def _frozen(evidence: Evidence, year: int, factor_set: str, author: str) -> Shape:
    content = orjson.loads(json_bytes(balance_shape(evidence.balance(year, factor_set))))
    row = evidence.operations.balances.freeze(year, factor_set, content, author)
    return {
        "id": row.id,
        "year": row.year,
        "factor_set": row.factor_set,
        "sha256": row.sha256,
        "frozen_at": row.frozen_at,
    }
