"""Main meters against their sub-meters as pages show them."""

from dataclasses import dataclass

from analysis.meters.sub_meter_words import sub_meter_words
from analysis.meters.sub_meters import Agreement, SubMeterCheck
from api.evidence import Evidence
from api.presentation.lights import Light, agreement_light
from config.meters.meter import Meter
from config.portfolio.properties import Property


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A check with its light and its sentence."""

    main: Meter
    subs: tuple[Meter, ...]
    check: SubMeterCheck
    light: Light
    text: str


def shown_checks(
    evidence: Evidence, place: Property, *, of: Meter | None = None, only_doubts: bool = False
) -> list[ShownCheck]:
    """Return the checks of a property's main meters; of one of them, or those that are a doubt, if wanted."""
    return [
        _shown(evidence, check)
        for check in evidence.sub_meters(place)
        if (of is None or check.main == of.id) and (not only_doubts or check.verdict is Agreement.OUTSIDE)
    ]


def _shown(evidence: Evidence, check: SubMeterCheck) -> ShownCheck:
    portfolio = evidence.portfolio
    subs = tuple(portfolio.meter(name) for name in check.subs)
    light, text = agreement_light(check.verdict), sub_meter_words(check, portfolio)
    return ShownCheck(portfolio.meter(check.main), subs, check, light, text)
