"""The readings behind an amount, as far as one answer or page can carry them."""

from datetime import datetime, timedelta

from analysis.meters.trace import MOST_ROWS, Trace, trace
from api.answers.problems import InvalidInput, TooMuch
from api.evidence import Evidence
from config.meters.meter import Meter

_MOST_INTERVALS = 2**53
_LONGEST = timedelta(days=1100)


def traced(
    evidence: Evidence, meter: Meter, since: datetime, until: datetime, *, first: int, limit: int = MOST_ROWS
) -> Trace:
    """Return a page of a trace; raises `InvalidInput` and `TooMuch` for spans that cannot be."""
    if since >= until:
        raise InvalidInput("end", "lies not after start")
    if until - since > _LONGEST:
        raise TooMuch(f"an amount is traced over at most {_LONGEST.days} days at once")
    if not 0 <= first < _MOST_INTERVALS:
        raise InvalidInput("first", f"{first} is not between 0 and {_MOST_INTERVALS}")
    return trace(evidence.books, meter, since, until, now=evidence.now(), first=first, most=limit)
