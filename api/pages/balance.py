"""Klimabilanz: the year's rows as the balance tool wants them, with the factor set that they lean on."""

import asyncio
from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from analysis.properties.trust import trust_in
from api.evidence import Evidence, Given
from api.frozen_balances import frozen_balances
from api.presentation.factor_set_words import FACTOR_SETS
from api.presentation.rendering import templates_of
from api.times import checked_year
from api.trust import witness

router = APIRouter(include_in_schema=False)


@router.get("/klimabilanz")
async def newest_balance(evidence: Given) -> Response:
    """Lead on to the last whole year."""
    return RedirectResponse(f"/klimabilanz/{evidence.today().year - 1}", status_code=303)


@router.get("/klimabilanz/{year}")
async def one_balance(request: Request, evidence: Given, year: int, faktoren: str | None = None) -> Response:
    """Return a year's balance under a factor set."""
    chosen = faktoren or evidence.books.default_factor_set
    content = await asyncio.to_thread(_content, evidence, checked_year(year), chosen)
    return templates_of(request).page(request, "balance.html", content)


def _content(evidence: Evidence, year: int, factor_set_id: str) -> dict[str, object]:
    found = evidence.balance(year, factor_set_id)
    names = {place.id: place.name for place in evidence.portfolio.properties}
    vouching = witness(evidence, date(year, 1, 1), date(year + 1, 1, 1))
    incomplete = sorted({names.get(one, one) for row in found.rows for one in row.incomplete})
    return {
        "balance": found,
        "trusts": {
            (row.group, row.carrier): trust_in(row.final_energy_mwh, vouching) for row in (*found.rows, found.total)
        },
        "year": year,
        "this_year": evidence.today().year,
        "factor_set": evidence.books.factor_sets[factor_set_id],
        "factor_sets": evidence.books.factor_sets,
        "set_words": FACTOR_SETS,
        "incomplete": incomplete,
        "without_meters": [names.get(one, one) for one in found.without_meters],
        "is_unverified": any(not row.co2e_t.verified for row in found.rows),
        "frozen": frozen_balances(evidence, year, factor_set_id),
    }
