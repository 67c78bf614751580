"""What the words of senders mean: how they write units, what they call what they measure. The same for all formats.

Only what their documentation fixes stands here, so readings may lean on it. What a name may mean that somebody made
up is guessed, for proposals alone: `collector.mqtt.formats.guessing`.
"""

from config.quantities import QUANTITIES

# As a payload writes a unit -> as `config.quantities` does.
_SPELLINGS = {"m³": "m3", "m³/h": "m3/h", "L": "l", "Cel": "°C", "/": "1"}

# The last word of a name, where names end in their unit.
_ENDINGS = {
    "kwh": "kWh",
    "mwh": "MWh",
    "wh": "Wh",
    "gj": "GJ",
    "mj": "MJ",
    "kw": "kW",
    "w": "W",
    "m3": "m3",
    "l": "l",
    "m3h": "m3/h",
    "lh": "l/h",
    "c": "°C",
    "v": "V",
    "a": "A",
    "hz": "Hz",
}

# What is measured at an instant, by the words of Shelly, Tasmota, Victron and zigbee2mqtt. All of them give it in the
# quantity's own unit; energies they do not, so these stand with each of them.
_GAUGES = {
    "power": "active_power",
    "act_power": "active_power",
    "apower": "active_power",
    "apparentpower": "apparent_power",
    "aprt_power": "apparent_power",
    "reactivepower": "reactive_power",
    "factor": "power_factor",
    "pf": "power_factor",
    "voltage": "voltage",
    "current": "current",
    "frequency": "frequency",
    "ac_frequency": "frequency",
    "freq": "frequency",
}


def spelled(unit: str) -> str:
    """Return a unit as we write it; one that nobody writes otherwise comes back as it is."""
    return _SPELLINGS.get(unit, unit)


def unit_at_the_end(name: str) -> str | None:
    """Return the unit in which a name ends: `total_m3` is in m3."""
    return _ENDINGS.get(name.rpartition("_")[2].lower())


def gauge(word: str) -> str | None:
    """Return the quantity that a word stands for, whatever its case."""
    return _GAUGES.get(word.lower())


def gauge_unit(word: str) -> str | None:
    """Return the unit in which a sender gives what it calls by this word."""
    quantity = gauge(word)
    return None if quantity is None else QUANTITIES[quantity].unit
