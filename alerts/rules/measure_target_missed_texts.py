"""What is said of a measure that misses its target, by what it was meant to save."""

from datetime import timedelta
from typing import Final

from alerts.findings import Words
from alerts.messages.language import LANGUAGES, day, filled, percent, quantity
from analysis.german import labelled
from analysis.measures.measure_days import HEAT_MEDIA
from analysis.measures.measures import MeasureProgress

_TITLE_DE: Final = "Maßnahme „{title}“ verfehlt ihr Ziel ({saving} statt {promised} Einsparung)"
_TITLE_EN: Final = "Measure “{title}” misses its target ({saving} instead of {promised} saved)"
_SEEN_DE: Final = (
    "Vom {since} bis zum {last} wurden {actual} verbraucht{counted}. Ohne die Maßnahme wären {alike} {expected} "
    "zu erwarten gewesen, mit der versprochenen Einsparung {target}."
)
_SEEN_EN: Final = (
    "From {since} to {last}, {actual} were used{counted}. Without the measure {expected} would have been expected "
    "{alike}, with the promised saving {target}."
)
# What the expectation goes by, and on how many of the days: both sides have to be known.
_WEATHER: Final = {"de": "bei gleichem Wetter", "en": "in the same weather"}
_CALENDAR: Final = {
    "de": "nach Monat und Tagesart des Basiszeitraums",
    "en": "for the months and kinds of day of the baseline",
}
_COUNTED: Final = {"de": ", gezählt an {share} der Tage", "en": ", counted on {share} of the days"}

_HEAT: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "Häufig steht der Regler noch auf Werkseinstellung oder Handbetrieb: Absenkung, Heizkurve oder "
        "Ferienprogramm sind nicht so eingestellt wie geplant.",
        "Bitte am Regler Betriebsart, Zeitprogramm, Heizkurve und Ferienprogramm ablesen und mit dem "
        "Abnahmeprotokoll vergleichen. Abweichungen zurückstellen; stimmt alles, die ausführende Firma zur "
        "Nachbesserung auffordern.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "Often the controller is still on factory settings or manual: setback, heating curve or holiday "
        "programme are not set as planned.",
        "Please read mode, time programme, heating curve and holiday programme off the controller and compare "
        "them with the acceptance record. Set differences back; if all is right, ask the contractor to rework it.",
    ),
}
_WATER: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "Häufig sind nicht alle Armaturen umgebaut, oder an anderer Stelle läuft mehr Wasser als zuvor.",
        "Bitte die umgebauten Zapfstellen mit der Liste der Maßnahme abgleichen und den Zähler nach Feierabend auf "
        "Stillstand prüfen.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "Often not all fittings were changed, or more water runs elsewhere than before.",
        "Please compare the changed fittings with the measure's list, and check after closing time that the meter "
        "stands still.",
    ),
}
_POWER: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "Häufig laufen die neuen Geräte länger als geplant, alte sind noch in Betrieb, oder neue Verbraucher "
        "kamen dazu.",
        "Bitte die Laufzeiten (Zeitschaltuhr, Präsenzmelder) mit der Planung vergleichen, nachsehen, ob alte Geräte "
        "noch laufen, und neue Verbraucher seit dem Umbau der Klimaschutzstelle melden.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "Often the new devices run longer than planned, old ones are still on, or new consumers were added.",
        "Please compare the running times (timer, presence detector) with the plan, look whether old devices "
        "still run, and report new consumers since the works to the climate office.",
    ),
}
_BY_MEDIUM: Final = {"water": _WATER, "electricity_import": _POWER}


def missed_words(progress: MeasureProgress) -> dict[str, Words]:
    """Say what was used against what was promised, why probably, and what to do."""
    texts = _BY_MEDIUM.get(progress.medium_id, _HEAT)
    return filled(texts, {language: _facts(progress, language) for language in LANGUAGES})


def _facts(progress: MeasureProgress, language: str) -> dict[str, str]:
    unit, coverage = labelled(progress.unit, progress.reference), progress.actual_kwh.coverage
    counted = "" if coverage >= 1 else _COUNTED[language].format(share=percent(100 * coverage, language))
    return {
        "title": progress.title,
        "saving": percent(progress.saving_percent.value or 0.0, language),
        "promised": percent(progress.expected_saving_percent, language),
        "since": day(progress.since, language),
        "last": day(progress.until - timedelta(days=1), language),
        "counted": counted,
        "alike": (_WEATHER if progress.medium_id in HEAT_MEDIA else _CALENDAR)[language],
        "actual": quantity(progress.actual_kwh.value or 0.0, unit, language),
        "expected": quantity(progress.expected_kwh.value or 0.0, unit, language),
        "target": quantity(progress.target_kwh.value or 0.0, unit, language),
    }
