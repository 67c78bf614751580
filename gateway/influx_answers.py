"""What InfluxDB's answers mean: the columns of a query, the refusal of a write, or that it is better to wait."""

import re
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np

from config.errors import Unreachable
from gateway.reading import Series

EMPTY = Series(np.empty(0, np.int64), np.empty(0, np.float64))
_ROW = np.dtype([("time_ms", np.int64), ("value", np.float64)])
_DROPPED = re.compile(r"\bdropped=(\d+)")
_UNPARSED = "unable to parse"
_REASONS = {
    "field type conflict": "field_type_conflict",
    "Retention Policy": "outside_retention",
    "outside retention": "outside_retention",
    _UNPARSED: "not_parsable",
}
_ABOUT_CONTENT = frozenset({400, 413, 422})
_WHAT_IS_WRONG = {
    401: "the token is not accepted",
    403: "the token may not do this",
    404: "organisation or bucket do not exist",
}


class AnsweredError(Protocol):
    """The parts of the client's exception that are looked at."""

    status: int | None
    message: str | bytes
    retry_after: str | None


class Table(msgspec.Struct):
    """One series of a query's answer: rows of time [ms] and value."""

    values: list[tuple[int, float]]
    tags: dict[str, str] = {}

    def series(self) -> Series:
        """Return the rows as columns; raises `Unreachable` for a time that no store keeps."""
        try:
            rows = np.fromiter(self.values, _ROW, len(self.values))
        except OverflowError as error:
            raise Unreachable(f"the store's answer is not understood: {error}") from error
        return Series(np.ascontiguousarray(rows["time_ms"]), np.ascontiguousarray(rows["value"]))


class _Statement(msgspec.Struct):
    series: list[Table] = []
    error: str = ""


class _Answer(msgspec.Struct):
    results: list[_Statement] = []
    error: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was not written as a whole; `dropped` counts its points that were not, None: not said."""

    reason: str
    detail: str
    dropped: int | None


def tables_of(body: bytes) -> list[list[Table]]:
    """Return the tables of every statement of an InfluxQL answer; raises `Unreachable` if one failed."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreachable(f"the store's answer is not understood: {error}") from error
    complaint = answer.error or next((one.error for one in answer.results if one.error), "")
    if complaint:
        hint = " (no such bucket, or the token may not read it)" if "database not found" in complaint else ""
        raise Unreachable(f"the store cannot answer: {complaint}{hint}")
    return [statement.series for statement in answer.results]


def refusal_of(error: AnsweredError) -> Refusal:
    """Return what the server says about the content of a write; raises `Unreachable` if it says anything else.

    400 with a line that could not be parsed: nothing was written; 413: it was too much at once; 422: some was
    written, and the body counts what was dropped without naming it. All others (token, bucket, overload, a proxy in
    between that does not like the request) are nothing that the readings did, and must not park them.
    """
    detail = _text(error)
    if error.status not in _ABOUT_CONTENT or (error.status == 400 and _UNPARSED not in detail):
        raise unreachable(error)
    found = _DROPPED.search(detail)
    reason = "too_large" if error.status == 413 else _reason(detail)
    return Refusal(reason, detail, int(found[1]) if found else None)


def unreachable(error: AnsweredError) -> Unreachable:
    """Return the error for "not now", with the server's wish when to come again."""
    what = _WHAT_IS_WRONG.get(error.status or 0, "it asks to wait" if error.retry_after else "it failed")
    return Unreachable(f"the store answers {error.status}, {what}: {_text(error)}", retry_after_s=_wait_s(error))


def _wait_s(error: AnsweredError) -> float | None:
    # The other form that HTTP allows here, a date, would need the server's clock to be right.
    retry_after = error.retry_after or ""
    return float(retry_after) if retry_after.isdigit() else None


def _text(error: AnsweredError) -> str:
    message = error.message
    return message.decode(errors="replace") if isinstance(message, bytes) else str(message)


def _reason(detail: str) -> str:
    return next((reason for words, reason in _REASONS.items() if words in detail), "refused_by_store")
