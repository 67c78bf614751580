"""Status as icon, word and colour, never colour alone."""

from dataclasses import dataclass

from analysis.measures.measures import Verdict
from analysis.meters.sub_meters import Agreement
from analysis.properties.kpis import Rating
from config.minima import MINIMA


@dataclass(frozen=True, slots=True)
class Light:
    """`level` is ok, look, act or unknown: the class in the stylesheet."""

    level: str
    icon: str
    word: str


LOOK = Light("look", "◐", "ansehen")
ACT = Light("act", "▲", "handeln")
UNKNOWN = Light("unknown", "○", "unbekannt")
INCOMPLETE = Light("look", "◐", "unvollständig")

_RATINGS = {
    Rating.TARGET: Light("ok", "✓", "Zielwert erreicht"),
    Rating.BELOW_MEAN: Light("ok", "✓", "unter Vergleichswert"),
    Rating.ABOVE_MEAN: Light("look", "◐", "über Vergleichswert"),
    Rating.FAR_ABOVE_MEAN: Light("act", "▲", "weit über Vergleichswert"),
}
_VERDICTS = {
    Verdict.WORKS: Light("ok", "✓", "wirkt"),
    Verdict.NOT_CERTAIN: Light("look", "◐", "noch nicht sicher"),
    Verdict.DOES_NOT_WORK: Light("act", "▲", "wirkt nicht"),
    Verdict.INSUFFICIENT_DATA: Light("unknown", "○", "zu wenig Daten"),
}


_AGREEMENTS = {
    Agreement.WITHIN: Light("ok", "✓", "stimmig"),
    Agreement.OUTSIDE: Light("look", "◐", "zu prüfen"),
    Agreement.UNKNOWN: Light("unknown", "○", "nicht vergleichbar"),
}


def agreement_light(verdict: Agreement) -> Light:
    """Return whether main meter and sub-meters agree."""
    return _AGREEMENTS[verdict]


def coverage_light(coverage: float | None) -> Light:
    """Return how far a figure can be trusted."""
    if coverage is None or coverage <= 0:
        return Light("unknown", "○", "keine Daten")
    if coverage >= 0.95:
        return Light("ok", "●", "vollständig" if coverage >= MINIMA["complete"].whole else "fast vollständig")
    return Light("look", "◐", "lückenhaft") if coverage >= 0.75 else Light("act", "◔", "große Lücken")


def data_light(coverage: float | None, lacking: int) -> Light:
    """Return how complete the data of many properties are; nothing is complete while some of them are not."""
    found = coverage_light(coverage)
    return INCOMPLETE if lacking and found.level == "ok" else found


def rating_light(rating: Rating | None) -> Light:
    """Return where a key figure stands against its benchmark."""
    return UNKNOWN if rating is None else _RATINGS[rating]


def verdict_light(verdict: Verdict | None) -> Light:
    """Return what can be said about a measure."""
    return _VERDICTS[verdict or Verdict.INSUFFICIENT_DATA]


def severity_light(severity: str, state: str) -> Light:
    """Return how urgent an alert is."""
    if state == "resolved":
        return Light("ok", "✓", "erledigt")
    if state == "acknowledged":
        return Light("look", "◐", "in Arbeit")
    return Light("act", "▲", "dringend") if severity == "urgent" else Light("look", "◐", "prüfen")
