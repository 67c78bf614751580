"""Numbers as German, English and Swiss files write them, a column at a time.

`1.234` is a thousand in one file and little more than one in the next: what the file itself does not prove, it is
asked for.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.errors import InvalidReading

Cell = str | float
Gaps = dict[int, InvalidReading | None]  # by index; None: the file says that it has no value
COMMA, POINT = ",", "."
MISSING = frozenset({"", "-", "--", "---", "–", "n/a", "na", "nan", "null", "none", "k.a.", "#nv", "#n/a", "*"})
OTHER = {COMMA: POINT, POINT: COMMA}
_STRANGE = {COMMA: re.compile(r"[^0-9,\n-]"), POINT: re.compile(r"[^0-9.\n-]")}
_GROUPED = re.compile(r"[+-]?\d{1,3}([ '’\u00a0\u202f])\d{3}(\1\d{3})*(?!\d)", re.ASCII)
_SPACED = re.compile(r"(?<=\d)[ '’\u00a0\u202f](?=\d{3})")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_LONGEST = 60
_MOST_DIGITS = 400  # longer ones are no reading, and slow to turn into a number


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """`decimal` is the sign before decimals; `thousands` the one between groups, None: not known to be one."""

    decimal: str = POINT
    thousands: str | None = None


def number_of(cell: Cell, form: NumberFormat) -> float | None:
    """Return the number, None where the file says that it has none.

    Raises `InvalidReading`: `not_a_number`, or `ambiguous_number` for a lone group such as 1.234 where nobody said
    that points are thousands.
    """
    if not isinstance(cell, str):
        return _finite(float(cell), cell)
    text = cell.strip()
    if text.lower() in MISSING:
        return None
    if len(text) > _MOST_DIGITS:
        raise _no_number(text)
    if (spaced := _GROUPED.match(text)) is not None:
        text = re.sub(r"[ '’\u00a0\u202f]", "", spaced[0]) + text[spaced.end() :]
    other = OTHER[form.decimal]
    if other in text:
        text = _without_groups(text, form, other)
    text = text.replace(form.decimal, POINT)
    if not _PLAIN.fullmatch(text):
        raise _no_number(cell)
    return _finite(float(text), cell)


def _without_groups(text: str, form: NumberFormat, other: str) -> str:
    whole, point, decimals = text.partition(form.decimal)
    groups = whole.lstrip("+-").split(other)
    if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]) or other in decimals:
        raise _no_number(text)
    if form.thousands != other and len(groups) == 2 and not point:
        detail = f"{text}: thousands or decimals? Say it with --decimal or thousands: in the mapping"
        raise InvalidReading("ambiguous_number", detail)
    return whole.replace(other, "") + point + decimals


def numbers(cells: Sequence[Cell], form: NumberFormat) -> tuple[NDArray[np.float64], Gaps]:
    """Return the numbers of a column, NaN where there is none, and by index why: None says that it is missing."""
    quick = _all_plain(cells, form)
    if quick is not None:
        return quick, {}
    values = np.full(len(cells), np.nan)
    gaps: Gaps = {}
    for index, cell in enumerate(cells):
        try:
            value = number_of(cell, form)
        except InvalidReading as error:
            gaps[index] = error
            continue
        if value is None:
            gaps[index] = None
        else:
            values[index] = value
    return values, gaps


def _all_plain(cells: Sequence[Cell], form: NumberFormat) -> NDArray[np.float64] | None:
    try:
        text = "\n".join(cells)  # type: ignore[arg-type]  # a spreadsheet's numbers go the long way
    except TypeError:
        return None
    if _STRANGE[form.decimal].search(text) is not None:
        return None
    try:
        values = np.fromiter(map(float, text.replace(form.decimal, POINT).split("\n")), np.float64, len(cells))
    except ValueError:
        return None
    return values if bool(np.isfinite(values).all()) else None


def number_format(texts: Iterable[str], *, delimiter: str = "") -> NumberFormat:
    """Return the format that the numbers of a file prove.

    Raises `InvalidReading` (`ambiguous_number`) where they prove none, or two.
    """
    proofs: set[str] = set()
    doubtful: str | None = None
    for text in texts:
        sign = _proof(text.strip())
        if sign is not None:
            proofs.add(sign)
        elif doubtful is None and _ONE_GROUP.fullmatch(text.strip()):
            doubtful = text.strip()
    if len(proofs) == 2:
        raise InvalidReading(
            "ambiguous_number",
            "some numbers have a decimal comma, some a point: name --decimal (`decimal` in a mapping)",
        )
    if proofs:
        return NumberFormat(proofs.pop())
    if doubtful is not None and not (delimiter == COMMA and POINT in doubtful):
        raise InvalidReading(
            "ambiguous_number", f"{doubtful}: thousands or decimals? Name --decimal , or . (`decimal` in a mapping)"
        )
    return NumberFormat(POINT if delimiter == COMMA else COMMA)


def _proof(text: str) -> str | None:
    """Return the decimal sign that a number proves, None where it could be both or has none."""
    text = _SPACED.sub("", text)
    signs = [sign for sign in text if sign in OTHER]
    if not signs or not re.fullmatch(r"[+-]?[\d.,]+", text, re.ASCII):
        return None
    if len(set(signs)) == 2:
        return signs[-1] if signs.count(signs[-1]) == 1 else None
    if len(signs) > 1:
        return OTHER[signs[0]]  # 1.234.567
    return None if _ONE_GROUP.fullmatch(text) else signs[0]


def _finite(value: float, written: Cell) -> float:
    if not math.isfinite(value):
        raise InvalidReading("not_a_number", f"{str(written)[:_LONGEST]!r} is not finite")
    return value


def _no_number(written: Cell) -> InvalidReading:
    return InvalidReading("not_a_number", f"{str(written)[:_LONGEST]!r} is no number")
