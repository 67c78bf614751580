"""What InfluxDB's refusals mean: what is wrong with a write, or that it is better to wait."""

import re
from dataclasses import dataclass
from typing import Protocol

from config.errors import Unreachable

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
    """The parts of an answer that are looked at, be it the client's exception or our own."""

    @property
    def status(self) -> int | None: ...

    @property
    def message(self) -> str | bytes: ...

    @property
    def retry_after(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was not written as a whole; `dropped` counts its points that were not, None: not said."""

    reason: str
    detail: str
    dropped: int | None


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
