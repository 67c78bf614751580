"""One pass over everything that is due: first what the data are worth, then what they say."""

from collections.abc import Sequence
from datetime import datetime

from alerts.doubting import propose_doubts
from alerts.evaluation import EvaluationSummary, evaluate_due
from alerts.findings import Rule
from alerts.rules import RULES
from analysis.books import Books
from gateway.operations import Operations


def judge_due(
    books: Books, operations: Operations, *, now: datetime, rules: Sequence[Rule] = RULES
) -> EvaluationSummary:
    """Ask the detectors, then the rules. Safe to call at any time; raises `Unreachable` while the store is away."""
    doubted = propose_doubts(books, operations, now=now)
    return doubted + evaluate_due(books, operations, now=now, rules=rules)
