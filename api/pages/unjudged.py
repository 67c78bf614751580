"""What is due and nobody judged: while it waits, no page says that there is nothing to do."""

from datetime import timedelta
from typing import Final

from alerts.waiting import waiting
from api.evidence import Evidence

_WATCHED_EVERY: Final = timedelta(hours=36)  # rules look every morning; that one is late is no reason to worry people


def unjudged(evidence: Evidence) -> dict[str, object]:
    """Return whether something was never judged at all, and how long the rest waits, None where that is as usual."""
    found = waiting(evidence.books, evidence.operations, now=evidence.now())
    waits = None if found is None else evidence.now() - found.since
    return {
        "is_first_judgement": found is not None and found.is_first,
        "unwatched_for": waits if waits is not None and waits > _WATCHED_EVERY else None,
    }
