"""The verdict on a measure, and the sentence that says it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from analysis.german import day, number
from analysis.measures.measure_core import FEWEST_BASELINE_DAYS, FEWEST_BASELINE_KNOWN, Comparison
from analysis.measures.measure_days import MeasureDays

NOISE_PERCENT = 5.0
FEWEST_DAYS = 30
FEWEST_HEATING_SHARE = 1 / 12
_NOTHING_EXPECTED = "Ohne die Maßnahme wäre kein Verbrauch zu erwarten: Ein Anteil davon lässt sich nicht angeben."
_DAY = timedelta(days=1)


class Verdict(StrEnum):
    """What can be said about a measure today."""

    WORKS = "works"
    NOT_CERTAIN = "not_certain"
    DOES_NOT_WORK = "does_not_work"
    INSUFFICIENT_DATA = "insufficient_data"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, its sentence in German, and whether the promise is missed beyond the noise."""

    verdict: Verdict
    text: str
    target_missed: bool


def judge(comparison: Comparison, days: MeasureDays) -> Judgement:
    """Judge a measure.

    One building differs from its own model by 3–5 % from year to year with nothing done, so a saving counts from 5 %
    on. `does_not_work` is said when consumption rose by 5 %, or when no saving is seen (below 1 %) although at least
    twice the noise was promised.
    """
    lacking, saving = _lacking(comparison, days), comparison.saving_percent
    if lacking or saving is None:
        words = f"Noch keine Aussage möglich: {lacking or _NOTHING_EXPECTED}"
        return Judgement(Verdict.INSUFFICIENT_DATA, words, target_missed=False)
    promised = float(days.measure.expected_saving_percent)
    verdict = _verdict(saving, promised)
    missed = saving + NOISE_PERCENT < promised
    seen = f"bis {day(days.until - _DAY)} {_seen(saving)}, versprochen waren {number(promised, 1)} %"
    return Judgement(verdict, _text(verdict, seen, missed=missed), missed)


def _verdict(saving: float, promised: float) -> Verdict:
    if saving >= NOISE_PERCENT:
        return Verdict.WORKS
    if saving <= -NOISE_PERCENT or (saving < 1 and promised >= 2 * NOISE_PERCENT):
        return Verdict.DOES_NOT_WORK
    return Verdict.NOT_CERTAIN


def _seen(saving: float) -> str:
    direction = "weniger" if saving >= 0 else "mehr"
    return f"{number(abs(saving), 1)} % {direction} Verbrauch als ohne die Maßnahme zu erwarten"


def _text(verdict: Verdict, seen: str, *, missed: bool) -> str:
    ending = " Das Ziel ist bisher verfehlt." if missed else ""
    if verdict is Verdict.WORKS:
        return f"Die Maßnahme wirkt: {seen}.{ending}"
    if verdict is Verdict.DOES_NOT_WORK:
        return f"Die Maßnahme wirkt nicht: {seen}."
    noise = f"Unter {number(NOISE_PERCENT)} % schwankt ein Gebäude auch ohne Maßnahme."
    return f"Noch nicht sicher: {seen}. {noise}{ending}"


def _lacking(comparison: Comparison, days: MeasureDays) -> str:
    """Say what is missing for a verdict; empty if nothing is."""
    if days.reason == "no_meter":
        return "Für dieses Medium gibt es keinen Zähler."
    if len(days.baseline.dates) < FEWEST_BASELINE_DAYS:
        return f"Der Basiszeitraum umfasst nur {len(days.baseline.dates)} Tage, nötig sind {FEWEST_BASELINE_DAYS}."
    if comparison.baseline_known < FEWEST_BASELINE_KNOWN:
        known = number(100 * comparison.baseline_known)
        what = "Verbrauch und Wetter sind" if days.is_heat else "Der Verbrauch ist"
        return f"{what} im Basiszeitraum nur an {known} % der Tage bekannt."
    return _lacking_since(comparison, days)


def _lacking_since(comparison: Comparison, days: MeasureDays) -> str:
    since, comparable = day(days.since), comparison.comparable_days
    if days.until == days.since:
        return f"Die Arbeiten enden erst am {since}."
    if comparable < FEWEST_DAYS:
        counted = "ist erst 1 Tag" if comparable == 1 else f"sind erst {comparable} Tage"
        return f"Seit dem Ende der Arbeiten ({since}) {counted} vergleichbar."
    expected = comparison.sums[0] or 0.0
    if days.is_heat and expected < FEWEST_HEATING_SHARE * comparison.baseline_sum:
        return "Seit dem Ende der Arbeiten wurde kaum geheizt."
    return ""
