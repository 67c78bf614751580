"""The login form: a token in, a cookie out."""

import asyncio
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.evidence import Given
from api.presentation.problem_pages import login_page
from api.security.authentication import COOKIE
from api.security.callers import caller_of, check_csrf
from config.errors import ConfigurationError
from config.parsing.url_parts import url_parts

router = APIRouter(include_in_schema=False)
_TWELVE_HOURS = 12 * 3600


@router.post("/anmelden")
async def sign_in(
    request: Request, evidence: Given, token: Annotated[str, Form()] = "", target: Annotated[str, Form()] = "/"
) -> Response:
    """Set the cookie if the token is known."""
    known = await asyncio.to_thread(evidence.operations.tokens.role_of, token.strip())
    if known is None:
        return login_page(request, _within(target), failed=True)
    answer = RedirectResponse(_within(target), status_code=303)
    is_https = urlsplit(evidence.services.public_url).scheme == "https"
    answer.set_cookie(COOKIE, token.strip(), _TWELVE_HOURS, httponly=True, samesite="strict", secure=is_https)
    return answer


@router.post("/abmelden")
async def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
    """Take the cookie away."""
    check_csrf(caller_of(request), csrf)
    answer = RedirectResponse("/", status_code=303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


def _within(target: str) -> str:
    """Return the path if it is one of this site's own."""
    try:
        parts = url_parts(target)
    except ConfigurationError:
        return "/"
    own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return target if own and "\\" not in target and target.isprintable() else "/"
