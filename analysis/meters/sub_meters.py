"""A main meter against the sum of its sub-meters: each vouches for the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analysis.books import Books
from analysis.ledger.amounts import Amounts
from analysis.meters.meter_amounts import daily_amounts
from analysis.property_meters import reference_in_common, share_on
from analysis.virtual.formula_parts import parts_of
from config.meters.meter import Meter
from config.minima import MINIMA
from config.portfolio.portfolio import Portfolio

SMALLEST_DOUBT = Decimal(1)  # unit of the medium: two registers that stand still differ by their last digits
_MINIMUM = MINIMA["sub_meter_check"].whole
# What a sub-meter of another medium counts is a part of what the main meter counts.
_ALIKE = (frozenset({"electricity_import", "heat_pump_electricity"}), frozenset({"district_heat", "heat_meter"}))


class Agreement(StrEnum):
    """Whether main meter and sub-meters agree."""

    WITHIN = "within"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SubMeterCheck:
    """A main meter and its sub-meters over the local days of `[start, end)` that all of them know whole.

    Amounts are in `unit`, energy of fuels on `reference`; `difference` is main − sum, below zero where the sub-meters
    count more, and `percent` that of the main meter's amount. All None where no day is known, `percent` also for an
    amount of 0. `coverage` is the share of the days that could be compared, `incomplete` are the meters that do not
    know enough of them. `is_whole`: the sub-meters are to make up the main meter; else they may count less.
    """

    main: str
    subs: tuple[str, ...]
    start: date
    end: date
    unit: str
    reference: str | None
    main_amount: Decimal | None
    sub_amount: Decimal | None
    difference: Decimal | None
    percent: float | None
    tolerance_percent: Decimal
    is_whole: bool
    coverage: float
    incomplete: tuple[str, ...]
    verdict: Agreement


def sub_meters_of(portfolio: Portfolio, main: Meter) -> tuple[Meter, ...]:
    """Return the sub-meters that can be held against a main meter.

    Left out are those of another kind of energy (a heat meter behind a boiler), and all of a virtual main meter that
    is their sum.
    """
    alike = next((media for media in _ALIKE if main.medium_id in media), frozenset({main.medium_id}))
    found = [one for one in portfolio.meters.values() if one.sub_meter_of == main.id and one.medium_id in alike]
    made_of = parts_of(portfolio.meters, main)
    return () if any(one.id in made_of for one in found) else tuple(found)


def sub_meter_check(books: Books, main: Meter, start: date, end: date, *, now: datetime) -> SubMeterCheck | None:
    """Hold a main meter against its sub-meters on the days of `[start, end)` that are over at `now`.

    None where it has none. Compared are the days that all of them know whole; estimates know nothing. With less than
    `config.minima` demands the verdict is unknown.
    """
    subs = sub_meters_of(books.portfolio, main)
    over = max(start, min(end, now.astimezone(books.zone).date()))
    if not subs:
        return None
    meters = (main, *subs)
    if over == start:
        return _Compared(meters, start, over, (), None, None, 0.0).check()
    days = [daily_amounts(books, meter, start, over, now=now) for meter in meters]
    known = np.array([part.counted_ms >= part.lengths_ms for part in days])
    whole = np.asarray(known.all(axis=0), dtype=np.bool_)
    lacking = tuple(one.id for one, of in zip(meters, known, strict=True) if of.mean() < _MINIMUM)
    on = reference_in_common(meters)
    amounts = [_total(part, whole, share_on(one, on)) for one, part in zip(meters, days, strict=True)]
    counted = [amount for amount in amounts[1:] if amount is not None]
    in_sum = sum(counted, Decimal(0)) if counted else None
    return _Compared(meters, start, over, lacking, amounts[0], in_sum, float(whole.mean())).check()


def sub_meter_checks(
    books: Books, start: date, end: date, *, now: datetime, mains: Sequence[Meter] | None = None
) -> tuple[SubMeterCheck, ...]:
    """Return the checks of all main meters that have sub-meters; `mains` None: of the whole portfolio."""
    chosen = books.portfolio.meters.values() if mains is None else mains
    found = (sub_meter_check(books, meter, start, end, now=now) for meter in chosen)
    return tuple(one for one in found if one is not None)


def _total(days: Amounts, chosen: NDArray[np.bool_], share: Decimal) -> Decimal | None:
    amount = days.total(chosen)
    return None if amount is None else amount * share


@dataclass(frozen=True, slots=True)
class _Compared:
    meters: Sequence[Meter]
    start: date
    end: date
    lacking: tuple[str, ...]
    main: Decimal | None
    subs: Decimal | None
    coverage: float

    def check(self) -> SubMeterCheck:
        head = self.meters[0]
        difference = None if self.main is None or self.subs is None else self.main - self.subs
        return SubMeterCheck(
            main=head.id,
            subs=tuple(meter.id for meter in self.meters[1:]),
            start=self.start,
            end=self.end,
            unit=head.medium.unit,
            reference=reference_in_common(self.meters),
            main_amount=self.main,
            sub_amount=self.subs,
            difference=difference,
            percent=None if difference is None or not self.main else float(100 * difference / self.main),
            tolerance_percent=head.policy.tolerance_percent,
            is_whole=head.has_all_sub_meters,
            coverage=self.coverage,
            incomplete=self.lacking,
            verdict=self._verdict(head, difference),
        )

    def _verdict(self, head: Meter, difference: Decimal | None) -> Agreement:
        if self.main is None or difference is None or self.coverage < _MINIMUM:
            return Agreement.UNKNOWN
        allowed = max(abs(self.main) * head.policy.tolerance_percent / 100, SMALLEST_DOUBT)
        is_doubtful = -difference > allowed or (head.has_all_sub_meters and difference > allowed)
        return Agreement.OUTSIDE if is_doubtful else Agreement.WITHIN
