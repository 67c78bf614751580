"""Answers of read routes: fast JSON or CSV with an entity tag, lists cut by cursor."""

import base64
import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.answers.problems import InvalidInput

Thing = TypeVar("Thing")
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
LARGEST_PAGE = 500
ARROW = "application/vnd.apache.arrow.stream"


def tagged(request: Request, body: bytes, media_type: str, *, cache: str = "private, no-cache") -> Response:
    """Return the body with its entity tag, or 304 where the caller has it already."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": cache, "Vary": "Accept, Authorization, Cookie"}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def json_bytes(content: object) -> bytes:
    """Return content as JSON; numpy arrays and datetimes included."""
    return orjson.dumps(content, option=_OPTIONS)


def answer(request: Request, content: object) -> Response:
    """Return content as JSON with an entity tag."""
    return tagged(request, json_bytes(content), "application/json")


def wants_csv(request: Request) -> bool:
    """Say whether the caller prefers CSV; a link on a page says so by `format=csv`."""
    return request.query_params.get("format") == "csv" or "text/csv" in request.headers.get("accept", "")


def wants_arrow(request: Request) -> bool:
    """Say whether the caller prefers an Arrow stream."""
    return ARROW in request.headers.get("accept", "")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV: comma, point, ISO instants; an empty field is a gap."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def csv_answer(request: Request, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Return rows as CSV with an entity tag."""
    return tagged(request, csv_text(header, rows).encode(), "text/csv; charset=utf-8")


def page(
    things: Iterable[Thing],
    identity: Callable[[Thing], str],
    shape: Callable[[Thing], Mapping[str, object]],
    *,
    limit: int,
    cursor: str | None,
) -> dict[str, object]:
    """Return one page of a list in ascending identity: `items`, and `next` for the page after it (None: the last)."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise InvalidInput("limit", f"{limit} is not between 1 and {LARGEST_PAGE}")
    after = _decoded(cursor)
    ordered = sorted((thing for thing in things if after is None or identity(thing) > after), key=identity)
    shown = ordered[:limit]
    following = _encoded(identity(shown[-1])) if len(ordered) > limit else None
    return {"items": [shape(thing) for thing in shown], "next": following}


def _encoded(identity: str) -> str:
    return base64.urlsafe_b64encode(identity.encode()).decode().rstrip("=")


def _decoded(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError as error:
        raise InvalidInput("cursor", "take it from the answer before") from error
