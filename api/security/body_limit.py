"""No request brings more than one answer can carry."""

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers.problems import TooMuch
from api.presentation.problem_pages import refusal


class BodyLimit:
    """ASGI middleware that answers 413 to a body that is announced as too large, or turns out to be.

    Where photos may come along (paths like `uploads`) a body may be larger.
    """

    def __init__(self, app: ASGIApp, *, largest_bytes: int, uploads: re.Pattern[str], largest_upload: int) -> None:
        self._app = app
        self._largest_bytes = largest_bytes
        self._uploads = uploads
        self._largest_upload = largest_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        announced = request.headers.get("content-length", "0")
        largest = self._largest_upload if self._uploads.fullmatch(request.url.path) else self._largest_bytes
        if not announced.isdecimal() or int(announced) > largest:
            await refusal(request, _error(largest))(scope, receive, send)
            return
        await self._app(scope, _counted(receive, largest), send)


def _counted(receive: Receive, largest: int) -> Receive:
    """A body without a length is counted as it comes; the route that reads it gets the error."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > largest:
            raise _error(largest)
        return message

    return counted


def _error(largest: int) -> TooMuch:
    return TooMuch(f"a request may bring at most {largest // 1024} KiB; send the rest in another one")
