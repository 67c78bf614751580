"""One pass over everything that is due: the days that are over, what late data change, then what the rules say."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from alerts.evaluation import EvaluationSummary, Failure, evaluate_due
from alerts.findings import Rule
from alerts.late_data import judge_again
from alerts.rules import RULES
from analysis.books import Books
from analysis.daily_ledger import catch_up
from gateway.operations import Operations

LEDGER: Final = "daily_ledger"


def one_pass(
    books: Books,
    operations: Operations,
    *,
    now: datetime,
    rules: Sequence[Rule] = RULES,
    is_wanted: Callable[[], bool] = lambda: True,
) -> EvaluationSummary:
    """Derive, judge again, judge. Safe to call at any time and from several processes at once.

    The deriving ends early when it is not wanted any more. Raises `Unreachable`.
    """
    failures: tuple[Failure, ...] = ()
    if books.ledger is not None:
        caught = catch_up(books, books.portfolio.meters.values(), now=now, is_wanted=is_wanted)
        failures = tuple(Failure(LEDGER, meter, now, reason) for meter, reason in caught.failures)
    judge_again(books, operations, now=now, rules=rules)
    return EvaluationSummary(failures=failures) + evaluate_due(books, operations, now=now, rules=rules)
