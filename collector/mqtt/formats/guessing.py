"""What a name and a unit suggest about a value: for proposals that a person confirms, never for readings."""

import re

from collector.mqtt.formats.vocabulary import gauge, unit_at_the_end

_BY_UNIT = {
    "kWh": "active_energy_import",
    "Wh": "active_energy_import",
    "Wmin": "active_energy_import",
    "MWh": "active_energy_import",
    "MJ": "heat_energy",
    "GJ": "heat_energy",
    "m3": "volume",
    "l": "volume",
    "W": "active_power",
    "kW": "active_power",
    "V": "voltage",
    "A": "current",
    "Hz": "frequency",
    "m3/h": "volume_flow",
    "l/h": "volume_flow",
    "VA": "apparent_power",
    "var": "reactive_power",
}
_OUT = re.compile(r"(^|[._/:])(out|total_out|ret\w*|export|reverse|produced|lieferung|einspeisung)|2\.8\.0|returned")
_SEPARATOR = re.compile(r"[^a-z0-9]")
_UNIT_WORDS = (
    (re.compile(r"kwh"), "kWh"),
    (re.compile(r"mwh"), "MWh"),
    (re.compile(r"(^|[^km])wh(_|$)"), "Wh"),
    (re.compile(r"m3h|m3/h"), "m3/h"),
    (re.compile(r"m3|kubik|gas|wasser|water|volume"), "m3"),
    (re.compile(r"1\.8\.\d|2\.8\.\d|total_(in|out)|energy|zaehlerstand|arbeit"), "kWh"),
    (re.compile(r"16\.7\.0|power|leistung"), "W"),
    (re.compile(r"volt|spannung"), "V"),
    (re.compile(r"current|strom"), "A"),
)


def quantity(name: str, unit: str | None, media: str = "") -> str | None:
    """Return the quantity that a value probably is; `media` is what a sender says that it meters."""
    lowered = name.lower()
    if unit in {"kWh", "Wh", "MWh", "MJ", "GJ"} and media in {"heat", "cooling"}:
        return f"{media}_energy"
    if unit in {"W", "kW"} and media == "heat":
        return "thermal_power"
    if unit == "°C":
        return "return_temperature" if "return" in lowered else "flow_temperature"
    if unit == "1" and gauge(_last_word(lowered)) == "power_factor":
        return "power_factor"
    found = _BY_UNIT.get(unit or "")
    if found == "active_energy_import" and _OUT.search(lowered):
        return "active_energy_export"
    return found


def unit(name: str) -> str | None:
    """Return the unit that a name probably stands for."""
    lowered = name.lower()
    last = _last_word(lowered)
    ending = unit_at_the_end(last) if len(last) > 1 else None  # one letter is as often a phase: `power_a`
    return ending or next((unit for word, unit in _UNIT_WORDS if word.search(lowered)), None)


def _last_word(lowered: str) -> str:
    return _SEPARATOR.split(lowered)[-1]
