"""German numbers, units, dates and the words for states; events and refusals have words of their own beside this."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal

from config.quantities import MEDIA
from gateway.reading import instant

LOCALE = "de"
THIN = "\u202f"  # narrow space that does not break
NOTHING = "–"
DAY = timedelta(days=1)

_UNITS = {
    "m3": "m³",
    "m3/h": "m³/h",
    "m2": "m²",
    "kWh/m2": "kWh/m²",
    "m3/m2": "m³/m²",
    "EUR": "€",
    "percent": "%",
    "t": "t CO₂e",
    "pulses": "Impulse",
    "1": "Impulse",
}
# unit -> (smallest value that is given in the larger unit, divisor, larger unit)
_LARGER = {"kWh": (10_000.0, 1000.0, "MWh"), "l": (10_000.0, 1000.0, "m3")}

REASONS = {
    "insufficient_data": "zu wenig Daten",
    "no_area": "die Fläche ist nicht hinterlegt",
    "no_factor": "für dieses Jahr gibt es keinen Emissionsfaktor",
    "no_tariff": "es ist kein Preis hinterlegt",
    "no_meter": "es gibt keinen Zähler",
    "no_benchmark": "es gibt keinen Vergleichswert",
}
HOW = {
    "measured": "gemessen",
    "read_by_hand": "abgelesen",
    "billed": "abgerechnet",
    "corrected": "berichtigt",
    "interpolated": "zwischen Ablesungen verteilt",
    "substituted": "Ersatzwert",
    "faulty": "fehlerhaft",
    "missing": "fehlt",
}
CARRIERS = {
    "electricity": "Strom",
    "electricity_heat": "Heizstrom",
    "natural_gas": "Erdgas",
    "district_heat": "Fernwärme",
    "heating_oil": "Heizöl",
    "biomass": "Biomasse",
    "lpg": "Flüssiggas",
    "total": "Summe",
}
ACTIONS = {
    "open": "erkannt",
    "see": "wieder gesehen",
    "no_data": "keine Daten mehr",
    "acknowledge": "übernommen",
    "resolve": "geschlossen",
    "silence": "zurückgestellt",
    "comment": "Bemerkung",
    "erledigt": "erledigt",
    "fehlalarm": "Fehlalarm",
    "handwerker": "Handwerker beauftragt",
    "spaeter": "später",
}
MEASURE_STATES = {
    "planned": "geplant",
    "running": "in Arbeit",
    "done": "umgesetzt",
    "cancelled": "abgebrochen",
    "idea": "Idee",
}
SOURCES = {"modbus": "Modbus", "mqtt": "MQTT", "by_hand": "Ablesung von Hand", "push": "Datei oder Schnittstelle"}

SOURCE_KINDS = {
    "modbus_tcp": "Modbus TCP",
    "modbus_rtu": "Modbus RTU",
    "modbus_rtu_tcp": "Modbus RTU über TCP",
    "modbus_udp": "Modbus UDP",
    "mqtt": "MQTT",
}


def not_connected(kind: str) -> str:
    """Return how a source is that is not connected; a line and a datagram have no connection, only answers."""
    return "keine Antwort" if kind in {"modbus_rtu", "modbus_udp"} else "getrennt"


def unit_text(unit: str) -> str:
    """Return a unit as people write it."""
    return _UNITS.get(unit, unit)


# What a broken register says; the formatter cannot write more digits than a decimal holds.
_LARGEST_WRITTEN_OUT = 1e15
_WHOLE = 1 - 1e-9  # what floats lose on the way is no gap


def digits(value: float | Decimal | None, decimals: int | None = None) -> str:
    """Return a number with German separators: three significant digits, or as many decimals as asked for."""
    if value is None:
        return NOTHING
    number = float(value)
    if abs(number) >= _LARGEST_WRITTEN_OUT:
        return f"{number:.2e}".replace(".", ",")
    places = _places(number) if decimals is None else decimals
    if decimals is None and abs(number) >= 1000:
        number = round(number, 2 - math.floor(math.log10(abs(number))))
    pattern = "#,##0" + (f".{'0' * places}" if places else "")
    text: str = format_decimal(round(number, places) + 0.0, format=pattern, locale=LOCALE)
    return text.replace("-", "−")


def plain(value: float | Decimal | None) -> str:
    """Return a number that somebody set (a benchmark, a promise): no more digits than it was given with."""
    text = digits(value)
    return text.rstrip("0").rstrip(",") if "," in text else text


def typed(value: Decimal | None) -> str:
    """Return a number as a person types it, all of its digits and no point that groups; empty for none."""
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")


def register(value: float, unit: str) -> str:
    """Return what a register shows: all of its digits, three decimals at most."""
    text = digits(value, 3)
    text = text.rstrip("0").rstrip(",") if "," in text else text
    return f"{text}{THIN}{unit_text(unit)}" if unit else text


def proposal(medium: str | None, name: str) -> str:
    """Return what a topic probably is; `name` of its format, empty where nobody recognised it."""
    if not name:
        return "nicht erkannt"
    title = MEDIA[medium].title if medium in MEDIA else "kein eindeutiger Zählerstand"
    return f"{title} ({name})"


def sent_meter(medium: str | None) -> str:
    """Return what a meter that is sent probably meters."""
    return MEDIA[medium].title if medium in MEDIA else "Medium bitte angeben"


def _places(number: float) -> int:
    if number == 0:
        return 0
    return min(4, max(0, 2 - math.floor(math.log10(abs(number)))))


def amount(value: float | Decimal | None, unit: str, decimals: int | None = None) -> str:
    """Return a number with its unit behind a thin space, large ones in the larger unit."""
    if value is None:
        return NOTHING
    number = float(value)
    threshold, divisor, larger = _LARGER.get(unit, (math.inf, 1.0, unit))
    if abs(number) >= threshold and decimals is None:
        number, unit = number / divisor, larger
    return f"{digits(number, decimals)}{THIN}{unit_text(unit)}"


def money(value: float | Decimal | None) -> str:
    """Return whole euros."""
    return NOTHING if value is None else f"{digits(value, 0)}{THIN}€"


def percent(share: float | None, decimals: int = 0) -> str:
    """Return a share (0..1) in percent; what is not whole never reads 100 %."""
    if share is None:
        return NOTHING
    shown = share * 100 if share > _WHOLE else min(share * 100, 100 - 10.0**-decimals)
    return f"{digits(shown, decimals)}{THIN}%"


def day(value: date | datetime) -> str:
    """Return a day, `3. Januar 2026`."""
    return format_date(value, "d. MMMM y", locale=LOCALE)


def short_day(value: date | datetime) -> str:
    """Return a day, `03.01.2026`."""
    return format_date(value, "dd.MM.y", locale=LOCALE)


def month(value: date | datetime) -> str:
    """Return a month, `Januar 2026`."""
    return format_date(value, "LLLL y", locale=LOCALE)


def stamp(value: datetime, zone: ZoneInfo) -> str:
    """Return an instant in local time, `03.01.2026, 14:05 Uhr`."""
    return format_datetime(value.astimezone(zone), "dd.MM.y, HH:mm 'Uhr'", locale=LOCALE)


def stamp_seconds(value: datetime, zone: ZoneInfo) -> str:
    """Return an instant in local time with its seconds."""
    return format_datetime(value.astimezone(zone), "dd.MM.y, HH:mm:ss", locale=LOCALE)


def stamp_ms(time_ms: int, zone: ZoneInfo) -> str:
    """Return an instant given in milliseconds since 1970, in local time."""
    return stamp(instant(time_ms), zone)


def ago(age: timedelta) -> str:
    """Return how long ago, `vor 5 Minuten`."""
    if age < timedelta(seconds=45):
        return "gerade eben"
    return format_timedelta(-age, add_direction=True, threshold=1.5, locale=LOCALE)


def change(new: float | None, old: float | None) -> str:
    """Return how much more or less, in words."""
    if new is None or not old:
        return "Vergleich nicht möglich"
    share = new / old - 1
    if abs(share) < 0.005:
        return "wie im Vorjahr"
    amount_text = f"{digits(abs(share) * 100, 0 if abs(share) >= 0.1 else 1)}{THIN}%"
    return f"{amount_text} {'mehr' if share > 0 else 'weniger'} als im Vorjahr"


def incomplete_places(lacking: int, of: int) -> str:
    """Say how many properties have data that are not complete: `2 von 6 Liegenschaften unvollständig`."""
    return f"{lacking} von {of} Liegenschaften unvollständig" if of > 1 else "unvollständig"


def reason_text(reason: str | None) -> str:
    """Return why there is no figure."""
    return REASONS.get(reason or "insufficient_data", "keine Angabe")
