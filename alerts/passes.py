"""One pass over everything that is due: the days that are over, what the data are worth, then what they say."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from alerts.doubting import propose_doubts
from alerts.evaluation import evaluate_due
from alerts.evaluation_summary import EvaluationSummary, Failure
from alerts.findings import Rule
from alerts.late_data import judge_again
from alerts.rules import RULES
from analysis.books import Books
from analysis.days.daily_ledger import catch_up
from gateway.operations import Operations

LEDGER: Final = "daily_ledger"


def judge_due(
    books: Books,
    operations: Operations,
    *,
    now: datetime,
    rules: Sequence[Rule] = RULES,
    is_wanted: Callable[[], bool] = lambda: True,
) -> EvaluationSummary:
    """Derive, ask the detectors, judge again what changed, then ask the rules.

    Safe to call at any time and from several processes at once. The deriving ends early when it is not wanted any
    more. Raises `Unreachable` while the store is away.
    """
    summary = _derived(books, now, is_wanted)
    doubted = propose_doubts(books, operations, now=now)
    if doubted.proposed + doubted.withdrawn:
        summary = _derived(books, now, is_wanted)
    judge_again(books, operations, now=now, rules=rules)
    return summary + doubted + evaluate_due(books, operations, now=now, rules=rules)


def _derived(books: Books, now: datetime, is_wanted: Callable[[], bool]) -> EvaluationSummary:
    """The days that are over, brought up to date in the daily ledger."""
    if books.ledger is None:
        return EvaluationSummary()
    caught = catch_up(books, books.portfolio.meters.values(), now=now, is_wanted=is_wanted)
    return EvaluationSummary(failures=tuple(Failure(LEDGER, meter, now, why) for meter, why in caught.failures))
