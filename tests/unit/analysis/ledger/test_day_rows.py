"""Days as rows: nothing is lost on the way into the table and back."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.bookkeeping.ledger_digest import basis_of
from analysis.bookkeeping.meter_records import Records
from analysis.ledger.amounts import Amounts
from analysis.ledger.day_rows import amounts_of_rows, day_rows
from analysis.ledger.line import Row
from config.meters.ledger_policy import LedgerPolicy, Spreading
from config.meters.meter import ByHandSource, Dated
from config.portfolio.properties import OpeningHours, UseCalendar
from gateway.operations import ReadingNoteRow
from tests.unit.analysis.evidence import books, event, meter, place, utc

FIRST = date(2025, 3, 28)
DAY_MS = 86_400_000


@st.composite
def some_days(draw: st.DrawFn) -> Amounts:
    count = draw(st.integers(1, 6))
    kinds = st.sampled_from([0, *(row for row in Row if row)])
    known = [draw(kinds) for _ in range(count)]
    spans = np.zeros((len(Row), count), np.int64)
    for slot, kind in enumerate(known):
        if kind:
            spans[kind, slot] = draw(st.integers(1, DAY_MS))
    factors = tuple(draw(st.lists(st.sampled_from([Decimal(1), Decimal("10.66833"), Decimal("0.40")]), max_size=3)))
    whole = st.integers(0, 10**15)
    rows = [[draw(whole) if kind not in {0, Row.FAULTY} else 0 for kind in known] for _ in factors]
    micro = np.array(rows, np.int64).reshape(len(factors), count)
    bridges = np.array([draw(st.sampled_from([0, Row.INTERPOLATED, Row.SPREAD])) for _ in range(count + 1)], np.int64)
    return Amounts(np.arange(count + 1, dtype=np.int64) * DAY_MS, micro, factors, spans, bridges)


@given(some_days())
def test_days_come_back_from_the_table_to_the_last_digit(amounts: Amounts) -> None:
    days = [FIRST + timedelta(days=number) for number in range(len(amounts.lengths_ms))]
    rows = list(day_rows("strom", days, amounts))
    back = amounts_of_rows(rows, FIRST, amounts.bounds_ms)
    assert back.decimals() == amounts.decimals()
    assert back.total() == amounts.total()
    assert back.hows() == amounts.hows()
    assert np.array_equal(back.spans_ms, amounts.spans_ms)
    assert np.array_equal(back.bridges, amounts.bridges)


def test_a_day_of_which_nothing_is_known_has_no_row_and_a_day_of_zero_has_one() -> None:
    spans = np.zeros((len(Row), 2), np.int64)
    spans[Row.MEASURED, 1] = DAY_MS
    none = np.zeros(3, np.int64)
    amounts = Amounts(np.arange(3) * DAY_MS, np.zeros((1, 2), np.int64), (Decimal(1),), spans, none)
    (row,) = day_rows("strom", [FIRST, FIRST + timedelta(days=1)], amounts)
    assert (row.day, row.pieces, row.spans) == (date(2025, 3, 29), "", f"1={DAY_MS}")
    assert amounts_of_rows([row], FIRST, amounts.bounds_ms).decimals() == [None, 0]


def test_the_digest_changes_with_whatever_changes_a_figure() -> None:
    own = meter(policy=LedgerPolicy(spread=Spreading.PROFILE))
    school = place(own)
    portfolio = books(school)[0].portfolio
    at = utc(2025, 1, 1)
    change = event("exchange", at, old_end=Decimal(5), new_start=Decimal(0))
    note = ReadingNoteRow("strom", "active_energy_import", 5, "corrected", "x", "", at)
    closed = replace(school, calendar=UseCalendar(closed=frozenset({date(2025, 1, 2)})))
    weekdays = replace(school, calendar=UseCalendar(open=(OpeningHours(frozenset({0, 1}), time(8), time(16)),)))
    told = [
        basis_of(portfolio, Records(own, ()), ()).digest(),
        basis_of(portfolio, Records(replace(own, factor=(Dated(None, Decimal(2)),)), ()), ()).digest(),
        basis_of(portfolio, Records(replace(own, source=ByHandSource(timedelta(days=30))), ()), ()).digest(),
        basis_of(portfolio, Records(own, (change,)), ()).digest(),
        basis_of(portfolio, Records(own, (replace(change, state="rejected"),)), ()).digest(),
        basis_of(portfolio, Records(own, ()), (note,)).digest(),
        basis_of(books(closed)[0].portfolio, Records(own, ()), ()).digest(),
        basis_of(books(weekdays)[0].portfolio, Records(own, ()), ()).digest(),
        basis_of(books(school, zone="Europe/London")[0].portfolio, Records(own, ()), ()).digest(),
    ]
    assert len(set(told)) == len(told)
    words = replace(change, detail="anders erzählt", author="jemand")
    assert basis_of(portfolio, Records(own, (words,)), ()).digest() == told[3]


def test_the_digest_is_the_same_in_every_process() -> None:
    program = (
        "from datetime import date, timedelta; from dataclasses import replace;"
        "from tests.unit.analysis.evidence import books, meter, place;"
        "from config.portfolio.properties import UseCalendar; from analysis.bookkeeping.meter_records import Records;"
        "from analysis.bookkeeping.ledger_digest import basis_of;"
        "closed = frozenset(date(2025, 1, 1) + timedelta(days=number) for number in range(50));"
        "there = books(replace(place(meter()), calendar=UseCalendar(closed=closed)))[0];"
        "print(basis_of(there.portfolio, Records(meter(), ()), ()).digest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
