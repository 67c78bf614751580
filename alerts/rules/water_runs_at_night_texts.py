"""What is said of water that runs at night, by how much it is."""

from collections.abc import Sequence
from typing import Final

from alerts.findings import Words
from alerts.messages.language import LANGUAGES, day, filled, quantity
from alerts.rules.meter_silent_texts import meter_name
from analysis.meters.night_flow import NightFlow
from config.meters.meter import Meter

_TITLE_DE: Final = "Wasser läuft nachts durch ({flow}, {count})"
_TITLE_EN: Final = "Water runs at night ({flow}, {count})"
_SEEN_DE: Final = (
    "Zähler „{name}“: In der Nacht zum {night} floss zwischen 01 und 05 Uhr in jeder Stunde Wasser, "
    "mindestens {flow}. So ist es {least}seit der Nacht zum {first}. In einem leeren Gebäude steht der Zähler still."
)
_SEEN_EN: Final = (
    "Meter “{name}”: in the night to {night}, water ran in every hour between 01 and 05, at least {flow}. "
    "It has done so {least}since the night to {first}. In an empty building the meter stands still."
)

_DRIP: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "Wahrscheinlich tropft ein Hahn, ein Spülkasten schließt nicht oder ein Sicherheitsventil ist undicht.",
        "Bitte nach Feierabend alle Spülkästen, Urinale und Hähne auf Tropfen prüfen, dann das Sicherheitsventil am "
        "Warmwasserspeicher. Danach am Zähler nachsehen, ob das kleine Rädchen stillsteht.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "Probably a tap drips, a cistern does not close or a safety valve leaks.",
        "Please check all cisterns, urinals and taps after closing time, then the safety valve of the water heater. "
        "Then look whether the small wheel of the meter stands still.",
    ),
}
_RUNS: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "Wahrscheinlich hängt eine Spülung (WC oder Urinal), oder eine Leitung ist undicht.",
        "Bitte heute Abend, wenn niemand mehr im Haus ist, die Absperrhähne der Stränge einzeln schließen und am "
        "Zähler nachsehen: Wo er stehen bleibt, liegt der Fehler. Dort zuerst die Spülkästen und Urinale prüfen.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "Probably a flush (toilet or urinal) is stuck, or a pipe leaks.",
        "Please close the stop valves of the branches one by one this evening, when nobody is in, and watch the "
        "meter: where it stops is the fault. Check cisterns and urinals there first.",
    ),
}
_BURST: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "So viel Wasser deutet auf einen Rohrbruch, eine offene Zapfstelle oder eine hängende Nachspeisung.",
        "Bitte noch heute Keller, Außenzapfstellen und Nachspeisung der Heizung absuchen. Ist nichts zu finden, den "
        "Haupthahn über Nacht schließen und einen Installateur beauftragen.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "This much water points to a burst pipe, an open tap or a stuck refill of the heating.",
        "Please search cellar, outdoor taps and the refill of the heating today. If nothing is found, close the main "
        "valve overnight and call a plumber.",
    ),
}
_GROWS: Final = {
    "de": " Der Durchfluss wächst von Nacht zu Nacht: Bitte nicht aufschieben.",
    "en": " The flow grows from night to night: please do not wait.",
}
_COUNT: Final = {"de": "{}. Nacht", "en": "night {}"}
_COUNT_AT_LEAST: Final = {"de": "seit {} Nächten oder länger", "en": "for {} nights or longer"}
_LEAST: Final = {"de": "mindestens ", "en": "at least "}
_DRIP_BELOW_M3_H: Final = 0.05
_BURST_FROM_M3_H: Final = 0.8


def leak_words(
    meter: Meter, running: Sequence[NightFlow], *, growing: bool, is_longer: bool = False
) -> dict[str, Words]:
    """Say how much runs and since which night, why probably, and what to do.

    `is_longer`: it may have begun before the first of the nights.
    """
    flow_m3_h = running[-1].minimum_m3_h or 0.0
    texts = {
        language: Words(
            words.title, words.observed + (_GROWS[language] if growing else ""), words.cause, words.next_step
        )
        for language, words in _texts(flow_m3_h).items()
    }
    facts = {language: _facts(meter, running, language, is_longer=is_longer) for language in LANGUAGES}
    return filled(texts, facts)


def _texts(flow_m3_h: float) -> dict[str, Words]:
    if flow_m3_h < _DRIP_BELOW_M3_H:
        return _DRIP
    return _RUNS if flow_m3_h < _BURST_FROM_M3_H else _BURST


def _facts(meter: Meter, running: Sequence[NightFlow], language: str, *, is_longer: bool) -> dict[str, str]:
    count = (_COUNT_AT_LEAST if is_longer else _COUNT)[language]
    return {
        "name": meter_name(meter),
        "flow": quantity(running[-1].minimum_m3_h or 0.0, "m3/h", language),
        "count": count.format(len(running)),
        "least": _LEAST[language] if is_longer else "",
        "night": day(running[-1].night, language),
        "first": day(running[0].night, language),
    }
