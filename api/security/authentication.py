"""The gate before every route: nobody passes without a token, save to the few open paths."""

import asyncio
from typing import Protocol
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers.problems import NotSignedIn
from api.presentation.problem_pages import refusal
from api.security.callers import Caller, csrf_of
from api.security.permissions import allows, is_open, needed
from config.errors import ConfigurationError, Forbidden
from config.parsing.url_parts import url_parts

COOKIE = "zaehlwerk"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class KnownToken(Protocol):
    """A token that was found."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


class Tokens(Protocol):
    """Where tokens are looked up, by their hash."""

    def role_of(self, token: str) -> KnownToken | None: ...


class Gate:
    """ASGI middleware that names the caller in `request.state.caller` or answers 401 or 403 itself.

    `open_secret` is None outside the demo; in the demo every caller is its administrator.
    """

    def __init__(self, app: ASGIApp, *, tokens: Tokens, public_url: str, open_secret: str | None) -> None:
        self._app = app
        self._tokens = tokens
        self._public_host = urlsplit(public_url).netloc
        self._open_secret = open_secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there are no web sockets; an unanswered handshake is refused by the server
        request = Request(scope, receive)
        try:
            await self._admit(request)
        except Forbidden as error:
            await refusal(request, error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(self, request: Request) -> None:
        method, path = request.method, request.url.path
        caller = await self._caller(request)
        request.state.caller = caller
        if not _bearer(request) and method not in _SAFE_METHODS:
            self._check_origin(request)
        if is_open(method, path):
            return
        if caller is None:
            raise NotSignedIn("send a token as 'Authorization: Bearer …', or sign in with it")
        is_writing = method not in _SAFE_METHODS and path.startswith("/v1/")
        if is_writing and self._open_secret is None and not _bearer(request):
            raise Forbidden("programs that write send the token as 'Authorization: Bearer …'; a cookie is not enough")
        permission = needed(method, path)
        if not allows(caller.role, permission):
            raise Forbidden(f"the role {caller.role} does not include {permission}")

    async def _caller(self, request: Request) -> Caller | None:
        if self._open_secret is not None:
            return Caller("Gast der Vorführung", "administrator", csrf_of(self._open_secret))
        token = _bearer(request) or request.cookies.get(COOKIE)
        known = await asyncio.to_thread(self._tokens.role_of, token) if token else None
        return Caller(known.name, known.role, csrf_of(token), known.id) if known and token else None

    def _check_origin(self, request: Request) -> None:
        # A browser names the page that a request comes from; what it sends by itself (the cookie) proves nothing.
        origin = request.headers.get("origin")
        if origin is None and request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}:
            return
        if origin is None or _host(origin) not in {self._public_host, request.headers.get("host")}:
            raise Forbidden(f"a request from {origin or 'another site'} is not taken")


def _host(origin: str) -> str | None:
    try:
        return url_parts(origin).netloc or None
    except ConfigurationError:
        return None  # nobody's


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
