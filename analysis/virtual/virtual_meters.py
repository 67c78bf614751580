"""What a virtual meter is the sum of, and when: its formulas and those of the virtual meters in it, taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal

from analysis.ledger.conversion import ALWAYS_MS, FOR_EVER_MS, midnight_ms
from analysis.ledger.micro import Integers
from analysis.property_meters import hi_share
from analysis.virtual.formula_parts import parts_of
from config.meters.formulas import formula_terms
from config.meters.meter import Meter, value_on
from config.portfolio.portfolio import Portfolio

_Shares = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Stretch:
    """In `[from_ms, to_ms)` a virtual meter is the sum of metered meters, each times its share.

    A meter that several of the formulas name stands here once, also where its shares cancel out: what it does not
    know, the sum does not know.
    """

    from_ms: int
    to_ms: int
    terms: tuple[tuple[Decimal, Meter], ...]


def stretches_of(portfolio: Portfolio, meter: Meter, zone: tzinfo) -> tuple[Stretch, ...]:
    """Return what a virtual meter is made of, in ascending time; time for which no formula holds is left out.

    Formulas hold from local midnight. Stored fuels add up on Hi, because their tanks may be told on either; gas stays
    on Hs.
    """
    days = [date.min, *sorted(_days_of_change(portfolio, meter))]
    begins = [ALWAYS_MS, *(midnight_ms(day, zone) for day in days[1:])]
    made_of = [_terms_on(portfolio, meter, day) for day in days]
    spans = zip(begins, [*begins[1:], FOR_EVER_MS], made_of, strict=True)
    return tuple(Stretch(first, last, terms) for first, last, terms in spans if terms is not None)


def within(stretches: Sequence[Stretch], bounds_ms: Integers) -> list[Stretch]:
    """Return the stretches that touch the span of `bounds_ms`."""
    first, last = int(bounds_ms[0]), int(bounds_ms[-1])
    return [stretch for stretch in stretches if stretch.from_ms < last and stretch.to_ms > first]


def _days_of_change(portfolio: Portfolio, meter: Meter) -> set[date]:
    virtual = [meter, *(portfolio.meter(name) for name in parts_of(portfolio.meters, meter))]
    return {entry.valid_from for one in virtual for entry in one.formula if entry.valid_from is not None}


def _terms_on(portfolio: Portfolio, meter: Meter, day: date) -> tuple[tuple[Decimal, Meter], ...] | None:
    """None where one of the formulas does not hold yet."""
    shares = _shares(portfolio, meter, day, {})
    return None if shares is None else tuple((share, portfolio.meter(name)) for name, share in shares.items())


def _shares(portfolio: Portfolio, meter: Meter, day: date, known: dict[str, _Shares | None]) -> _Shares | None:
    """Return by how much each metered part counts; each virtual one is taken apart once, however many name it."""
    if not meter.is_virtual:
        return {meter.id: hi_share(meter) if meter.tank is not None else Decimal(1)}
    if meter.id not in known:
        formula = value_on(meter.formula, day)
        known[meter.id] = None if formula is None else _summed(portfolio, formula, day, known)
    return known[meter.id]


def _summed(portfolio: Portfolio, formula: str, day: date, known: dict[str, _Shares | None]) -> _Shares | None:
    summed: _Shares = {}
    for term in formula_terms(formula):
        shares = _shares(portfolio, portfolio.meter(term.meter), day, known)
        if shares is None:
            return None
        for name, share in shares.items():
            summed[name] = summed.get(name, Decimal(0)) + term.factor * share
    return summed
