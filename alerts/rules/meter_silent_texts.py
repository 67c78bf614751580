"""What is said of a silent meter, by the way in which its readings come."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from alerts.findings import Words
from alerts.messages.language import LANGUAGES, counter, filled, lasting, moment, unit_in
from analysis.meters.silence import Silence
from config.meters.meter import ByHandSource, Meter, ModbusSource, MqttSource
from config.quantities import QUANTITIES

_TITLE_DE: Final = "Zähler „{name}“ meldet nicht mehr (seit {lasting})"
_TITLE_EN: Final = "Meter “{name}” is silent (for {lasting})"
_SEEN_DE: Final = "Der letzte Wert kam am {since}{stand}. Normal ist spätestens alle {allowed} einer."
_SEEN_EN: Final = "The last value came on {since}{stand}. One at least every {allowed} is normal."

_MODBUS: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "Wahrscheinlich ist der Zähler ohne Strom, die Busleitung unterbrochen oder die Busadresse verstellt.",
        "Bitte am Zähler nachsehen. Anzeige dunkel: Sicherung prüfen, sonst Elektrofachkraft beauftragen. "
        "Anzeige an: Stecker der Busleitung prüfen (Bus „{source}“, Gerät {device}). "
        "Den abgelesenen Stand bitte auf der Alarmseite melden.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "Probably the meter has no power, the bus cable is interrupted or the bus address was changed.",
        "Please look at the meter. Display dark: check the fuse, else call an electrician. Display on: check the "
        "plug of the bus cable (bus “{source}”, device {device}). "
        "Please report the value on the display on the page of the alert.",
    ),
}
_MQTT: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "Wahrscheinlich ist der Datensammler (Gateway) am Zähler ohne Strom, ohne Netz oder die Batterie ist leer.",
        "Bitte den Datensammler am Zähler prüfen: Leuchtet er? Einmal für zehn Sekunden vom Strom nehmen. Kommt nach "
        "15 Minuten kein Wert, der IT Bescheid geben (Thema „{topic}“). "
        "Den abgelesenen Stand bitte auf der Alarmseite melden.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "Probably the gateway at the meter has no power or no network, or its battery is empty.",
        "Please check the gateway at the meter: is its light on? Unplug it for ten seconds. If no value comes within "
        "15 minutes, tell IT (topic “{topic}”). Please report the value on the display on the page of the alert.",
    ),
}
_BY_HAND: Final = {
    "de": Words(
        "Ablesung von Zähler „{name}“ steht aus (seit {lasting})",
        "Die letzte Ablesung ist vom {since}{stand}. Vereinbart ist spätestens alle {allowed} eine.",
        "Die Ablesung wurde vergessen oder noch nicht eingetragen.",
        "Bitte den Zähler ablesen und den Stand mit Datum eintragen.",
    ),
    "en": Words(
        "The reading of meter “{name}” is overdue (for {lasting})",
        "The last reading is of {since}{stand}. One at least every {allowed} was agreed.",
        "The reading was forgotten or not entered yet.",
        "Please read the meter and enter the value with its date.",
    ),
}
_PUSH: Final = {
    "de": Words(
        _TITLE_DE,
        _SEEN_DE,
        "Die Stelle, die diese Werte liefert (Netzbetreiber, Dienstleister oder Datenlogger), hat nichts geschickt.",
        "Bitte bei der liefernden Stelle nachfragen und fehlende Werte als Datei einspielen lassen.",
    ),
    "en": Words(
        _TITLE_EN,
        _SEEN_EN,
        "Whoever delivers these values (grid operator, service provider or data logger) sent nothing.",
        "Please ask them, and have the missing values imported from a file.",
    ),
}
_NEVER: Final = {
    "de": Words(
        "Zähler „{name}“ hat noch nie gemeldet",
        "Der Zähler ist eingetragen, aber es kam noch kein Wert an.",
        "Wahrscheinlich stimmt eine Angabe zur Verbindung nicht: Adresse, Thema oder Gerätenummer.",
        "Bitte die Angaben zum Zähler mit dem Typenschild und dem Anschlussplan vergleichen und Abweichungen der "
        "Klimaschutzstelle melden.",
    ),
    "en": Words(
        "Meter “{name}” has never spoken",
        "The meter is declared, but no value ever arrived.",
        "Probably something about its connection is declared wrongly: address, topic or device number.",
        "Please compare what is declared with the type plate and the wiring plan, and report differences to the "
        "climate office.",
    ),
}


_BY_HAND_NEVER: Final = {
    "de": Words(
        "Zähler „{name}“ wurde noch nie abgelesen",
        "Es ist noch keine Ablesung eingetragen.",
        _BY_HAND["de"].cause,
        _BY_HAND["de"].next_step,
    ),
    "en": Words(
        "Meter “{name}” was never read",
        "No reading was entered yet.",
        _BY_HAND["en"].cause,
        _BY_HAND["en"].next_step,
    ),
}


def silence_words(found: Silence, meter: Meter, zone: ZoneInfo, *, now: datetime) -> dict[str, Words]:
    """Say since when a meter is silent, why probably, and what to do."""
    return filled(
        _texts(found, meter), {language: _facts(found, meter, zone, now, language) for language in LANGUAGES}
    )


def meter_name(meter: Meter) -> str:
    """Return how people call a meter."""
    return meter.title or f"{meter.medium.title} {meter.id}"


def _texts(found: Silence, meter: Meter) -> dict[str, Words]:
    if isinstance(meter.source, ByHandSource):
        return _BY_HAND if found.since else _BY_HAND_NEVER
    if found.since is None:
        return _NEVER
    match meter.source:
        case ModbusSource():
            return _MODBUS
        case MqttSource():
            return _MQTT
        case _:
            return _PUSH


def _facts(found: Silence, meter: Meter, zone: ZoneInfo, now: datetime, language: str) -> dict[str, str]:
    source = meter.source
    return {
        "name": meter_name(meter),
        "since": moment(found.since, zone, language) if found.since else "",
        "lasting": lasting(now - found.since, language) if found.since else "",
        "allowed": lasting(found.allowed, language, every=True),
        "stand": _stand(found, meter, language),
        "source": source.bus if isinstance(source, ModbusSource) else "",
        "device": str(source.device) if isinstance(source, ModbusSource) else "",
        "topic": source.topic if isinstance(source, MqttSource) else "",
    }


def _stand(found: Silence, meter: Meter, language: str) -> str:
    if found.last_value is None:
        return ""
    unit = unit_in(QUANTITIES[meter.quantity].unit, language)
    word = "Stand" if language == "de" else "register"
    return f" ({word} {counter(found.last_value, language, decimals=meter.decimals)}\u202f{unit})"
