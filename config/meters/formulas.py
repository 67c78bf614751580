"""Formulas of virtual meters: sums and differences of meters, `main - kitchen + 0.5 * annex`.

Ids hold hyphens, so words and signs stand apart, separated by blanks. A meter's formula may change from a day on: see
`config.meters.meter.Meter.formula`.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True, slots=True)
class Term:
    """A meter's share in a virtual meter: its consumption times `factor` (negative: taken away)."""

    meter: str
    factor: Decimal


_MOST_DIGITS = 15  # before or behind the point; nobody multiplies a meter with more


def formula_terms(formula: str) -> tuple[Term, ...]:
    """Take a formula apart. Raises `ValueError` saying what is wrong with it."""
    words = deque(formula.split())
    if not words:
        raise ValueError("the formula is empty")
    if words[0] not in {"+", "-"}:
        words.appendleft("+")
    return tuple(_terms(words))


def _terms(words: deque[str]) -> Iterator[Term]:
    while words:
        sign = words.popleft()
        if sign not in {"+", "-"}:
            raise ValueError(f"expected + or - before {sign!r}")
        factor = Decimal(1)
        if len(words) >= 2 and words[1] == "*":
            factor = _factor(words.popleft())
            words.popleft()
        if not words or words[0] in {"+", "-", "*"}:
            raise ValueError(f"expected a meter after {sign!r}")
        yield Term(words.popleft(), factor if sign == "+" else factor.copy_negate())


def _factor(word: str) -> Decimal:
    try:
        factor = Decimal(word)
    except InvalidOperation as error:
        raise ValueError(f"expected a number before '*', not {word!r}") from error
    if not factor.is_finite() or abs(factor.adjusted()) > _MOST_DIGITS:
        raise ValueError(f"{word!r} is no number to multiply with")
    return factor
