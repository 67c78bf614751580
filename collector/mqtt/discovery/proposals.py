"""What could be stored of messages that belong to no meter, and the portfolio's entry for it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.mqtt.formats.family import Offer, Selection
from collector.mqtt.formats.home_assistant import announced
from collector.mqtt.formats.json_path import time_path
from collector.mqtt.formats.table import FAMILIES, Recognition, recognised
from config.quantities import MEDIA, QUANTITIES, Kind

# What a counter of a quantity most probably meters; a person decides.
_MEDIA = {
    "active_energy_import": "electricity_import",
    "active_energy_export": "electricity_export",
    "heat_energy": "heat_meter",
    "volume": "water",
}
_GAS = ("gas", "unismart")
LARGEST_VALUES = 5
_NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})  # to a reader of YAML


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that a topic gives: what it probably is, and the newest ones. None: not to be told from the message."""

    topic: str
    format: str
    value_path: str
    unit: str | None
    quantity: str | None
    medium: str | None
    time: str | None
    where: tuple[str, str] | None
    availability: str | None
    values: tuple[Any, ...]

    @property
    def is_counter(self) -> bool:
        """Whether it can be the meter's register."""
        return self.quantity is not None and QUANTITIES[self.quantity].kind is Kind.COUNTER

    def entry(self, meter: str, source: str, *, medium: str | None = None, unit: str | None = None) -> dict[str, Any]:
        """Return the meter's entry for a property's file."""
        chosen = medium or self.medium or "electricity_import"
        entry: dict[str, Any] = {"id": meter, "medium": chosen, "unit": unit or self.unit or MEDIA[chosen].unit}
        if (
            self.quantity is not None
            and medium is None
            and MEDIA[chosen].quantity != self.quantity
            and self.is_counter
        ):
            entry["quantity"] = self.quantity
        return entry | {"source": {"from": source, **self.source()}}

    def source(self) -> dict[str, Any]:
        """Return what the meter's source says beside the broker."""
        found: dict[str, Any] = {"topic": self.topic}
        found |= {} if self.format == "json" else {"format": self.format}
        found |= {"value": self.value_path} if self.value_path else {}
        found |= {"time": self.time} if self.time else {}
        found |= {"where": dict([self.where])} if self.where else {}
        return found | ({"availability": self.availability} if self.availability else {})


def proposals(messages: Iterable[tuple[str, bytes]]) -> list[Proposal]:
    """Return what messages (topic, payload) could give, counters first, values oldest first.

    What a device announces of its topic stands for what its messages look like.
    """
    gathered: dict[tuple[Any, ...], tuple[Proposal, list[Any]]] = {}
    announced_keys: set[tuple[Any, ...]] = set()
    for topic, payload in messages:
        recognition = recognised(topic, payload)
        for offer in recognition.offers if recognition else ():
            proposal = _proposal(topic, payload, recognition, offer)
            is_announced = recognition is not None and recognition.format == "home_assistant"
            key = (is_announced, proposal.topic, proposal.value_path, proposal.format, proposal.where)
            gathered.setdefault(key, (proposal, []))[1].append(offer.value)
            if is_announced:
                announced_keys.add(key)
    for key in announced_keys:
        gathered = _under_announcement(key, gathered)
    found = [_with_values(proposal, values) for proposal, values in gathered.values()]
    return sorted(found, key=lambda one: (not one.is_counter, one.quantity is None, one.topic))


def _under_announcement(
    key: tuple[Any, ...], gathered: dict[tuple[Any, ...], tuple[Proposal, list[Any]]]
) -> dict[tuple[Any, ...], tuple[Proposal, list[Any]]]:
    """Give the announced value its messages; a further counter of the topic stays, for not all is announced."""
    kept: dict[tuple[Any, ...], tuple[Proposal, list[Any]]] = {}
    for other, (proposal, values) in gathered.items():
        is_guessed = not other[0] and proposal.topic == key[1]
        if is_guessed and proposal.value_path == key[2]:
            gathered[key][1].extend(values)
        elif not is_guessed or proposal.is_counter:
            kept[other] = (proposal, values)
    return kept


def yaml_line(entry: Mapping[str, Any]) -> str:
    """Write an entry as one line of a list: JSON's quotes where YAML would read something else."""
    return f"  - {_flow(entry)}"


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(item)}" for key, item in value.items()) + "}"
    return (
        str(value) if _is_plain(str(value)) and not isinstance(value, bool) else json.dumps(value, ensure_ascii=False)
    )


def _is_plain(text: str) -> bool:
    letters = text.replace("-", "").replace("_", "")
    return letters.isalnum() and letters[:1].isalpha() and text.lower() not in _NOT_TEXT


def _proposal(topic: str, payload: bytes, recognition: Recognition | None, offer: Offer) -> Proposal:
    name = recognition.format if recognition else ""
    told = announced(topic, payload) if name == "home_assistant" else None
    if told is not None:
        name = "json" if told.value_path else "plain"
    fixed = FAMILIES[name].unit(Selection(topic, offer.value_path)) if name else None
    return Proposal(
        topic=offer.topic or topic,
        format=name,
        value_path=offer.value_path,
        unit=_display_unit(fixed or offer.unit),
        quantity=offer.quantity,
        medium=_medium(offer.quantity, f"{topic} {payload[:400].decode('utf-8', 'replace')}"),
        time=time_path(payload) if name == "json" and told is None else None,
        where=offer.device,
        availability=told.availability if told else None,
        values=(),
    )


def _display_unit(unit: str | None) -> str | None:
    # Meters count in units of people; what the format fixes is converted anyway.
    return "kWh" if unit in {"Wmin", "J"} else unit


def _medium(quantity: str | None, text: str) -> str | None:
    if quantity == "volume" and any(word in text.lower() for word in _GAS):
        return "natural_gas"
    return _MEDIA.get(quantity or "")


def _with_values(proposal: Proposal, values: Sequence[Any]) -> Proposal:
    newest = tuple(value for value in values if value is not None)[-LARGEST_VALUES:]
    fields = {name: getattr(proposal, name) for name in Proposal.__slots__}
    return Proposal(**(fields | {"values": newest}))
