"""What to do next about an event of a meter, by kind and language."""

from collections.abc import Mapping
from typing import Final

EVENT_STEPS: Final[Mapping[str, Mapping[str, str]]] = {
    "exchange": {
        "de": "Nichts zu tun: beide Geräte sind mit End- und Anfangsstand verrechnet.",
        "en": "Nothing to do: both devices are counted with their last and first reading.",
    },
    "exchange_suspected": {
        "de": "Bitte am Zähler nachsehen, ob ein neues Gerät hängt. Wenn ja: bestätigen und Endstand, Anfangsstand "
        "und Zählernummer eintragen. Wenn nein: verwerfen.",
        "en": "Please look whether there is a new device. If so, accept and enter last reading, first reading and "
        "serial number; else reject.",
    },
    "rollover": {
        "de": "Nichts zu tun: der Überlauf ist berücksichtigt.",
        "en": "Nothing to do: the wrap is accounted for.",
    },
    "spurious_zero": {
        "de": "Nichts zu tun. Kommt es öfter vor, die Verbindung zum Zähler prüfen lassen.",
        "en": "Nothing to do. If it happens often, have the connection to the meter checked.",
    },
    "counter_fell": {
        "de": "Die nächsten Ablesungen abwarten. Bleibt der Stand unten, wird ein Zählerwechsel vorgeschlagen.",
        "en": "Wait for the next readings. If it stays low, an exchange is proposed.",
    },
    "implausible_jump": {
        "de": "Bitte den Stand am Zähler ablesen und vergleichen. War der Verbrauch echt: verwerfen, dann wird er "
        "gebucht. War er es nicht: bestätigen, dann bleibt er ungebucht.",
        "en": "Please read the display and compare. If the consumption was real, reject, and it is booked; if it was "
        "not, accept, and it stays unbooked.",
    },
    "stuck": {
        "de": "Bitte am Zähler nachsehen: Zählt er, während etwas läuft? Steht er wirklich oder war die Übertragung "
        "gestört: bestätigen. Lief tatsächlich nichts: verwerfen.",
        "en": "Please look at the meter: does it count while something runs? If it stands still or the transmission "
        "failed, accept; if nothing ran, reject.",
    },
    "unit_change_suspected": {
        "de": "Bitte Einheit und Impulswertigkeit am Gerät und am Datensammler mit den hinterlegten vergleichen. "
        "Wurde etwas geändert: bestätigen, den Faktor berichtigen, wenn der genaue bekannt ist. War der Verbrauch "
        "so: verwerfen. Bis dahin wird ab diesem Tag nichts gebucht.",
        "en": "Please compare unit and pulse weight at the device and the logger with what is declared. If something "
        "was changed, accept, with the exact factor if it is known; if the consumption was so, reject. Until then "
        "nothing is booked from that day on.",
    },
    "factor_change": {
        "de": "Nichts zu tun: ab hier gilt der neue Wandlerfaktor. Stimmt er nicht mit dem Typenschild überein, "
        "bitte im Bestand berichtigen.",
        "en": "Nothing to do: the new ratio holds from here on. If it does not agree with the type plate, correct it "
        "in the portfolio.",
    },
    "clock_shift": {
        "de": "Bitte die genannte Uhr mit der Ortszeit vergleichen und stellen. Ging sie falsch: bestätigen; beim "
        "Logger werden seine Zeiten berichtigt, bei der Schaltuhr bleiben sie. Läuft der Betrieb seither nur anders: "
        "verwerfen.",
        "en": "Please compare the clock that is named with local time and set it. If it was wrong, accept: a "
        "logger's times are put right, a controller leaves them as they are. If only the hours of use changed, "
        "reject.",
    },
    "duplicate_conflict": {
        "de": "Bitte klären, welcher der beiden Werte stimmt. Der neue: bestätigen. Der frühere: verwerfen, dann "
        "wird er wiederhergestellt.",
        "en": "Please find out which of the two values is right. The new one: accept. The former: reject, and it is "
        "put back.",
    },
    "future_reading": {
        "de": "Bitte die Uhr des Geräts oder Datenloggers stellen.",
        "en": "Please set the clock of the device or logger.",
    },
    "serial_seen": {
        "de": "Nichts zu tun: die Zählernummer ist gemerkt.",
        "en": "Nothing to do: the serial number is kept.",
    },
    "serial_changed": {
        "de": "Wurde das Gerät getauscht: den Zählerwechsel mit Endstand und Anfangsstand erfassen.",
        "en": "If the device was exchanged, record the exchange with last and first reading.",
    },
    "gap": {
        "de": "Nichts zu tun, solange die Lücke endet. Fehlende Werte lassen sich als Datei nachreichen.",
        "en": "Nothing to do as long as it ends. Missing values can be imported from a file.",
    },
}


def next_step(kind: str, language: str = "de") -> str:
    """Return what to do next about an event of a kind; empty for a kind that is not known."""
    return EVENT_STEPS.get(kind, {}).get(language, "")
