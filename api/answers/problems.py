"""Errors as `application/problem+json` (RFC 9457) or, for a person with a browser, as a German page."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from config.errors import (
    ConfigurationError,
    Conflict,
    Forbidden,
    InsufficientData,
    InvalidReading,
    NotFound,
    StorageFull,
    Unreachable,
    ZaehlwerkError,
)


class NotSignedIn(Forbidden):
    """The caller brought no token, or one that nobody knows."""


class TooMuch(ZaehlwerkError):
    """The request asks for, or brings, more than one answer can carry."""


class TooOften(ZaehlwerkError):
    """The token has brought as much as it may for now; `retry_after_s` says when to come back [s]."""

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(detail)


class InvalidInput(ZaehlwerkError):
    """A parameter cannot be understood; `place` names it."""

    def __init__(self, place: str, detail: str) -> None:
        self.place = place
        super().__init__(f"{place}: {detail}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem document; `page_text` is for a person, in German. `retry_after_s` None: the status decides."""

    type: str
    title: str
    status: int
    page_text: str
    detail: str = ""
    errors: tuple[dict[str, str], ...] = ()
    retry_after_s: int | None = None

    def document(self) -> bytes:
        """Return the JSON document."""
        members: dict[str, object] = {
            "type": f"urn:zaehlwerk:problem:{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail or self.title,
        }
        return orjson.dumps(members | ({"errors": self.errors} if self.errors else {}))


# The first row whose class fits decides, so subclasses stand above their parents.
_TREE: tuple[tuple[type[Exception], str, str, int, str], ...] = (
    (NotSignedIn, "not-signed-in", "Token needed", 401, "Bitte melden Sie sich an."),
    (Forbidden, "forbidden", "Not allowed", 403, "Ihre Rolle erlaubt das nicht."),
    (NotFound, "not-found", "Not found", 404, "Das gibt es hier nicht."),
    (Conflict, "conflict", "Not possible in this state", 409, "Das geht im jetzigen Zustand nicht."),
    (TooMuch, "too-much", "Too much at once", 413, "Das ist zu viel auf einmal."),
    (TooOften, "too-often", "Too often", 429, "Das war zu oft. Bitte warten Sie einen Augenblick."),
    (InvalidInput, "invalid-input", "Invalid input", 422, "Die Eingabe ist nicht verständlich."),
    (InvalidReading, "invalid-reading", "Not a usable reading", 422, "Das ist keine brauchbare Ablesung."),
    (InsufficientData, "insufficient-data", "Not enough data", 422, "Dafür reichen die Daten nicht."),
    (ConfigurationError, "configuration", "Configuration is wrong", 500, "Die Einrichtung ist fehlerhaft."),
    (Unreachable, "unreachable", "A server behind this one does not answer", 503, "Gerade nicht erreichbar."),
    (StorageFull, "storage-full", "Readings cannot be kept now", 507, "Der Speicher ist voll."),
    (ZaehlwerkError, "error", "Error", 500, "Das hat nicht geklappt."),
)
_PAGE_TEXTS = {404: "Das gibt es hier nicht.", 405: "Das geht hier nicht.", 413: "Das ist zu viel auf einmal."}
_MACHINE_PATHS = ("/v1", "/public", "/health", "/ready", "/metrics", "/openapi.json", "/static")


def problem_of(error: Exception) -> Problem:
    """Return the problem that an error stands for; an error that nobody foresaw tells nothing of its inside."""
    if isinstance(error, RequestValidationError):
        return _invalid(error.errors())
    if isinstance(error, HTTPException):
        text = _PAGE_TEXTS.get(error.status_code, "Das hat nicht geklappt.")
        return Problem(f"http-{error.status_code}", error.detail, error.status_code, text)
    for kind, name, title, status, page_text in _TREE:
        if isinstance(error, kind):
            return Problem(name, title, status, page_text, str(error), _errors_of(error), _retry_after_s(error))
    return Problem("internal", "Internal error", 500, "Da ist uns ein Fehler unterlaufen.")


def _retry_after_s(error: Exception) -> int | None:
    return error.retry_after_s if isinstance(error, TooOften) else None


def _errors_of(error: Exception) -> tuple[dict[str, str], ...]:
    if isinstance(error, InvalidInput):
        return ({"place": error.place, "reason": "invalid", "detail": str(error)},)
    if isinstance(error, InvalidReading):
        return ({"place": error.field or "value", "reason": error.code, "detail": error.detail},)
    return ()


def _invalid(errors: Sequence[dict[str, object]]) -> Problem:
    rows = tuple(
        {
            "place": ".".join(str(part) for part in _place(error)),
            "reason": str(error["type"]),
            "detail": str(error["msg"]),
        }
        for error in errors
    )
    detail = "; ".join(f"{row['place']}: {row['detail']}" for row in rows)
    return Problem("invalid-input", "Invalid input", 422, "Die Eingabe ist nicht verständlich.", detail, rows)


def _place(error: dict[str, object]) -> Sequence[object]:
    place = error["loc"]
    return place if isinstance(place, tuple) else (place,)


def wants_page(request: Request) -> bool:
    """Say whether a person with a browser asks, not a program."""
    path = request.url.path
    is_machine = any(path == prefix or path.startswith(f"{prefix}/") for prefix in _MACHINE_PATHS)
    return not is_machine and "text/html" in request.headers.get("accept", "")


def problem_answer(problem: Problem) -> Response:
    """Return the problem as a response for programs."""
    answer = Response(problem.document(), problem.status, media_type="application/problem+json")
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="zaehlwerk"'
    if problem.status == 503:
        answer.headers["Retry-After"] = "5"
    if problem.retry_after_s is not None:
        answer.headers["Retry-After"] = str(problem.retry_after_s)
    return answer
