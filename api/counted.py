"""How many requests were answered, and how."""

from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Counted:
    """Requests by class of status (2xx, 4xx …)."""

    def __init__(self) -> None:
        self._answers: Counter[str] = Counter()

    def count(self, status: int) -> None:
        """Count one answer."""
        self._answers[f"{status // 100}xx"] += 1

    def lines(self) -> list[str]:
        """Return the counts in Prometheus' text format."""
        rows = [f'zaehlwerk_http_answers_total{{status="{name}"}} {n}' for name, n in sorted(self._answers.items())]
        return ["# TYPE zaehlwerk_http_answers_total counter", *rows]


class Counting:
    """ASGI middleware that counts every answer."""

    def __init__(self, app: ASGIApp, *, counted: Counted) -> None:
        self._app = app
        self._counted = counted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counted.count(message["status"])
            await send(message)

        await self._app(scope, receive, counting if scope["type"] == "http" else send)
