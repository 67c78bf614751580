"""What every answer says to the browser: run nothing foreign, guess nothing, tell nobody."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# Swagger UI's own stylesheet carries its icons as data.
_DOCS_POLICY = f"{_POLICY}; img-src 'self' data:"


def protect(headers: MutableHeaders, path: str, *, is_https: bool) -> None:
    """Add the security headers to an answer."""
    headers["Content-Security-Policy"] = _DOCS_POLICY if path == "/docs" else _POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if "cache-control" not in headers:
        headers["Cache-Control"] = "private, no-cache"


class Protection:
    """ASGI middleware that adds the security headers to everything."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                protect(MutableHeaders(scope=message), scope["path"], is_https=self._is_https)
            await send(message)

        await self._app(scope, receive, protected if scope["type"] == "http" else send)
