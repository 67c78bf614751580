"""Which meters the formulas of virtual meters lead to."""

from collections.abc import Iterable, Mapping
from datetime import date

from config.meters.formulas import formula_terms
from config.meters.meter import Dated, Meter


def named_by(formulas: Iterable[Dated[str]]) -> tuple[str, ...]:
    """Return the ids that formulas name."""
    terms = (term for entry in formulas for term in formula_terms(entry.value))
    return tuple(dict.fromkeys(term.meter for term in terms))


def formulas_within(meter: Meter, start: date, end: date) -> tuple[Dated[str], ...]:
    """Return the formulas of a meter that hold on one of the local days `[start, end)`, ascending."""
    begins = [entry.valid_from or date.min for entry in meter.formula]
    spans = zip(meter.formula, begins, [*begins[1:], date.max], strict=False)
    return tuple(entry for entry, first, until in spans if first < end and until > start)


def parts_of(meters: Mapping[str, Meter], meter: Meter) -> tuple[str, ...]:
    """Return the ids that a meter's formulas lead to through those of other virtual meters; unknown ones included."""
    found: dict[str, None] = {}
    ahead = [meter]
    while ahead:
        for name in named_by(ahead.pop(0).formula):
            if name not in found:
                found[name] = None
                ahead += [meters[name]] if name in meters else []
    return tuple(found)
