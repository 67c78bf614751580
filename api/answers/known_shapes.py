"""What is known of properties and meters as the objects that the API gives out; the commands print the same."""

from collections.abc import Iterable

from analysis.meters.sub_meter_words import sub_meter_words
from analysis.meters.sub_meters import SubMeterCheck
from analysis.properties.completeness import Completeness, Known, MeterCompleteness, PropertyCompleteness
from api.answers.figures import number
from config.portfolio.portfolio import Portfolio

Shape = dict[str, object]


def known_shape(known: Known) -> Shape:
    """Return what is known of some days."""
    return {
        "start": known.start,
        "end": known.end,
        "coverage": round(known.coverage, 4),
        "known": round(known.known, 4),
        "quality": {name: round(share, 4) for name, share in known.quality.items()},
        "complete": known.is_complete,
        "incomplete": list(known.incomplete),
    }


def property_known_shape(place: PropertyCompleteness, meters: Iterable[MeterCompleteness]) -> Shape:
    """Return a property with its meters."""
    own = {"property": place.property_id, "newest": place.newest}
    listed = [{"meter": one.meter, "newest": one.newest} | _with_periods(one) for one in meters]
    return own | _with_periods(place) | {"meters": listed}


def completeness_shapes(found: Completeness) -> list[Shape]:
    """Return every property with its meters, in the order of the portfolio."""
    return [
        property_known_shape(place, (one for one in found.meters if one.property_id == place.property_id))
        for place in found.places
    ]


def sub_meter_shape(check: SubMeterCheck, portfolio: Portfolio) -> Shape:
    """Return a main meter against its sub-meters, with the German sentence about it."""
    return {
        "main": check.main,
        "subs": list(check.subs),
        "start": check.start,
        "end": check.end,
        "unit": check.unit,
        "reference": check.reference,
        "main_amount": number(check.main_amount),
        "sub_amount": number(check.sub_amount),
        "difference": number(check.difference),
        "percent": None if check.percent is None else round(check.percent, 2),
        "tolerance_percent": number(check.tolerance_percent),
        "sub_meters": "all" if check.is_whole else "some",
        "coverage": round(check.coverage, 4),
        "incomplete": list(check.incomplete),
        "verdict": check.verdict,
        "text": sub_meter_words(check, portfolio),
    }


def _with_periods(one: MeterCompleteness | PropertyCompleteness) -> Shape:
    return known_shape(one.whole) | {"periods": [known_shape(period) for period in one.periods]}
