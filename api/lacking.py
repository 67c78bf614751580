"""Which meters should know more than they do: said on Daten, and counted wherever data are called complete."""

from collections.abc import Mapping

from analysis.properties.completeness import Completeness
from api.evidence import Evidence
from config.meters.meter import Meter, Reporting


def lacking_meters(evidence: Evidence, found: Completeness) -> Mapping[str, list[Meter]]:
    """Return by property the meters that count in its sums and know too little, of the properties that have any."""
    late = {
        one.property_id: [evidence.portfolio.meter(name) for name in one.whole.incomplete if _is_late(evidence, name)]
        for one in found.places
    }
    return {place: meters for place, meters in late.items() if meters}


def _is_late(evidence: Evidence, meter_id: str) -> bool:
    """Whether a meter should know more: one that is read by hand does not before its next reading is due."""
    by_hand = evidence.portfolio.meter(meter_id).reporting is Reporting.BY_HAND
    return not by_hand or evidence.silence(meter_id) is not None
