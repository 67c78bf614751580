"""No request brings more than one answer can carry."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers.problems import TooMuch
from api.presentation.problem_pages import refusal


class BodyLimit:
    """ASGI middleware that answers 413 to a body that is announced as too large, or turns out to be."""

    def __init__(self, app: ASGIApp, *, largest_bytes: int) -> None:
        self._app = app
        self._largest_bytes = largest_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        announced = request.headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > self._largest_bytes:
            await refusal(request, self._error())(scope, receive, send)
            return
        await self._app(scope, self._counted(receive), send)

    def _counted(self, receive: Receive) -> Receive:
        """A body without a length is counted as it comes; the route that reads it gets the error."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._largest_bytes:
                raise self._error()
            return message

        return counted

    def _error(self) -> TooMuch:
        return TooMuch(f"a request may bring at most {self._largest_bytes // 1024} KiB; send the rest in another one")
