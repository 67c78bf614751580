"""What to do next about an event of a meter, by kind and language; what an answer does stands beside the answers."""

from collections.abc import Mapping
from typing import Final

EVENT_STEPS: Final[Mapping[str, Mapping[str, str]]] = {
    "exchange": {
        "de": "Nichts zu tun: Beide Geräte sind mit End- und Anfangsstand verrechnet.",
        "en": "Nothing to do: both devices are counted with their last and first reading.",
    },
    "exchange_suspected": {
        "de": "Bitte am Zähler nachsehen, ob ein neues Gerät hängt, und dessen Nummer und beide Stände notieren.",
        "en": "Please look whether there is a new device, and note its number and both readings.",
    },
    "rollover": {
        "de": "Nichts zu tun: Der Überlauf ist berücksichtigt.",
        "en": "Nothing to do: the wrap is accounted for.",
    },
    "spurious_zero": {
        "de": "Nichts zu tun; kommt es öfter vor, die Verbindung zum Zähler prüfen lassen.",
        "en": "Nothing to do; if it happens often, have the connection to the meter checked.",
    },
    "counter_fell": {
        "de": "Die nächsten Ablesungen abwarten; bleibt der Stand um mehr als ein Zehntel unten, fragen wir nach "
        "einem Zählerwechsel.",
        "en": "Wait for the next readings; if it stays low by more than a tenth, we ask about an exchange.",
    },
    "implausible_jump": {
        "de": "Bitte den Stand am Zähler ablesen und vergleichen, und fragen, ob damals etwas Besonderes lief.",
        "en": "Please read the display and compare, and ask whether something special was running then.",
    },
    "stuck": {
        "de": "Bitte am Zähler nachsehen, ob er zählt, während etwas läuft.",
        "en": "Please look whether the meter counts while something runs.",
    },
    "unit_change_suspected": {
        "de": "Bitte Einheit und Impulswertigkeit am Gerät und am Datensammler mit den hinterlegten vergleichen, und "
        "den genauen Faktor eintragen, wenn er bekannt ist.",
        "en": "Please compare unit and pulse weight at the device and the logger with what is declared, and enter "
        "the exact factor if it is known.",
    },
    "factor_change": {
        "de": "Nichts zu tun, wenn der Wandlerfaktor auf dem Typenschild steht; sonst bitte im Bestand berichtigen.",
        "en": "Nothing to do if the type plate says this ratio; else correct it in the portfolio.",
    },
    "clock_shift": {
        "de": "Bitte die genannte Uhr mit der Ortszeit vergleichen und stellen.",
        "en": "Please compare the clock that is named with local time and set it.",
    },
    "duplicate_conflict": {
        "de": "Bitte klären, welcher der beiden Werte stimmt.",
        "en": "Please find out which of the two values is right.",
    },
    "future_reading": {
        "de": "Bitte die Uhr des Geräts oder Datensammlers stellen.",
        "en": "Please set the clock of the device or logger.",
    },
    "serial_seen": {
        "de": "Nichts zu tun: Die Zählernummer ist gemerkt.",
        "en": "Nothing to do: the serial number is kept.",
    },
    "serial_changed": {
        "de": "Wurde das Gerät getauscht, bitte den Zählerwechsel mit beiden Ständen erfassen.",
        "en": "If the device was exchanged, please record the exchange with both readings.",
    },
    "gap": {
        "de": "Nichts zu tun, wenn die Lücke vorbei ist; fehlende Werte lassen sich als Datei nachreichen.",
        "en": "Nothing to do once it is over; missing values can be imported from a file.",
    },
}


def next_step(kind: str, language: str = "de") -> str:
    """Return what to do next about an event of a kind; empty for a kind that is not known."""
    return EVENT_STEPS.get(kind, {}).get(language, "")
