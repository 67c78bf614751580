"""While the history is being loaded: a page that says how far it is, and 503 for programs."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers.problems import Problem, problem_answer, wants_page
from api.presentation.rendering import templates_of
from api.services import Progress

_ALWAYS = ("/health", "/ready", "/metrics", "/static/", "/public/static/")


class Loading:
    """ASGI middleware that answers in place of the routes until `loading` returns None."""

    def __init__(self, app: ASGIApp, *, loading: Callable[[], Progress | None]) -> None:
        self._app = app
        self._loading = loading

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        progress = self._loading() if scope["type"] == "http" else None
        if progress is None or scope["path"].startswith(_ALWAYS):
            await self._app(scope, receive, send)
            return
        await _answer(Request(scope, receive), progress)(scope, receive, send)


def _answer(request: Request, progress: Progress) -> Response:
    if wants_page(request):
        answer = templates_of(request).page(request, "loading.html", {"progress": progress}, status=503)
        answer.headers["Retry-After"] = "1"
        return answer
    detail = f"{progress.step} ({progress.share:.0%})"
    return problem_answer(Problem("loading", "The history is being loaded", 503, progress.step, detail))
