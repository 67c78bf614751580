"""What a person sees instead of a problem document: the login form, or a German sentence."""

from starlette.requests import Request
from starlette.responses import Response

from api.answers.problems import Problem, problem_answer, problem_of, wants_page
from api.presentation.rendering import templates_of


def refusal(request: Request, error: Exception) -> Response:
    """Return the answer to an error: a page for a person, a problem document for a program."""
    problem = problem_of(error)
    return _page(request, problem) if wants_page(request) else problem_answer(problem)


def login_page(request: Request, target: str, *, failed: bool) -> Response:
    """Return the login form that leads on to `target`; `failed`: the token that was sent is not known."""
    answer = templates_of(request).page(request, "login.html", {"target": target, "failed": failed}, status=401)
    answer.headers["WWW-Authenticate"] = 'Bearer realm="zaehlwerk"'
    return answer


def _page(request: Request, problem: Problem) -> Response:
    if problem.status == 401:
        return login_page(request, _target(request), failed=False)
    return templates_of(request).page(request, "problem.html", {"problem": problem}, status=problem.status)


def _target(request: Request) -> str:
    """Where to go after signing in: a link out of a mail keeps the answer that it suggests."""
    path, query = request.url.path, request.url.query
    if request.method != "GET" or path in {"/anmelden", "/abmelden"}:
        return "/"
    return f"{path}?{query}" if query else path
