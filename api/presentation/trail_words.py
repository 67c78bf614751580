"""What the audit trail says of a meter, in German sentences."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from analysis.german import exact
from api.entries.reading_notes import HAND_READING, action_of
from api.events.event_trail import Step
from api.expected.tank_levels import DELIVERY
from api.presentation import event_words, words
from config.meters.meter import Meter
from gateway.operations import AuditRow
from gateway.operations.audit import DISPLAY_CHECKED, EVENT_PROPOSED, EVENT_WITHDRAWN

_STEPS = {
    Step.ACCEPTED: "bestätigt",
    Step.REJECTED: "verworfen",
    Step.RECORDED: "erfasst",
    Step.CORRECTED: "berichtigt",
    Step.UNDONE: "zurückgenommen",
    EVENT_PROPOSED: "gefragt",
    EVENT_WITHDRAWN: "Frage zurückgezogen",
}
_TYPED = {HAND_READING: "Ablesung", DELIVERY: "Lieferung"}


def step_text(row: AuditRow, meter: Meter, zone: ZoneInfo) -> str:
    """Return what somebody did; of an action that has no words yet its name."""
    if row.action in _STEPS:
        return _event(row, meter, zone)
    typed = _TYPED.get(action_of(row.action))
    if typed is not None:
        return _entry(typed, row.detail, zone)
    return _comparison(row.detail) if row.action == DISPLAY_CHECKED else row.action


def comment_of(row: AuditRow) -> str:
    """Return what was said with it, an empty text where nothing was."""
    return str(row.detail.get("comment") or row.detail.get("force") or "")


def _event(row: AuditRow, meter: Meter, zone: ZoneInfo) -> str:
    told = row.detail.get("after") or row.detail.get("before") or {}
    kind = str(told.get("kind", "Ereignis"))
    at = f" vom {words.stamp(datetime.fromisoformat(told['time']), zone)}" if "time" in told else ""
    text = f"{event_words.EVENTS.get(kind, kind)}{at}: {_STEPS[row.action]}"
    values = _displays(told, meter)
    return f"{text} ({values})" if values else text


def _displays(event: Mapping[str, Any], meter: Meter) -> str:
    """What an exchange says of both devices; empty for other events."""
    named = ("old_end", "alter Zähler bis"), ("new_start", "neuer ab")
    if event.get("kind") != "exchange":
        return ""
    return ", ".join(f"{word} {_amount(event[name], meter.unit)}" for name, word in named if event.get(name))


def _entry(word: str, detail: Mapping[str, Any], zone: ZoneInfo) -> str:
    at, unit = words.stamp(datetime.fromisoformat(detail["time"]), zone), detail["unit"]
    text = f"{word} von {at}: {_amount(detail['value'], unit)}"
    return f"{text}, vorher {_amount(detail['old_value'], unit)}" if "old_value" in detail else text


def _comparison(detail: Mapping[str, Any]) -> str:
    display, unit = detail["display"], detail["unit"]
    text = f"Anzeige {_amount(display, unit)} verglichen: Gerät {_found(detail['read'], unit, detail['agrees'])}"
    if "stored" not in detail:
        return text
    return f"{text}; gespeichert {_found(detail['stored'], unit, detail.get('stored_agrees'))}"


def _found(value: object, unit: str, agrees: object) -> str:
    if value is None:
        return "nichts"
    return f"{_amount(value, unit)}, {'stimmt überein' if agrees else 'weicht ab'}"


def _amount(value: object, unit: str) -> str:
    return f"{exact(Decimal(str(value)))}{words.THIN}{words.unit_text(unit)}"
