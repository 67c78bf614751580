from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.meters.formulas import Term, formula_terms


def test_a_difference_takes_the_second_meter_away() -> None:
    assert formula_terms("gs-strom - gs-mensa") == (Term("gs-strom", Decimal(1)), Term("gs-mensa", Decimal(-1)))


def test_a_meter_may_count_in_part() -> None:
    assert formula_terms("- a + 0.25 * b") == (Term("a", Decimal(-1)), Term("b", Decimal("0.25")))


@pytest.mark.parametrize("formula", ["", "a b", "a -", "a - * b", "x * a", "a + 2 *", "a-b - - c", "NaN * a"])
def test_a_formula_that_makes_no_sense_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match=r"expected|empty|no number"):
        formula_terms(formula)


@given(
    st.lists(
        st.builds(
            Term,
            st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True),
            st.decimals(-99, 99, places=2).filter(bool),
        ),
        min_size=1,
    )
)
def test_what_is_written_is_what_is_read(terms: list[Term]) -> None:
    written = " ".join(f"{'-' if term.factor < 0 else '+'} {abs(term.factor)} * {term.meter}" for term in terms)
    assert formula_terms(written) == tuple(terms)
