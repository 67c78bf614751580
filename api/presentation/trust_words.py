"""The trust light in words: what a figure rests on, how new that is, what is still in doubt."""

from zoneinfo import ZoneInfo

from analysis.properties.trust import Doubt, Trust, TrustLight
from api.presentation import event_words, words
from api.presentation.lights import Light
from api.presentation.shares import shares_text

_LIGHTS = {
    TrustLight.GOOD: Light("ok", "●", "gut belegt"),
    TrustLight.LOOK: Light("look", "◐", "mit Vorbehalt"),
    TrustLight.POOR: Light("act", "◔", "schlecht belegt"),
    TrustLight.UNKNOWN: Light("unknown", "○", "keine Daten"),
}
_DOUBTS = {
    Doubt.NOTHING_KNOWN: "nichts bekannt",
    Doubt.NOT_MEASURED: f"weniger als 95{words.THIN}% gemessen",
    Doubt.INCOMPLETE: "einem Zähler fehlt zu viel",
    Doubt.BLOCKING_EVENTS: "ein offenes Ereignis verhindert, dass alles gebucht wird",
    Doubt.OPEN_EVENTS: "ein Ereignis ist noch zu prüfen",
}
_TOLD_EVENTS = 3


def trust_light(trust: Trust) -> Light:
    """Return icon and word of a trust light."""
    return _LIGHTS[trust.light]


def trust_text(trust: Trust, zone: ZoneInfo) -> str:
    """Return the sentence behind a light: doubts first, then what was measured, what is newest, what is open."""
    told = [_DOUBTS[doubt] for doubt in trust.doubts if doubt is not Doubt.NOTHING_KNOWN]
    told.append(shares_text(trust.shares))
    told.append(
        "noch keine Ablesung" if trust.newest is None else f"neueste Ablesung {words.stamp(trust.newest, zone)}"
    )
    told += [f"zu prüfen: {_event(one.kind)} ({one.meter})" for one in trust.events[:_TOLD_EVENTS]]
    if len(trust.events) > _TOLD_EVENTS:
        told.append(f"und {len(trust.events) - _TOLD_EVENTS} weitere Ereignisse")
    text = "; ".join(told)
    return text[0].upper() + text[1:]


def _event(kind: str) -> str:
    return event_words.EVENTS.get(kind, kind)
